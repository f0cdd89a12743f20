package layout

import (
	"math"

	"golang.org/x/net/html/atom"

	"poplar/mail/html"
)

// natural returns a picture's own size and ratio (width over height); 0 where it has none.
func natural(n *html.Node) (w, h, ratio float64) {
	if n == nil {
		return 0, 0, 0
	}
	if p := n.Picture; p.Ready() {
		w, h = float64(p.W), float64(p.H)
		if h > 0 {
			ratio = w / h
		}
	}
	if n.Style.Aspect > 0 && ratio == 0 {
		ratio = float64(n.Style.Aspect)
	}
	return w, h, ratio
}

// fallbackSize is the content size of a picture that is not there and says no size: room for its alternative text.
func (l *engine) fallbackSize(b *box) (float64, float64) {
	st := b.st
	if b.node == nil || b.node.Alt == "" {
		if b.node != nil && b.node.Picture != nil && b.node.Picture.Remote {
			return 24, 24
		}
		return 0, 0
	}
	text := []rune(b.node.Alt)
	if len(text) > 80 {
		text = text[:80]
	}
	sh := l.sh.shape(l.setOf(st), st.Size, 0, l.flags(), string(text))
	return math.Min(float64(sh.Width)+8, 600), l.lineHeight(st)
}

// pictureSize applies CSS 2.1, 10.3.2 and 10.6.2 with the table of 10.4 to the content box of a picture.
func (l *engine) pictureSize(b *box, c constraint, edges sides) (float64, float64) {
	st := b.st
	nw, nh, ratio := natural(b.node)
	if nw == 0 && ratio == 0 && b.node != nil && b.node.Tag == atom.Img {
		nw, nh = l.fallbackSize(b)
	}
	w, h := -1.0, -1.0
	if st.Width.Unit == html.Fixed {
		w = l.specified(st, st.Width, c.cbW, edges.hor()) - edges.hor()
	}
	if v := contentHeight(st, c, edges); v >= 0 {
		h = v
	}
	if c.w >= 0 {
		w = max(0, c.w-edges.hor())
	}
	switch {
	case w < 0 && h < 0:
		w, h = nw, nh
		if ratio > 0 && w == 0 {
			w, h = 300, 300/ratio
		}
		return l.fitPicture(b, w, h, ratio, c, edges)
	case w < 0:
		if ratio > 0 {
			w = h * ratio
		} else {
			w = nw
		}
	case h < 0:
		if ratio > 0 {
			h = l.limitW(b, w+edges.hor(), c.cbW, edges.hor()) - edges.hor()
			h /= ratio
		} else {
			h = nh
		}
	}
	w = l.limitPicture(b, w, c, edges)
	return max(0, w), max(0, limitH(st, h, c, edges))
}

func (l *engine) limitPicture(b *box, w float64, c constraint, edges sides) float64 {
	st := b.st
	if st.MaxWidth.Unit == html.Fixed && !(st.MaxWidth.HasPct() && c.cbW <= 0) {
		w = min(w, l.specified(st, st.MaxWidth, c.cbW, edges.hor())-edges.hor())
	}
	if st.MinWidth.Unit == html.Fixed {
		w = max(w, l.specified(st, st.MinWidth, c.cbW, edges.hor())-edges.hor())
	}
	return w
}

// fitPicture keeps the ratio while minima and maxima apply.
func (l *engine) fitPicture(b *box, w, h, ratio float64, c constraint, edges sides) (float64, float64) {
	st := b.st
	w2 := l.limitPicture(b, w, c, edges)
	h2 := limitH(st, h, c, edges)
	if ratio <= 0 || w <= 0 || h <= 0 {
		return max(0, w2), max(0, h2)
	}
	switch {
	case w2 != w && h2 == h:
		h2 = limitH(st, w2/ratio, c, edges)
	case h2 != h && w2 == w:
		w2 = l.limitPicture(b, h2*ratio, c, edges)
	case w2 != w && h2 != h:
		if w2/w < h2/h {
			h2 = limitH(st, w2/ratio, c, edges)
		} else {
			w2 = l.limitPicture(b, h2*ratio, c, edges)
		}
	}
	return max(0, w2), max(0, h2)
}

func (l *engine) pictureWidths(b *box) (float64, float64) {
	c := constraint{cbW: 0, cbH: -1, w: -1, h: -1}
	edges := edgesOf(b.st, 0)
	var w float64
	if b.st.Width.HasPct() {
		nw, _, _ := natural(b.node)
		w = nw
	} else {
		w, _ = l.pictureSize(b, c, edges)
	}
	return w + edges.hor(), w + edges.hor()
}

// replaced lays out a picture.
func (l *engine) replaced(b *box, c constraint) *frag {
	edges := edgesOf(b.st, c.cbW)
	w, h := l.pictureSize(b, c, edges)
	f := &frag{box: b, st: b.st, base: -1, last: -1}
	f.w, f.h = clampSize(min(w, huge))+edges.hor(), clampSize(min(h, huge))+edges.ver()
	m := marginOf(b.st, c.cbW)
	f.end.add(m[html.SideBottom], false)
	return f
}
