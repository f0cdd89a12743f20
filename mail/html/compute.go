package html

import (
	"math"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// computer turns declarations into the computed style of one element.
type computer struct {
	s      *styler
	parent *Style
	node   *html.Node // nil for pseudo-elements
	st     Style
	layers []cssLayer
	shadow []cssShadow
	bg     cssColour
	deco   decl // text-decoration-color
	decoN  int
	border [5]cssColour // the fifth is the outline's
}

func (c *computer) begin() {
	for i := range c.border {
		c.border[i].current = true
		if i < 4 {
			c.st.Border[i].Width = 3
		}
	}
	c.st.OutlineBorder.Width = 3
	c.deco.c.current = true
	c.st.decoration.Style = Solid
	c.st.Decorations = c.parent.Decorations
	if n := c.node; n != nil {
		if l := attr(n, "lang"); l != "" && len(l) < 36 {
			c.st.Lang = lowerASCII(l)
		} else if l := attr(n, "xml:lang"); l != "" && len(l) < 36 {
			c.st.Lang = lowerASCII(l)
		}
	}
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i, x := range b {
		if x >= 'A' && x <= 'Z' {
			b[i] = x + 32
		}
	}
	return string(b)
}

// px resolves a length's units; percentages remain.
func (c *computer) px(l linear, em float32) Length {
	if l.unit != Fixed {
		return Length{Unit: l.unit}
	}
	v := float64(l.px)
	if l.em != 0 || l.ex != 0 || l.ch != 0 || l.rem != 0 {
		v += float64(l.em*em) + float64(l.rem*c.s.root) + float64(l.ex*em)*0.536 + float64(l.ch*em)*0.572
	}
	if l.vw != 0 || l.vh != 0 {
		h := c.s.v.Height
		if h == 0 {
			h = c.s.v.Width
		}
		v += float64(l.vw)*c.s.v.Width/100 + float64(l.vh)*h/100
		c.s.from, c.s.until = c.s.v.Width, math.Nextafter(c.s.v.Width, math.Inf(1))
	}
	v = min(max(v, -1e7), 1e7)
	return Length{Unit: Fixed, Px: float32(v), Pct: min(max(l.pct, -1e5), 1e5)}
}

func (c *computer) len(l linear) Length { return c.px(l, c.st.Size) }

// side is the side at which lines of this box begin, or end. Its direction is known before: it comes with the fonts.
func (c *computer) side(start bool) Side {
	if start == (c.st.Direction == RTL) {
		return SideRight
	}
	return SideLeft
}

// apply applies one declaration.
func (c *computer) apply(d *decl) {
	if d.wide != wideNone {
		if d.p == pAll {
			return // only mail clients' resets write it; nothing good comes of it in mail
		}
		c.wide(d)
		return
	}
	st := &c.st
	switch d.p {
	case pFontSize:
		c.fontSize(d)
	case pFontFamily:
		st.Family = c.s.family(d.x.([]string))
	case pFontWeight:
		c.weight(d)
	case pFontStyle:
		st.Italic = d.kw == Inside
	case pFontVariant:
		st.SmallCaps = d.kw == Inside
	case pDirection:
		st.Direction = d.kw
	case pColor:
		if d.c.current {
			st.Colour = c.parent.Colour
		} else {
			st.Colour = d.c.c
		}
	case pLineHeight:
		switch d.kw {
		case Inside:
			st.LineHeight = LineHeight{Normal: true}
		case Outside:
			st.LineHeight = LineHeight{Number: true, V: min(d.n, 1e4)}
		default:
			l := c.len(d.l)
			st.LineHeight = LineHeight{V: l.Px + l.Pct*st.Size/100}
		}
	case pLetterSpacing:
		l := c.len(d.l)
		st.LetterSpacing = min(max(l.Px+l.Pct*st.Size/100, -1000), 1000)
	case pWordSpacing:
		st.WordSpacing = min(max(c.len(d.l).Px, -1000), 1000)
	case pTextAlign:
		st.Align, st.BlockAlign = d.kw, Normal
		if d.n != 0 {
			st.BlockAlign = d.kw
		}
	case pTextIndent:
		st.Indent = c.len(d.l)
	case pTextTransform:
		st.Transform = d.kw
	case pWhiteSpace:
		st.White = d.kw
	case pWordBreak:
		st.WordBreak = d.kw
	case pOverflowWrap:
		st.OverflowWrap = d.kw
	case pListType:
		st.ListType = ListType(d.n)
	case pListPos:
		st.ListPos = d.kw
	case pListImage:
		st.ListImage = nil
		if u, ok := d.x.(string); ok {
			st.ListImage = c.s.d.pictures[u]
		}
	case pVisibility:
		st.Visibility = d.kw
	case pCollapse:
		st.Collapse = d.kw == Collapse
	case pSpacing:
		r := d.x.(radii)
		st.SpacingX, st.SpacingY = c.len(r.x).Px, c.len(r.y).Px
	case pCaptionSide:
		st.CaptionBottom = d.kw == Bottom
	case pEmptyCells:
		st.HideEmpty = d.kw == Hidden
	case pTabSize:
		st.TabSize = uint8(d.n)
	case pCursor:
		st.Pointer = d.kw == Inside
	case pFontKerning:
		st.Kern = d.kw == Normal
	default:
		c.applyBox(d)
	}
}

func (c *computer) fontSize(d *decl) {
	st := &c.st
	p := c.parent
	st.absSize = true
	st.sizeWord = 0
	switch {
	case d.kw == Inside:
		st.sizeWord, st.absSize = d.l.px, false
		st.Size = d.l.px
		if isMono(st.Family) {
			st.Size = d.l.px * 13 / 16
		}
		return
	case d.l.em != 0 || d.l.pct != 0 || d.l.ex != 0:
		st.absSize = p.absSize
	}
	l := c.px(d.l, p.Size)
	st.Size = min(max(l.Px+l.Pct*p.Size/100, 0), 5000)
}

// isMono reports whether the family is the word monospace alone, whose default size is smaller by old custom.
func isMono(f []string) bool { return len(f) == 1 && f[0] == "monospace" }

func (c *computer) weight(d *decl) {
	w := int(d.n)
	if d.kw == Inside {
		p := c.parent.Weight
		switch {
		case d.n > 0 && p < 350:
			w = 400
		case d.n > 0 && p < 550:
			w = 700
		case d.n > 0:
			w = 900
		case p < 550:
			w = 100
		case p < 750:
			w = 400
		default:
			w = 700
		}
	}
	c.st.Weight = uint16(min(max(w, 1), 1000))
}

// applyBox applies properties that are not inherited.
func (c *computer) applyBox(d *decl) {
	st := &c.st
	switch {
	case d.p == pMarginStart || d.p == pMarginEnd:
		st.Margin[c.side(d.p == pMarginStart)] = c.len(d.l)
	case d.p == pPaddingStart || d.p == pPaddingEnd:
		st.Padding[c.side(d.p == pPaddingStart)] = c.len(d.l)
	case d.p >= pMarginTop && d.p <= pMarginLeft:
		i := d.p - pMarginTop
		st.Margin[i] = c.len(d.l)
		switch i {
		case 0:
			st.QuirkTop = d.quirky
		case 2:
			st.QuirkBottom = d.quirky
		}
		return
	case d.p >= pPaddingTop && d.p <= pPaddingLeft:
		st.Padding[d.p-pPaddingTop] = c.len(d.l)
		return
	case d.p >= pBorderTopWidth && d.p <= pBorderLeftWidth:
		st.Border[d.p-pBorderTopWidth].Width = c.lineWidth(d.l)
		return
	case d.p >= pBorderTopStyle && d.p <= pBorderLeftStyle:
		st.Border[d.p-pBorderTopStyle].Style = d.kw
		return
	case d.p >= pBorderTopColor && d.p <= pBorderLeftColor:
		c.border[d.p-pBorderTopColor] = d.c
		return
	case d.p >= pRadiusTL && d.p <= pRadiusBL:
		r := d.x.(radii)
		st.Radius[d.p-pRadiusTL] = Corner{c.len(r.x), c.len(r.y)}
		return
	case d.p >= pTop && d.p <= pLeft:
		st.Inset[d.p-pTop] = c.len(d.l)
		return
	}
	switch d.p {
	case pDisplay:
		st.Display = Display(d.n)
	case pPosition:
		st.Position = d.kw
	case pFloat:
		st.Float = d.kw
	case pClear:
		st.Clear = d.kw
	case pWidth:
		st.Width = c.len(d.l)
	case pHeight:
		st.Height = c.len(d.l)
	case pMinWidth:
		st.MinWidth = c.len(d.l)
	case pMinHeight:
		st.MinHeight = c.len(d.l)
	case pMaxWidth:
		st.MaxWidth = c.len(d.l)
	case pMaxHeight:
		st.MaxHeight = c.len(d.l)
	case pBoxSizing:
		st.BorderSizing = d.kw == BorderBox
	case pOverflow:
		st.Clip = d.kw == Hidden
	case pOpacity:
		st.Opacity = d.n
	case pVerticalAlign:
		st.VAlign, st.VShift = d.kw, Length{}
		if d.kw == Normal {
			st.VShift = c.len(d.l)
		}
	case pTableLayout:
		st.FixedTable = d.kw == Inside
	case pFlexDir:
		st.FlexDir = d.kw
	case pFlexWrap:
		st.FlexWrap = d.kw
	case pJustifyContent:
		st.JustifyItems = d.kw
	case pAlignItems:
		st.AlignItems = d.kw
	case pAlignContent:
		st.AlignContent = d.kw
	case pAlignSelf:
		st.AlignSelf = d.kw
	case pGrow:
		st.Grow = max(d.n, 0)
	case pShrink:
		st.Shrink = max(d.n, 0)
	case pBasis:
		st.Basis = c.len(d.l)
	case pOrder:
		st.Order = int(d.n)
	case pRowGap:
		st.GapY = c.len(d.l)
	case pColumnGap:
		st.GapX = c.len(d.l)
	case pUnicodeBidi:
		st.UnicodeBidi = d.kw
	case pObjectFit:
		st.Fit = d.kw
	case pAspect:
		st.Aspect = d.n
	case pContent:
		st.content, st.hasContent = d.x.(string)
	default:
		c.applyPaint(d)
	}
}

// applyPaint applies properties that only painting looks at.
func (c *computer) applyPaint(d *decl) {
	st := &c.st
	switch d.p {
	case pBackColor:
		c.bg = d.c
	case pBackImage:
		layers := d.x.([]cssLayer)
		if d.kw != Inside && len(c.layers) > 0 {
			// background-image after background keeps what the shorthand said of place and repetition.
			old := c.layers
			c.layers = append([]cssLayer(nil), layers...)
			for i := range c.layers {
				o := old[i%len(old)]
				o.url, o.gradient = c.layers[i].url, c.layers[i].gradient
				c.layers[i] = o
			}
			return
		}
		c.layers = append([]cssLayer(nil), layers...)
	case pBackPosition, pBackSize, pBackRepeat, pBackOrigin, pBackClip:
		set := d.x.([]layerSetter)
		if len(c.layers) == 0 {
			c.layers = []cssLayer{startLayer}
		}
		for i := range c.layers {
			set[i%len(set)](&c.layers[i])
		}
	case pBoxShadow:
		c.shadow, _ = d.x.([]cssShadow)
	case pOutlineWidth:
		st.OutlineBorder.Width = c.lineWidth(d.l)
	case pOutlineStyle:
		st.OutlineBorder.Style = d.kw
	case pOutlineColor:
		c.border[4] = d.c
	case pDecoLine:
		c.decoN = int(d.n)
	case pDecoStyle:
		st.decoration.Style = d.kw
	case pDecoColor:
		c.deco = *d
	case pDecoThickness:
		st.decoration.Thickness = c.len(d.l)
	}
}

// lineWidth is a border width: whole pixels, and never nothing where something was asked for.
func (c *computer) lineWidth(l linear) float32 {
	w := c.len(l).Px
	switch {
	case w <= 0:
		return 0
	case w < 1:
		return 1
	}
	return float32(math.Floor(float64(min(w, 10_000))))
}

// wide applies inherit, initial and unset.
func (c *computer) wide(d *decl) {
	inherited := d.p < pDisplay
	take := d.wide == wideInherit || d.wide == wideUnset && inherited
	from := c.parent
	if !take {
		from = blank(initial(c.s.v))
		for i := range from.Border {
			from.Border[i].Width = 3
		}
	}
	copyProp(&c.st, from, d.p)
	switch {
	case d.p >= pBorderTopColor && d.p <= pBorderLeftColor:
		i := d.p - pBorderTopColor
		c.border[i] = cssColour{current: true}
		if take {
			c.border[i] = cssColour{c: from.Border[i].Colour}
		}
	case d.p == pBackColor:
		c.bg = cssColour{}
		if take {
			c.bg.c = from.Background
		}
	case d.p >= pBackImage && d.p <= pBackClip:
		if d.p == pBackImage {
			c.layers = nil
		}
	case d.p == pBoxShadow:
		c.shadow = nil
	case d.p == pDecoLine:
		c.decoN = 0
	}
}

// finish settles what depends on several properties.
func (c *computer) finish() {
	st := &c.st
	for i := range st.Border {
		b := &st.Border[i]
		b.Colour = c.colour(c.border[i])
		if b.Style < Solid || b.Style > Outset {
			b.Width = 0
		}
	}
	st.OutlineBorder.Colour = c.colour(c.border[4])
	if !st.OutlineBorder.Visible() {
		st.OutlineBorder.Width = 0
	}
	st.Background = c.colour(c.bg)
	for _, s := range c.shadow {
		st.Shadows = append(st.Shadows, Shadow{
			X: c.len(s.l[0]).Px, Y: c.len(s.l[1]).Px, Blur: c.len(s.l[2]).Px, Spread: c.len(s.l[3]).Px, Colour: c.colour(s.c), Inset: s.inset,
		})
	}
	c.makeLayers()
	c.blockify()
	// Decorations reach all text within, but for boxes that are apart from the flow of text.
	if st.Float != NoKeyword || st.Display == InlineBlock || st.Display == InlineTable || st.Display == InlineFlex {
		st.Decorations = nil
	}
	if c.decoN != 0 {
		d := st.decoration
		d.Under, d.Over, d.Through = c.decoN&decoUnder != 0, c.decoN&decoOver != 0, c.decoN&decoThrough != 0
		d.Colour = c.colour(c.deco.c)
		st.Decorations = append(append([]Decoration(nil), st.Decorations...), d)
		if len(st.Decorations) > 8 {
			st.Decorations = st.Decorations[len(st.Decorations)-8:]
		}
	}
	if st.Display == Inline && st.Opacity < 1 {
		st.InlineAlpha *= st.Opacity
		st.Opacity = 1
	}
}

func (c *computer) colour(x cssColour) Colour {
	if x.current {
		return c.st.Colour
	}
	return x.c
}

// monoSize applies the smaller default size of monospace text where no size was set in pixels.
func (c *computer) monoSize() {
	st, p := &c.st, c.parent
	if st.absSize || isMono(st.Family) == isMono(p.Family) {
		return
	}
	switch {
	case st.sizeWord > 0:
		st.Size = st.sizeWord
		if isMono(st.Family) {
			st.Size = st.sizeWord * 13 / 16
		}
	case isMono(st.Family):
		st.Size = st.Size * 13 / 16
	default:
		st.Size = st.Size * 16 / 13
	}
}

// blockify applies CSS 2.1, 9.7, and what HTML says of single elements.
func (c *computer) blockify() {
	st := &c.st
	if st.Float != NoKeyword || c.node != nil && c.node.DataAtom == atom.Html {
		switch st.Display {
		case Inline, InlineBlock, Row, RowGroup, HeaderGroup, FooterGroup, Cell, Column, ColumnGroup, Caption:
			st.Display = Block
		case InlineTable:
			st.Display = Table
		case InlineFlex:
			st.Display = Flex
		}
	}
	if c.node == nil {
		return
	}
	switch c.node.DataAtom {
	case atom.Table:
		// Tables do not take over that blocks are centred, only that text is.
		if st.BlockAlign != Normal {
			st.Align, st.BlockAlign = Start, Normal
		}
	case atom.Th:
		if st.Align == Start && c.parent.Align == Start {
			st.Align = Center
		}
	case atom.Img:
		if st.Display == Inline {
			st.Display = InlineBlock
		}
	case atom.Br, atom.Wbr:
		if st.Display != None {
			st.Display = Inline
		}
	}
	if c.hiddenFar() {
		st.Display = None
	}
}

// hiddenFar reports whether an element was moved out of sight by its position, as text for screen readers is.
func (c *computer) hiddenFar() bool {
	st := &c.st
	if st.Position != Absolute {
		return false
	}
	for _, i := range st.Inset {
		if i.Unit == Fixed && (i.Px < -400 || i.Px > 5000) {
			return true
		}
	}
	return false
}

func (c *computer) makeLayers() {
	for _, l := range c.layers {
		out := Layer{
			X: c.len(l.pos.x), Y: c.len(l.pos.y), FromEndX: l.pos.endX, FromEndY: l.pos.endY, Size: l.size,
			W: c.len(l.w), H: c.len(l.h), RepeatX: l.rx, RepeatY: l.ry, Origin: l.origin, ClipBox: l.clip,
		}
		switch {
		case l.gradient != nil:
			g := l.gradient.g
			for _, s := range l.gradient.stops {
				g.Stops = append(g.Stops, Stop{Colour: c.colour(s.c), Pos: c.len(s.pos)})
			}
			g.X, g.Y = c.len(l.gradient.pos.x), c.len(l.gradient.pos.y)
			if l.gradient.pos.endX {
				g.X = Length{Unit: Fixed, Px: -g.X.Px, Pct: 100 - g.X.Pct}
			}
			if l.gradient.pos.endY {
				g.Y = Length{Unit: Fixed, Px: -g.Y.Px, Pct: 100 - g.Y.Pct}
			}
			out.Gradient = &g
		case l.url != "":
			out.Picture = c.s.d.pictures[l.url]
		}
		if out.Gradient != nil || out.Picture != nil || l.clip != BorderBox {
			c.st.Layers = append(c.st.Layers, out)
		}
	}
}
