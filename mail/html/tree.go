package html

import (
	"image/color"

	"golang.org/x/net/html/atom"
)

// Node is one element or text of a styled tree. It is shared and not to be changed.
type Node struct {
	Tag      atom.Atom // 0 for text and for boxes made by ::before and ::after
	Text     string
	Style    *Style
	Children []*Node
	Link     int // 1 + index into Doc.Links; 0: none
	Picture  *Picture
	Alt      string
	ColSpan  int // of cells and columns; 0 means 1
	RowSpan  int // of cells; 0 means 1
	Ordinal  int // of list items
	// HasBlock says that blocks stand within this inline element.
	HasBlock bool
	// Control is a form element, drawn as a plain box with its value.
	Control bool
}

// IsText reports whether the node is text.
func (n *Node) IsText() bool { return n.Tag == 0 && n.Children == nil && n.Picture == nil }

// Tree is a Doc styled for one viewport.
type Tree struct {
	Root *Node // the html element
	// Canvas is what fills the view behind everything; its alpha may be 0.
	Canvas Colour
	// CanvasLayers are background pictures of the whole view.
	CanvasLayers []Layer
	// Quirks: the source asks for the oldest rules. LimitedQuirks: for those of XHTML 1.0 Transitional.
	Quirks, LimitedQuirks bool
	// Dark says that the colours suit a dark view already, or need turning around by layout.
	Dark     bool
	TurnDark bool
	Plain    bool // made of plain text
	mono     bool // and in letters of one width
	// from and until are the widths for which the styles stay as they are.
	from, until float64
	// Cut says that the message was longer than the engine shows.
	Cut bool
}

// Palette are the colours of what the author left open.
type Palette struct {
	Text, Back, Link, Quiet, Line Colour
	// Levels are the colours of quotes in plain text, outermost first, round and round. One without alpha is Quiet.
	Levels [4]Colour
	Pill   Colour // under the words that fold a quote
}

// Light is the palette of a browser: black on white.
var Light = Palette{
	Text: color.NRGBA{A: 255}, Back: color.NRGBA{255, 255, 255, 255}, Link: color.NRGBA{0, 0, 0xEE, 255},
	Quiet: color.NRGBA{0x60, 0x60, 0x60, 255}, Line: color.NRGBA{0xC8, 0xC8, 0xC8, 255}, Pill: color.NRGBA{0xE4, 0xEA, 0xE6, 255},
}

// Dark is the palette of Poplar's reading pane in its dark theme.
var Dark = Palette{
	Text: color.NRGBA{0xE5, 0xEA, 0xE7, 255}, Back: color.NRGBA{0x1D, 0x22, 0x20, 255}, Link: color.NRGBA{0x82, 0xBD, 0xF0, 255},
	Quiet: color.NRGBA{0xAE, 0xB8, 0xB2, 255}, Line: color.NRGBA{0x2C, 0x33, 0x2F, 255},
}

// Viewport is what styling depends on.
type Viewport struct {
	Width   float64 // CSS pixels
	Height  float64 // for vh and @media; 0 means as high as wide
	Dark    bool    // the person's theme is dark
	Palette Palette // zero: Light
	// TextSize is the font size of plain text and of HTML that sets none; 0 means 16.
	TextSize float32
	// BreakWords lets words that are wider than their line be broken, where the author says nothing about that.
	BreakWords bool
	// Original keeps the author's colours under a dark theme.
	Original bool
	// Mono draws plain text in letters of one width.
	Mono bool
	// Folding makes the Folds of plain text work; without it every line is shown.
	Folding *Folding
}

// Picture is one image that a Doc refers to.
type Picture struct {
	Src     string
	Data    []byte // nil where it is withheld or missing
	Type    string // media type, as found in the data
	W, H    int    // intrinsic size in pixels; 0 where unknown
	Remote  bool   // lies on the network
	Tracker bool   // tells the sender that the mail was read
	Broken  bool   // has data that no decoder takes
}

// Ready reports whether there is something to draw.
func (p *Picture) Ready() bool { return p != nil && p.Data != nil && !p.Broken && p.W > 0 }

// Fits reports whether the tree would come out the same for v, so that only layout need be done again.
func (t *Tree) Fits(v Viewport) bool {
	return t.Plain && t.mono == v.Mono || !t.Plain && v.Width >= t.from && v.Width < t.until
}
