package html

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// hinter turns presentational attributes into declarations (HTML standard, section 15.3). They stand before the
// author's rules.
type hinter struct {
	d    declParser
	link Colour // of links: the body's attribute, or the palette's
}

func (h *hinter) add(x decl) { h.d.out = append(h.d.out, x) }

func (h *hinter) px(p prop, v float64) { h.add(decl{p: p, l: linear{unit: Fixed, px: float32(v)}}) }

// dimension reads "100", "100px", "50%" as HTML does; ok is false where there is no number.
func htmlLength(s string) (linear, bool) {
	s = strings.TrimLeft(s, " \t\n\r\f+")
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i < len(s) && s[i] == '.' {
		i++
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	l := lexer{src: s[:i]}
	t := l.next()
	if t.kind != tNumber {
		return linear{}, false
	}
	if i < len(s) && s[i] == '%' {
		return linear{unit: Fixed, pct: float32(t.n)}, true
	}
	return linear{unit: Fixed, px: float32(t.n)}, true
}

func (h *hinter) length(n *html.Node, name string, p prop, zero bool) {
	if v := attr(n, name); v != "" {
		if l, ok := htmlLength(v); ok && (zero || !l.isZero()) {
			h.add(decl{p: p, l: l})
		}
	}
}

func (h *hinter) colour(n *html.Node, name string, p prop) {
	if v := attr(n, name); v != "" {
		if c, ok := legacyColour(v); ok {
			h.add(decl{p: p, c: cssColour{c: c}})
		}
	}
}

// background is the attribute of that name; its bgcolor cousin is colour.
func (h *hinter) background(n *html.Node) {
	h.colour(n, "bgcolor", pBackColor)
	if v := strings.TrimSpace(attr(n, "background")); v != "" {
		l := startLayer
		l.url = v
		h.add(decl{p: pBackImage, x: []cssLayer{l}})
	}
}

// blockAlign is align of blocks and cells: it moves the blocks within too.
func (h *hinter) blockAlign(n *html.Node) {
	switch v := strings.ToLower(strings.TrimSpace(attr(n, "align"))); v {
	case "":
	case "center", "middle":
		h.add(decl{p: pTextAlign, kw: Center, n: 1})
	case "left":
		h.add(decl{p: pTextAlign, kw: Left, n: 1})
	case "right":
		h.add(decl{p: pTextAlign, kw: Right, n: 1})
	case "justify":
		h.add(decl{p: pTextAlign, kw: Justify})
	case "absmiddle":
		h.add(decl{p: pTextAlign, kw: Center})
	}
}

func (h *hinter) valign(n *html.Node) {
	switch strings.ToLower(strings.TrimSpace(attr(n, "valign"))) {
	case "top":
		h.add(decl{p: pVerticalAlign, kw: Top})
	case "middle", "center", "absmiddle":
		h.add(decl{p: pVerticalAlign, kw: Middle})
	case "bottom", "absbottom":
		h.add(decl{p: pVerticalAlign, kw: Bottom})
	case "baseline":
		h.add(decl{p: pVerticalAlign, kw: Baseline})
	}
}

func (h *hinter) border(width float64, style Keyword) {
	for i := range prop(4) {
		h.px(pBorderTopWidth+i, width)
		h.add(decl{p: pBorderTopStyle + i, kw: style})
	}
}

func (h *hinter) spaces(n *html.Node) {
	h.length(n, "hspace", pMarginLeft, true)
	h.length(n, "hspace", pMarginRight, true)
	h.length(n, "vspace", pMarginTop, true)
	h.length(n, "vspace", pMarginBottom, true)
}

// of returns the declarations that n's attributes stand for. table is the nearest table around a cell.
func (h *hinter) of(n, table *html.Node) []decl {
	h.d.out = h.d.out[:0]
	if len(n.Attr) == 0 && table == nil {
		return nil
	}
	apart := pick(n.DataAtom == atom.Bdo, Override, Isolate)
	switch strings.ToLower(attr(n, "dir")) {
	case "rtl":
		h.add(decl{p: pDirection, kw: RTL})
		h.add(decl{p: pUnicodeBidi, kw: apart})
	case "ltr":
		h.add(decl{p: pDirection, kw: LTR})
		h.add(decl{p: pUnicodeBidi, kw: apart})
	}
	if hasAttr(n, "hidden") && attr(n, "hidden") != "until-found" {
		h.add(decl{p: pDisplay, n: float32(None)})
	}
	switch n.DataAtom {
	case atom.Body:
		h.background(n)
		h.colour(n, "text", pColor)
		h.length(n, "marginheight", pMarginTop, true)
		h.length(n, "marginheight", pMarginBottom, true)
		h.length(n, "marginwidth", pMarginLeft, true)
		h.length(n, "marginwidth", pMarginRight, true)
		h.length(n, "topmargin", pMarginTop, true)
		h.length(n, "bottommargin", pMarginBottom, true)
		h.length(n, "leftmargin", pMarginLeft, true)
		h.length(n, "rightmargin", pMarginRight, true)
	case atom.A:
		if hasAttr(n, "href") {
			h.add(decl{p: pColor, c: cssColour{c: h.link}})
		}
	case atom.Font:
		h.font(n)
	case atom.Table:
		h.table(n)
	case atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot:
		h.background(n)
		h.blockAlign(n)
		h.valign(n)
		h.length(n, "height", pHeight, false)
	case atom.Td, atom.Th:
		h.cell(n, table)
	case atom.Col, atom.Colgroup:
		h.length(n, "width", pWidth, false)
		h.colour(n, "bgcolor", pBackColor)
	case atom.Img, atom.Input:
		h.image(n)
	case atom.Hr:
		h.rule(n)
	case atom.Div, atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		h.blockAlign(n)
	case atom.Caption:
		if strings.EqualFold(attr(n, "align"), "bottom") {
			h.add(decl{p: pCaptionSide, kw: Bottom})
		} else {
			h.blockAlign(n)
		}
	case atom.Br:
		switch strings.ToLower(attr(n, "clear")) {
		case "all", "both":
			h.add(decl{p: pClear, kw: Both})
		case "left":
			h.add(decl{p: pClear, kw: Left})
		case "right":
			h.add(decl{p: pClear, kw: Right})
		}
	case atom.Ol, atom.Ul, atom.Li:
		h.list(n)
	case atom.Pre:
		if hasAttr(n, "wrap") {
			h.add(decl{p: pWhiteSpace, kw: PreWrap})
		}
	}
	return h.d.out
}

func (h *hinter) font(n *html.Node) {
	h.colour(n, "color", pColor)
	if f := attr(n, "face"); f != "" {
		parseFamily(&h.d, tokens(f))
	}
	if s := strings.TrimSpace(attr(n, "size")); s != "" {
		v, ok := atoi(strings.TrimLeft(s, "+-"))
		if !ok {
			return
		}
		switch s[0] {
		case '+':
			v = 3 + v
		case '-':
			v = 3 - v
		}
		v = min(max(v, 1), 7)
		h.add(decl{p: pFontSize, l: linear{unit: Fixed, px: [...]float32{10, 13, 16, 18, 24, 32, 48}[v-1]}, kw: Inside})
	}
}

func (h *hinter) table(n *html.Node) {
	h.background(n)
	h.length(n, "width", pWidth, false)
	h.length(n, "height", pHeight, false)
	h.spaces(n)
	switch strings.ToLower(strings.TrimSpace(attr(n, "align"))) {
	case "left":
		h.add(decl{p: pFloat, kw: Left})
	case "right":
		h.add(decl{p: pFloat, kw: Right})
	case "center", "middle":
		h.add(decl{p: pMarginLeft})
		h.add(decl{p: pMarginRight})
	}
	if v := attr(n, "cellspacing"); v != "" {
		if l, ok := htmlLength(v); ok {
			l.pct = 0
			h.add(decl{p: pSpacing, x: radii{l, l}})
		}
	}
	c, coloured := legacyColour(attr(n, "bordercolor"))
	if w := borderAttr(n); w > 0 {
		h.border(w, pick(coloured, Solid, Outset))
	} else if hasAttr(n, "border") {
		for i := range prop(4) {
			h.px(pBorderTopWidth+i, 0)
		}
	}
	if coloured {
		for i := range prop(4) {
			h.add(decl{p: pBorderTopColor + i, c: cssColour{c: c}})
		}
	}
	if r := strings.ToLower(attr(n, "rules")); r != "" && r != "none" {
		h.add(decl{p: pCollapse, kw: Collapse})
	}
}

// borderAttr is the width that a table's border attribute asks for.
func borderAttr(n *html.Node) float64 {
	if !hasAttr(n, "border") {
		return 0
	}
	l, ok := htmlLength(attr(n, "border"))
	if !ok {
		return 1
	}
	return float64(l.px)
}

func (h *hinter) cell(n, table *html.Node) {
	if table != nil {
		if v := attr(table, "cellpadding"); v != "" {
			if l, ok := htmlLength(v); ok {
				l.pct = 0
				for i := range prop(4) {
					h.add(decl{p: pPaddingTop + i, l: l})
				}
			}
		}
		w := borderAttr(table)
		rules := strings.ToLower(attr(table, "rules"))
		if w > 0 && rules == "" || rules == "all" {
			h.border(1, pick(hasAttr(table, "bordercolor"), Solid, Inset))
			for i := range prop(4) {
				h.add(decl{p: pBorderTopColor + i, wide: wideInherit})
			}
		}
		if rules == "rows" || rules == "cols" {
			// Between rows or columns: those at the table's edge are the frame's, which is stronger.
			for i := pick(rules == "rows", prop(0), 1); i < 4; i += 2 {
				h.px(pBorderTopWidth+i, 1)
				h.add(decl{p: pBorderTopStyle + i, kw: Solid})
			}
		}
	}
	h.background(n)
	h.blockAlign(n)
	h.valign(n)
	h.length(n, "width", pWidth, false)
	h.length(n, "height", pHeight, false)
	if hasAttr(n, "nowrap") {
		h.add(decl{p: pWhiteSpace, kw: NoWrap})
	}
}

func (h *hinter) image(n *html.Node) {
	if n.DataAtom == atom.Input && !strings.EqualFold(attr(n, "type"), "image") {
		return
	}
	h.length(n, "width", pWidth, true)
	h.length(n, "height", pHeight, true)
	h.spaces(n)
	if v := attr(n, "border"); v != "" {
		if l, ok := htmlLength(v); ok && l.px > 0 {
			h.border(float64(l.px), Solid)
		}
	}
	switch strings.ToLower(strings.TrimSpace(attr(n, "align"))) {
	case "left":
		h.add(decl{p: pFloat, kw: Left})
	case "right":
		h.add(decl{p: pFloat, kw: Right})
	case "middle", "absmiddle", "center":
		h.add(decl{p: pVerticalAlign, kw: Middle})
	case "top":
		h.add(decl{p: pVerticalAlign, kw: Top})
	case "texttop":
		h.add(decl{p: pVerticalAlign, kw: TextTop})
	case "bottom", "baseline":
		h.add(decl{p: pVerticalAlign, kw: Baseline})
	case "absbottom":
		h.add(decl{p: pVerticalAlign, kw: Bottom})
	}
}

func (h *hinter) rule(n *html.Node) {
	h.length(n, "width", pWidth, false)
	solid := hasAttr(n, "noshade")
	if v := attr(n, "color"); v != "" {
		if c, ok := legacyColour(v); ok {
			solid = true
			h.add(decl{p: pColor, c: cssColour{c: c}})
			h.add(decl{p: pBackColor, c: cssColour{c: c}})
			for i := range prop(4) {
				h.add(decl{p: pBorderTopColor + i, c: cssColour{c: c}})
			}
		}
	}
	if solid {
		for i := range prop(4) {
			h.add(decl{p: pBorderTopStyle + i, kw: Solid})
		}
		if attr(n, "color") == "" {
			for i := range prop(4) {
				h.add(decl{p: pBorderTopColor + i, c: cssColour{current: true}})
			}
		}
	}
	if v, ok := atoi(attr(n, "size")); ok && v > 0 {
		if v == 1 {
			h.px(pBorderBottomWidth, 0)
		} else {
			h.px(pHeight, float64(min(v, 1000)-2))
		}
	}
	switch strings.ToLower(attr(n, "align")) {
	case "left":
		h.px(pMarginLeft, 0)
		h.add(decl{p: pMarginRight})
	case "right":
		h.add(decl{p: pMarginLeft})
		h.px(pMarginRight, 0)
	}
}

func (h *hinter) list(n *html.Node) {
	t, ok := map[string]ListType{
		"1": Decimal, "a": LowerAlpha, "A": UpperAlpha, "i": LowerRoman, "I": UpperRoman, "disc": Disc, "circle": Circle, "square": Square,
		"none": NoMarker,
	}[attr(n, "type")]
	if ok {
		h.add(decl{p: pListType, n: float32(t)})
	}
}
