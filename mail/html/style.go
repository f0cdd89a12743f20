package html

import "image/color"

// Unit says how a Length is meant.
type Unit uint8

// The kinds of length.
const (
	Auto  Unit = iota // auto; for max-width and max-height: none
	Fixed             // Px pixels plus Pct percent of the base
	MinContent
	MaxContent
	FitContent
)

// Length is a computed length: pixels and a share of a base that is known at layout only.
type Length struct {
	Px   float32
	Pct  float32 // percent
	Unit Unit
}

// Px returns a length of v CSS pixels.
func Px(v float32) Length { return Length{Unit: Fixed, Px: v} }

// Percent returns a length of v percent of its base.
func Percent(v float32) Length { return Length{Unit: Fixed, Pct: v} }

// IsAuto reports whether the length is left to layout.
func (l Length) IsAuto() bool { return l.Unit == Auto }

// HasPct reports whether the length depends on its base.
func (l Length) HasPct() bool { return l.Unit == Fixed && l.Pct != 0 }

// Of returns the length in pixels over base; anything but a fixed length is 0.
func (l Length) Of(base float64) float64 {
	if l.Unit != Fixed {
		return 0
	}
	return float64(l.Px) + float64(l.Pct)*base/100
}

// Display is how a box takes part in layout.
type Display uint8

// The values of display that mail uses; others are read as the nearest of these.
const (
	Inline Display = iota
	Block
	InlineBlock
	ListItem
	Table
	InlineTable
	RowGroup
	HeaderGroup
	FooterGroup
	Row
	Cell
	Column
	ColumnGroup
	Caption
	Flex
	InlineFlex
	Contents
	FlowRoot
	None
)

// Keyword is a value of a property that has a handful of words. One type serves them all.
type Keyword uint8

// The keywords.
const (
	Normal Keyword = iota
	Left
	Right
	Center
	Justify
	Start
	End
	Both
	Pre
	PreWrap
	PreLine
	NoWrap
	BreakSpaces
	BreakAll
	KeepAll
	BreakWord
	Anywhere
	Uppercase
	Lowercase
	Capitalize
	FullWidth
	Visible
	Hidden
	Collapse
	Separate
	Inside
	Outside
	Top
	Bottom
	Middle
	Baseline
	TextTop
	TextBottom
	Sub
	Super
	Solid
	Dashed
	Dotted
	Double
	Groove
	Ridge
	Inset
	Outset
	Wavy
	Repeat
	NoRepeat
	Space
	Round
	Cover
	Contain
	Fill
	ScaleDown
	BorderBox
	PaddingBox
	ContentBox
	RowDir
	RowReverse
	ColumnDir
	ColumnReverse
	WrapOn
	WrapReverse
	Stretch
	FlexStart
	FlexEnd
	SpaceBetween
	SpaceAround
	SpaceEvenly
	Static
	Relative
	Absolute
	LTR
	RTL
	Embed
	Override
	Isolate
	Plaintext
	NoKeyword // "none" and "auto"
)

// Side numbers the four sides of a box as CSS lists them.
type Side int

// The sides.
const (
	SideTop Side = iota
	SideRight
	SideBottom
	SideLeft
)

// Colour is a straight-alpha colour.
type Colour = color.NRGBA

// LineHeight is a computed line-height.
type LineHeight struct {
	Normal bool
	Number bool // V is a multiple of the font size, else pixels
	V      float32
}

// Of returns the line height in pixels for a font size; Normal gives 0.
func (l LineHeight) Of(size float32) float64 {
	switch {
	case l.Normal:
		return 0
	case l.Number:
		return float64(l.V) * float64(size)
	}
	return float64(l.V)
}

// Decoration is one line drawn along text; it belongs to the box that asked for it.
type Decoration struct {
	Under, Over, Through bool
	Style                Keyword // Solid, Double, Dotted, Dashed, Wavy
	Colour               Colour
	Thickness            Length // Auto: the font's own
}

// Inherited are the properties a box hands down to its children.
type Inherited struct {
	Colour        Colour
	Family        []string // lower case, generic families included; not to be changed
	Size          float32  // px
	Weight        uint16   // 1 … 1000
	Italic        bool
	SmallCaps     bool
	LineHeight    LineHeight
	LetterSpacing float32
	WordSpacing   float32
	Align         Keyword // Left, Right, Center, Justify, Start, End
	BlockAlign    Keyword // what <center>, <div align> do to child blocks: Left, Center, Right; else Normal
	Indent        Length
	Transform     Keyword
	White         Keyword // Normal, Pre, NoWrap, PreWrap, PreLine, BreakSpaces
	WordBreak     Keyword // Normal, BreakAll, KeepAll, BreakWord
	OverflowWrap  Keyword // Normal, BreakWord, Anywhere
	ListType      ListType
	ListPos       Keyword // Outside, Inside
	ListImage     *Picture
	Visibility    Keyword // Visible, Hidden, Collapse
	Direction     Keyword // LTR, RTL
	Collapse      bool    // border-collapse
	SpacingX      float32 // border-spacing
	SpacingY      float32
	CaptionBottom bool
	HideEmpty     bool // empty-cells: hide
	Lang          string
	Decorations   []Decoration // of the box and those around it; not to be changed
	Quotes        uint8        // depth of <q>
	TabSize       uint8
	Pointer       bool // cursor: pointer
	// InlineAlpha is the opacity of the inline boxes around a text; blocks have theirs in Style.Opacity.
	InlineAlpha float32
	Kern        bool    // font-kerning is not none
	absSize     bool    // the size was set in absolute units
	sizeWord    float32 // pixels of the word that set the size; 0: it was set otherwise
}

// Border is one side of a border.
type Border struct {
	Width  float32
	Style  Keyword // NoKeyword, Hidden, Solid, …
	Colour Colour
}

// Visible reports whether the border is one that is drawn.
func (b *Border) Visible() bool { return b.Width > 0 && b.Style >= Solid && b.Style <= Outset }

// Corner is the radius of one corner.
type Corner struct{ X, Y Length }

// Style is everything known of one box. It is shared: not to be changed.
type Style struct {
	Inherited
	Display       Display
	Position      Keyword // Static, Relative, Absolute
	Float         Keyword // NoKeyword, Left, Right
	Clear         Keyword // NoKeyword, Left, Right, Both
	Width         Length
	Height        Length
	MinWidth      Length
	MinHeight     Length
	MaxWidth      Length
	MaxHeight     Length
	Margin        [4]Length
	Padding       [4]Length
	Border        [4]Border
	Radius        [4]Corner // top left, top right, bottom right, bottom left
	Inset         [4]Length
	BorderSizing  bool // box-sizing: border-box
	Clip          bool // overflow is not visible
	Opacity       float32
	VAlign        Keyword // Baseline, …; Normal means VShift
	VShift        Length
	Background    Colour
	Layers        []Layer // background images, topmost first
	FixedTable    bool
	FlexDir       Keyword
	FlexWrap      Keyword
	JustifyItems  Keyword // justify-content
	AlignItems    Keyword
	AlignContent  Keyword
	AlignSelf     Keyword // NoKeyword: the container's AlignItems
	Grow, Shrink  float32
	Basis         Length
	BasisContent  bool
	Order         int
	GapX, GapY    Length
	UnicodeBidi   Keyword
	Fit           Keyword // object-fit
	Aspect        float32 // aspect-ratio; 0: the picture's own
	Shadows       []Shadow
	OutlineBorder Border
	// QuirkTop and QuirkBottom: the margin is a default one, which old documents drop at the edges of cells.
	QuirkTop, QuirkBottom bool
	decoration            Decoration // this box's own lines, before they join Decorations
	content               string     // of ::before and ::after
	hasContent            bool
	currents              uint8 // borders (bits 0-3), outline (4) and text-decoration (5) that take the text's colour
	vAlignAttr            bool
}

// Shadow is one box-shadow.
type Shadow struct {
	X, Y, Blur, Spread float32
	Colour             Colour
	Inset              bool
}

// Layer is one background picture or gradient.
type Layer struct {
	Picture  *Picture
	Gradient *Gradient
	X, Y     Length // background-position: percent as CSS means it
	FromEndX bool   // X counts from the right edge
	FromEndY bool
	Size     Keyword // Cover, Contain, Normal (then W and H)
	W, H     Length
	RepeatX  Keyword // Repeat, NoRepeat, Space, Round
	RepeatY  Keyword
	Origin   Keyword // BorderBox, PaddingBox, ContentBox
	ClipBox  Keyword
}

// Gradient is a linear or radial gradient.
type Gradient struct {
	Radial bool
	Angle  float64 // degrees clockwise from up; used unless Corner
	// CornerX and CornerY are -1, 0 or 1: "to bottom right" is 1, 1. Both 0: Angle.
	CornerX, CornerY int
	Circle           bool
	X, Y             Length // the middle of a radial gradient: percent as CSS means it
	Stops            []Stop
	Repeating        bool
}

// Stop is a colour stop. Pos is Auto where the author left it out.
type Stop struct {
	Colour Colour
	Pos    Length
}

// ListType is what stands before a list item.
type ListType uint8

// The list types.
const (
	Disc ListType = iota
	Circle
	Square
	Decimal
	DecimalZero
	LowerAlpha
	UpperAlpha
	LowerRoman
	UpperRoman
	LowerGreek
	CJKDecimal
	NoMarker
)

// Anonymous returns the style of a box that no element made: it inherits from parent and sets nothing.
func Anonymous(parent *Style) *Style { return blank(parent.Inherited) }

// Blockified returns st as a block: what display becomes for floats and the children of flex containers.
func Blockified(st *Style) *Style {
	d := st.Display
	switch d {
	case Inline, InlineBlock:
		d = Block
	case InlineTable:
		d = Table
	case InlineFlex:
		d = Flex
	}
	if d == st.Display && st.Float == NoKeyword {
		return st
	}
	c := *st
	c.Display, c.Float = d, NoKeyword
	return &c
}

// Ground returns a style with st's background and nothing else: what a row lays beneath its cells.
func Ground(st *Style) *Style {
	g := blank(st.Inherited)
	g.Background, g.Layers = st.Background, st.Layers
	return g
}
