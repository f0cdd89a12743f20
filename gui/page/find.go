package page

// Find marks every place where text occurs and goes to the first at or below what is visible. It returns how many
// there are and which one, from 0, it stands on (-1: none). An empty text ends the search.
func (p *Page) Find(text string) (count, at int) {
	if text != "" {
		p.Unfold() // what is out of sight is looked for too
	}
	return p.FindSeen(text)
}

// FindSeen is Find in what is not folded away.
func (p *Page) FindSeen(text string) (count, at int) {
	p.query, p.match = text, -1
	p.matches = nil
	if p.page != nil && text != "" {
		p.matches = p.page.Find(text)
		for i, m := range p.matches {
			if float32(p.page.Words[m.From.Word].Y)*p.scale >= p.top {
				p.match = i
				break
			}
		}
		if p.match < 0 && len(p.matches) > 0 {
			p.match = 0
		}
		p.goToMatch()
	}
	p.showMarks()
	return len(p.matches), p.match
}

// FindNext goes to the next place that was found, or with a negative step to the one before, round the end.
func (p *Page) FindNext(step int) (count, at int) {
	n := len(p.matches)
	if n == 0 {
		return 0, -1
	}
	p.match = ((p.match+step)%n + n) % n
	p.goToMatch()
	p.showMarks()
	return n, p.match
}

func (p *Page) goToMatch() {
	if p.match < 0 {
		return
	}
	w := &p.page.Words[p.matches[p.match].From.Word]
	p.reveal(float32(w.Y)*p.scale, float32(w.H)*p.scale)
	if x := float32(w.X)*p.scale - p.left; x < 0 || x+float32(w.W)*p.scale > p.laidAt {
		p.slide(x - p.laidAt/3)
	}
}

// refind looks again after a new layout.
func (p *Page) refind() {
	if p.query == "" {
		return
	}
	at := p.match
	p.matches = p.page.Find(p.query)
	p.match = min(at, len(p.matches)-1)
}
