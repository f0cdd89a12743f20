package page

import (
	"poplar/gui/kit"
	"poplar/mail/html"
)

// folding is what the styling of a message needs to know of its folds.
func (p *Page) folding() *html.Folding {
	if p.unfolded {
		return nil
	}
	return &html.Folding{Toggled: p.toggled, Open: p.passed, Show: "•••  " + kit.T("Show earlier text"), Hide: "•••  " + kit.T("Hide earlier text")}
}

// follows does what a click on a link asks for.
func (p *Page) follows(l html.Link) {
	switch {
	case l.Fold > 0:
		p.Toggle(l.Fold - 1)
	case p.o.OnLink != nil:
		p.o.OnLink(l)
	}
}

// Toggle folds or unfolds a quote, by its number among the Doc's Folds.
func (p *Page) Toggle(fold int) {
	if p.doc == nil || fold >= len(p.doc.Folds) {
		return
	}
	toggled := make([]bool, len(p.doc.Folds)) // a new one: the one before may be in use away from the UI thread
	copy(toggled, p.toggled)
	toggled[fold] = !toggled[fold]
	p.toggled = toggled
	p.restyle()
}

// Unfold shows everything for as long as the message stands, and takes the buttons that fold away. It reports whether
// there was something folded; that is seen when the message was laid out anew.
func (p *Page) Unfold() bool {
	if p.unfolded {
		return false
	}
	p.unfolded = true
	if p.doc != nil && len(p.doc.Folds) == 0 {
		return false
	}
	p.restyle()
	return true
}

// SetPassed says of the messages that follow whether they were passed on: what they quote is there to be read, and
// nothing is folded at first.
func (p *Page) SetPassed(on bool) { p.passed = on }

// SetMono shows plain text in letters of one width, or in the usual ones again. It holds for the messages that follow.
func (p *Page) SetMono(on bool) {
	if on == p.mono {
		return
	}
	p.mono = on
	if !p.src.isHTML {
		p.restyle()
	}
}

// Mono reports whether plain text is shown in letters of one width.
func (p *Page) Mono() bool { return p.mono }

// restyle lays the message out again after something changed that styles depend on.
func (p *Page) restyle() {
	p.selected = false
	p.tree, p.box = nil, nil
	p.arrange()
}
