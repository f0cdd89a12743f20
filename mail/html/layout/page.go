package layout

import (
	"poplar/mail/html"
)

// Op says what an Item draws.
type Op uint8

// The kinds of items.
const (
	OpBox     Op = iota // background, border and shadow of Style in the rectangle
	OpText              // the words whose numbers are Drawn[From:To]
	OpPicture           // Picture in the rectangle
	OpBullet            // the mark of a list item
	OpRule              // a line along text
	OpEdge              // a piece of a collapsed border
	OpHeld              // the place of a picture that is not there
	OpControl           // a form element
)

// Item is one thing to draw. Items overlap in the order of the list.
type Item struct {
	Op         Op
	X, Y, W, H float64
	Style      *html.Style
	Colour     html.Colour // of bullets and rules
	Line       html.Keyword
	List       html.ListType
	Picture    *html.Picture
	Alt        string
	From, To   int32
	Clip       int32 // index into Clips; -1: none
	Group      int32 // index into Groups; -1: none
	Alpha      float32
	Open       uint8 // sides (bit 1<<Side) of a box that lie on another line and are not drawn
	// Area is what background pictures are placed in: padding, border and content widths come from Style.
	Base   float64 // width percentages refer to
	Link   int32
	Across bool // an edge is horizontal
}

// NoBorder in Item.Open says that the border of a box is drawn by other items.
const NoBorder = 1 << 4

// Clip is a rectangle outside of which nothing is drawn, within another.
type Clip struct {
	X, Y, W, H float64
	Radius     [4][2]float64
	Parent     int32 // -1: none
}

// Group are items that are drawn together and then laid on with an opacity. Its items follow each other in the list.
type Group struct {
	X, Y, W, H float64 // what its items cover
	Alpha      float32
	Parent     int32 // -1: none
}

// Word is a stretch of text that is never broken. Words stand in reading order.
type Word struct {
	X, Y, W, H float64 // of the font's box, not of the ink
	Base       float64 // y of the baseline
	Shaped     *Shaped // nil for blanks without a width
	Style      *html.Style
	Colour     html.Colour
	Start, End int32 // in Page.Text, octets
	Link       int32 // 1 + index into Doc.Links; 0: none
	Clip       int32
	Group      int32
	Alpha      float32
	Space      bool
	Node       *html.Node
	Raw        string // the author's letters where text-transform changed them
}

// Page is a laid-out message: the display list. It is not changed once made.
type Page struct {
	Width, Height float64 // Height is that of the contents
	ScrollWidth   float64 // how far contents reach to the right
	Canvas        html.Colour
	CanvasLayers  []html.Layer
	Items         []Item
	Words         []Word
	Drawn         []int32 // numbers of words in the order they are drawn
	Clips         []Clip
	Groups        []Group
	Text          string // in reading order, for copying and finding
	Cut           bool   // the message is longer than what is shown
	bands         [][]int32
	wordBands     [][]int32
}

// bandHeight is how much of the page one band of the index covers.
const bandHeight = 256

// Band calls f with the number of each item that may show between y0 and y1, in order.
func (p *Page) Band(y0, y1 float64, f func(i int)) {
	first, last := int(max(0, y0))/bandHeight, int(max(0, y1))/bandHeight
	if first >= len(p.bands) {
		return
	}
	last = min(last, len(p.bands)-1)
	if first == last {
		for _, i := range p.bands[first] {
			f(int(i))
		}
		return
	}
	// Items that reach over several bands are in each of them: merge, keeping the order.
	at := make([]int, last-first+1)
	for {
		best := int32(-1)
		for b := range at {
			if list := p.bands[first+b]; at[b] < len(list) && (best < 0 || list[at[b]] < best) {
				best = list[at[b]]
			}
		}
		if best < 0 {
			return
		}
		for b := range at {
			if list := p.bands[first+b]; at[b] < len(list) && list[at[b]] == best {
				at[b]++
			}
		}
		f(int(best))
	}
}

// maxBands bounds the index; what lies below is drawn from the last band.
const maxBands = 40_000

func (p *Page) index() {
	n := min(int(p.Height)/bandHeight+1, maxBands)
	p.bands = make([][]int32, n)
	p.wordBands = make([][]int32, n)
	for i := range p.Items {
		it := &p.Items[i]
		y0, y1 := it.Y, it.Y+it.H
		if it.Op == OpText {
			y0, y1 = y0-it.H/2, y1+it.H/2 // ink may leave the font's box
		} else if it.Style != nil && it.Op == OpBox {
			for _, s := range it.Style.Shadows {
				grow := float64(s.Blur + max(s.Spread, 0))
				y0, y1 = min(y0, it.Y+float64(s.Y)-grow), max(y1, it.Y+it.H+float64(s.Y)+grow)
			}
		}
		a, b := int(max(0, y0-2))/bandHeight, int(max(0, y1+2))/bandHeight
		for k := min(a, n-1); k <= min(b, n-1); k++ {
			p.bands[k] = append(p.bands[k], int32(i))
		}
	}
	for i := range p.Items {
		p.cover(&p.Items[i])
	}
	for i := range p.Words {
		w := &p.Words[i]
		a, b := int(max(0, w.Y))/bandHeight, int(max(0, w.Y+w.H))/bandHeight
		for k := min(a, n-1); k <= min(b, n-1); k++ {
			p.wordBands[k] = append(p.wordBands[k], int32(i))
		}
	}
}

// cover makes the groups an item is in reach over it.
func (p *Page) cover(it *Item) {
	grow := 4 + it.H/2
	if it.Style != nil && it.Op == OpBox {
		for _, s := range it.Style.Shadows {
			grow = max(grow, float64(2*s.Blur+max(s.Spread, 0))+abs(float64(s.X))+abs(float64(s.Y)))
		}
	}
	x0, y0, x1, y1 := it.X-grow, it.Y-grow, it.X+it.W+grow, it.Y+it.H+grow
	for g, n := it.Group, 0; g >= 0 && n < 64; g, n = p.Groups[g].Parent, n+1 {
		q := &p.Groups[g]
		if q.W == 0 && q.H == 0 {
			q.X, q.Y, q.W, q.H = x0, y0, x1-x0, y1-y0
			continue
		}
		ax, ay := min(q.X, x0), min(q.Y, y0)
		q.W, q.H = max(q.X+q.W, x1)-ax, max(q.Y+q.H, y1)-ay
		q.X, q.Y = ax, ay
	}
}

func abs(v float64) float64 { return max(v, -v) }
