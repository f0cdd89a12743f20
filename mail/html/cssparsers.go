package html

import (
	"strings"
)

var borderStyles = map[string]Keyword{
	"none": NoKeyword, "hidden": Hidden, "solid": Solid, "dashed": Dashed, "dotted": Dotted, "double": Double, "groove": Groove,
	"ridge": Ridge, "inset": Inset, "outset": Outset,
}

var alignWords = map[string]Keyword{
	"normal": Normal, "stretch": Stretch, "flex-start": FlexStart, "start": FlexStart, "self-start": FlexStart, "left": FlexStart,
	"flex-end": FlexEnd, "end": FlexEnd, "self-end": FlexEnd, "right": FlexEnd, "center": Center, "space-between": SpaceBetween,
	"space-around": SpaceAround, "space-evenly": SpaceEvenly, "baseline": Baseline, "auto": NoKeyword,
}

// parsers has the parser of each property. It is filled by init because the parsers refer to it.
var parsers map[string]func(*declParser, []token) bool

func init() {
	margin := func(d *declParser, p prop, v []token) bool {
		l, ok := d.length(v, true, true, true)
		return ok && l.unit <= Fixed && d.add(decl{p: p, l: l})
	}
	padding := func(d *declParser, p prop, v []token) bool {
		l, ok := d.length(v, false, false, true)
		return ok && d.add(decl{p: p, l: l})
	}
	parsers = map[string]func(*declParser, []token) bool{
		"font-size": parseFontSize, "font-family": parseFamily, "font-weight": parseWeight, "font": parseFont,
		"font-style":        keywords(pFontStyle, map[string]Keyword{"normal": Normal, "italic": Inside, "oblique": Inside}),
		"font-variant":      keywords(pFontVariant, map[string]Keyword{"normal": Normal, "small-caps": Inside, "none": Normal}),
		"font-variant-caps": keywords(pFontVariant, map[string]Keyword{"normal": Normal, "small-caps": Inside, "all-small-caps": Inside}),
		"font-kerning":      keywords(pFontKerning, map[string]Keyword{"auto": Normal, "normal": Normal, "none": NoKeyword}),
		"direction":         keywords(pDirection, map[string]Keyword{"ltr": LTR, "rtl": RTL}),
		"unicode-bidi": keywords(pUnicodeBidi, map[string]Keyword{
			"normal": Normal, "embed": Embed, "bidi-override": Override, "isolate": Isolate, "isolate-override": Override, "plaintext": Plaintext,
		}),
		"color": func(d *declParser, v []token) bool {
			c, ok := parseColour(v, d.quirk)
			return ok && d.add(decl{p: pColor, c: c})
		},
		"line-height":    parseLineHeight,
		"letter-spacing": parseSpacing(pLetterSpacing), "word-spacing": parseSpacing(pWordSpacing),
		"text-align":  parseTextAlign,
		"text-indent": length(pTextIndent, false, true, true),
		"text-transform": keywords(pTextTransform, map[string]Keyword{
			"none": Normal, "uppercase": Uppercase, "lowercase": Lowercase, "capitalize": Capitalize, "full-width": FullWidth,
		}),
		"white-space": keywords(pWhiteSpace, map[string]Keyword{
			"normal": Normal, "pre": Pre, "nowrap": NoWrap, "pre-wrap": PreWrap, "pre-line": PreLine, "break-spaces": BreakSpaces,
		}),
		"word-break": keywords(pWordBreak, map[string]Keyword{
			"normal": Normal, "break-all": BreakAll, "keep-all": KeepAll, "break-word": BreakWord, "auto-phrase": Normal,
		}),
		"overflow-wrap":   keywords(pOverflowWrap, map[string]Keyword{"normal": Normal, "break-word": BreakWord, "anywhere": Anywhere}),
		"word-wrap":       keywords(pOverflowWrap, map[string]Keyword{"normal": Normal, "break-word": BreakWord, "anywhere": Anywhere}),
		"list-style-type": parseListType, "list-style": parseListStyle,
		"list-style-position": keywords(pListPos, map[string]Keyword{"inside": Inside, "outside": Outside}),
		"list-style-image":    parseListImage,
		"visibility":          keywords(pVisibility, map[string]Keyword{"visible": Visible, "hidden": Hidden, "collapse": Collapse}),
		"border-collapse":     keywords(pCollapse, map[string]Keyword{"collapse": Collapse, "separate": Separate}),
		"border-spacing":      parseBorderSpacing,
		"caption-side":        keywords(pCaptionSide, map[string]Keyword{"top": Top, "bottom": Bottom}),
		"empty-cells":         keywords(pEmptyCells, map[string]Keyword{"show": Visible, "hide": Hidden}),
		"cursor": func(d *declParser, v []token) bool {
			k := Normal
			if ident(v) == "pointer" {
				k = Inside
			}
			return d.add(decl{p: pCursor, kw: k})
		},
		"tab-size": func(d *declParser, v []token) bool {
			return len(v) == 1 && v[0].kind == tNumber && d.add(decl{p: pTabSize, n: float32(min(max(v[0].n, 0), 32))})
		},
		"display": parseDisplay,
		"position": keywords(pPosition, map[string]Keyword{
			"static": Static, "relative": Relative, "absolute": Absolute, "fixed": Absolute, "sticky": Relative,
		}),
		"float": keywords(pFloat, map[string]Keyword{"none": NoKeyword, "left": Left, "right": Right, "inline-start": Left, "inline-end": Right}),
		"clear": keywords(pClear, map[string]Keyword{"none": NoKeyword, "left": Left, "right": Right, "both": Both, "inline-start": Left, "inline-end": Right}),
		"width": func(d *declParser, v []token) bool {
			return sizeFunction(d, pWidth, pMaxWidth, v) || length(pWidth, true, false, true)(d, v)
		},
		"height": length(pHeight, true, false, true), "min-width": length(pMinWidth, true, false, false),
		"min-height": length(pMinHeight, true, false, false), "max-width": length(pMaxWidth, true, false, false),
		"max-height": length(pMaxHeight, true, false, false),
		"margin":     four(pMarginTop, margin), "padding": four(pPaddingTop, padding),
		"border-width": four(pBorderTopWidth, borderWidthDecl), "border-style": four(pBorderTopStyle, borderStyleDecl),
		"border-color": four(pBorderTopColor, borderColourDecl), "border": parseBorder,
		"border-radius": parseRadius, "border-top-left-radius": corner(pRadiusTL), "border-top-right-radius": corner(pRadiusTR),
		"border-bottom-right-radius": corner(pRadiusBR), "border-bottom-left-radius": corner(pRadiusBL),
		"box-sizing": keywords(pBoxSizing, map[string]Keyword{"content-box": ContentBox, "border-box": BorderBox}),
		"overflow":   parseOverflow, "overflow-x": parseOverflow, "overflow-y": parseOverflow,
		"opacity": func(d *declParser, v []token) bool {
			if len(v) != 1 || v[0].kind != tNumber && v[0].kind != tPercent {
				return false
			}
			n := v[0].n
			if v[0].kind == tPercent {
				n /= 100
			}
			return d.add(decl{p: pOpacity, n: float32(min(max(n, 0), 1))})
		},
		"vertical-align": parseVerticalAlign,
		"background":     parseBackground,
		"background-color": func(d *declParser, v []token) bool {
			c, ok := parseColour(v, d.quirk)
			return ok && d.add(decl{p: pBackColor, c: c})
		},
		"background-image": parseBackImage, "background-position": parseBackPosition, "background-size": parseBackSize,
		"background-repeat": parseBackRepeat, "background-origin": parseBackBox(pBackOrigin), "background-clip": parseBackBox(pBackClip),
		"table-layout":   keywords(pTableLayout, map[string]Keyword{"auto": Normal, "fixed": Inside}),
		"flex-direction": keywords(pFlexDir, map[string]Keyword{"row": RowDir, "row-reverse": RowReverse, "column": ColumnDir, "column-reverse": ColumnReverse}),
		"flex-wrap":      keywords(pFlexWrap, map[string]Keyword{"nowrap": NoWrap, "wrap": WrapOn, "wrap-reverse": WrapReverse}),
		"flex-flow":      parseFlexFlow, "flex": parseFlex,
		"justify-content": keywords(pJustifyContent, alignWords), "align-items": keywords(pAlignItems, alignWords),
		"align-content": keywords(pAlignContent, alignWords), "align-self": keywords(pAlignSelf, alignWords),
		"flex-grow": number(pGrow), "flex-shrink": number(pShrink), "order": number(pOrder),
		"flex-basis": length(pBasis, true, false, false),
		"row-gap":    length(pRowGap, false, false, false), "column-gap": length(pColumnGap, false, false, false),
		"gap": func(d *declParser, v []token) bool {
			w := words(v)
			if len(w) == 1 {
				w = append(w, w[0])
			}
			if len(w) != 2 {
				return false
			}
			return length(pRowGap, false, false, false)(d, w[0]) && length(pColumnGap, false, false, false)(d, w[1])
		},
		"object-fit":   keywords(pObjectFit, map[string]Keyword{"fill": Fill, "contain": Contain, "cover": Cover, "none": NoKeyword, "scale-down": ScaleDown}),
		"aspect-ratio": parseAspect, "box-shadow": parseBoxShadow,
		"outline": parseOutline, "outline-width": func(d *declParser, v []token) bool { return borderWidthDecl(d, pOutlineWidth, v) },
		"outline-style":   func(d *declParser, v []token) bool { return borderStyleDecl(d, pOutlineStyle, v) },
		"outline-color":   func(d *declParser, v []token) bool { return borderColourDecl(d, pOutlineColor, v) },
		"text-decoration": parseDecoration, "text-decoration-line": parseDecoLine,
		"text-decoration-style": keywords(pDecoStyle, map[string]Keyword{"solid": Solid, "double": Double, "dotted": Dotted, "dashed": Dashed, "wavy": Wavy}),
		"text-decoration-color": func(d *declParser, v []token) bool {
			c, ok := parseColour(v, false)
			return ok && d.add(decl{p: pDecoColor, c: c})
		},
		"text-decoration-thickness": func(d *declParser, v []token) bool {
			if ident(v) == "from-font" {
				return d.add(decl{p: pDecoThickness})
			}
			return length(pDecoThickness, true, false, false)(d, v)
		},
		"content":  parseContent,
		"mso-hide": keywords(pMsoHide, map[string]Keyword{"all": Hidden, "none": Visible}),
		"top":      length(pTop, true, true, true), "right": length(pRight, true, true, true),
		"bottom": length(pBottom, true, true, true), "left": length(pLeft, true, true, true),
		"inset": four(pTop, margin),
		// What logical properties mean in text that runs to the right.
		"margin-inline": two(pMarginLeft, pMarginRight, margin), "margin-block": two(pMarginTop, pMarginBottom, margin),
		"padding-inline": two(pPaddingLeft, pPaddingRight, padding), "padding-block": two(pPaddingTop, pPaddingBottom, padding),
	}
	for i, side := range []string{"top", "right", "bottom", "left"} {
		i := prop(i)
		parsers["margin-"+side] = func(d *declParser, v []token) bool { return margin(d, pMarginTop+i, v) }
		parsers["padding-"+side] = func(d *declParser, v []token) bool { return padding(d, pPaddingTop+i, v) }
		parsers["border-"+side] = borderSide(i)
		parsers["border-"+side+"-width"] = func(d *declParser, v []token) bool { return borderWidthDecl(d, pBorderTopWidth+i, v) }
		parsers["border-"+side+"-style"] = func(d *declParser, v []token) bool { return borderStyleDecl(d, pBorderTopStyle+i, v) }
		parsers["border-"+side+"-color"] = func(d *declParser, v []token) bool { return borderColourDecl(d, pBorderTopColor+i, v) }
	}
	for i, end := range []string{"start", "end"} {
		i := prop(i)
		parsers["margin-inline-"+end] = func(d *declParser, v []token) bool { return margin(d, pMarginStart+i, v) }
		parsers["padding-inline-"+end] = func(d *declParser, v []token) bool { return padding(d, pPaddingStart+i, v) }
	}
	for from, to := range map[string]string{
		"margin-block-start": "margin-top", "margin-block-end": "margin-bottom", "padding-block-start": "padding-top",
		"padding-block-end": "padding-bottom", "inline-size": "width", "block-size": "height",
		"max-inline-size": "max-width", "grid-gap": "gap", "grid-row-gap": "row-gap", "grid-column-gap": "column-gap",
	} {
		parsers[from] = parsers[to]
	}
}

var textAligns = map[string]Keyword{
	"left": Left, "right": Right, "center": Center, "justify": Justify, "start": Start, "end": End,
	"-webkit-left": Left, "-webkit-right": Right, "-webkit-center": Center, "-moz-center": Center,
}

func parseTextAlign(d *declParser, v []token) bool {
	name := ident(v)
	k, ok := textAligns[name]
	if !ok {
		return false
	}
	x := decl{p: pTextAlign, kw: k}
	if name[0] == '-' {
		x.n = 1 // moves blocks too
	}
	return d.add(x)
}

func two(a, b prop, each func(d *declParser, p prop, v []token) bool) func(*declParser, []token) bool {
	return func(d *declParser, v []token) bool {
		w := words(v)
		if len(w) == 1 {
			w = append(w, w[0])
		}
		return len(w) == 2 && each(d, a, w[0]) && each(d, b, w[1])
	}
}

func number(p prop) func(*declParser, []token) bool {
	return func(d *declParser, v []token) bool {
		return len(v) == 1 && v[0].kind == tNumber && d.add(decl{p: p, n: float32(v[0].n)})
	}
}

// fontSizes are the words of font-size in pixels, for a medium of 16.
var fontSizes = map[string]float32{
	"xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24, "xx-large": 32, "xxx-large": 48,
}

func parseFontSize(d *declParser, v []token) bool {
	switch name := ident(v); name {
	case "smaller":
		return d.add(decl{p: pFontSize, l: linear{unit: Fixed, em: 1 / 1.2}})
	case "larger":
		return d.add(decl{p: pFontSize, l: linear{unit: Fixed, em: 1.2}})
	case "":
	default:
		s, ok := fontSizes[name]
		return ok && d.add(decl{p: pFontSize, l: linear{unit: Fixed, px: s}, kw: Inside})
	}
	l, ok := d.length(v, false, false, true)
	return ok && d.add(decl{p: pFontSize, l: l})
}

func parseFamily(d *declParser, v []token) bool {
	var names []string
	for _, part := range splitOn(v, tComma) {
		var b strings.Builder
		for _, t := range part {
			switch t.kind {
			case tString:
				b.WriteString(t.s)
			case tIdent:
				b.WriteString(t.s)
			case tSpace:
				b.WriteByte(' ')
			}
		}
		if name := strings.ToLower(strings.TrimSpace(b.String())); name != "" && len(names) < 16 {
			names = append(names, name)
		}
	}
	return len(names) > 0 && d.add(decl{p: pFontFamily, x: names})
}

func parseWeight(d *declParser, v []token) bool {
	switch ident(v) {
	case "normal":
		return d.add(decl{p: pFontWeight, n: 400})
	case "bold":
		return d.add(decl{p: pFontWeight, n: 700})
	case "bolder":
		return d.add(decl{p: pFontWeight, n: 1, kw: Inside})
	case "lighter":
		return d.add(decl{p: pFontWeight, n: -1, kw: Inside})
	}
	if len(v) == 1 && v[0].kind == tNumber && v[0].n >= 1 && v[0].n <= 1000 {
		return d.add(decl{p: pFontWeight, n: float32(v[0].n)})
	}
	return false
}

func parseFont(d *declParser, v []token) bool {
	w := words(v)
	if len(w) == 1 {
		switch ident(w[0]) {
		case "caption", "icon", "menu", "message-box", "small-caption", "status-bar":
			return d.add(decl{p: pFontSize, l: linear{unit: Fixed, px: 13}}) && d.add(decl{p: pFontFamily, x: []string{"system-ui"}})
		}
	}
	d.add(decl{p: pFontStyle, kw: Normal})
	d.add(decl{p: pFontWeight, n: 400})
	d.add(decl{p: pFontVariant, kw: Normal})
	d.add(decl{p: pLineHeight, kw: Inside})
	i := 0
	for ; i < len(w)-1; i++ {
		name := ident(w[i])
		if name == "normal" {
			continue
		}
		if parsers["font-style"](d, w[i]) || parsers["font-variant"](d, w[i]) {
			continue
		}
		if (name != "" || w[i][0].kind == tNumber && len(w[i]) == 1) && parseWeight(d, w[i]) {
			continue
		}
		break
	}
	if i >= len(w)-1 && len(w) < 2 {
		return false
	}
	// size [ / line-height ] family, with or without blanks around the slash
	rest := v[indexOf(v, w[i]):]
	var size, line []token
	k := 0
	for k < len(rest) && rest[k].kind != tSpace && !(rest[k].kind == tDelim && rest[k].s == "/") {
		if rest[k].kind == tFunction {
			for k < len(rest) && rest[k].kind != tClose {
				k++
			}
		}
		k++
	}
	k = min(k, len(rest))
	size = rest[:k]
	rest = trimSpace(rest[k:])
	if len(rest) > 0 && rest[0].kind == tDelim && rest[0].s == "/" {
		rest = trimSpace(rest[1:])
		k = 0
		for k < len(rest) && rest[k].kind != tSpace {
			k++
		}
		line, rest = rest[:k], trimSpace(rest[k:])
	}
	if !parseFontSize(d, size) || len(line) > 0 && !parseLineHeight(d, line) {
		return false
	}
	return parseFamily(d, rest)
}

// indexOf is where the word w begins within v, of which it is a part.
func indexOf(v, w []token) int {
	for i := range v {
		if &v[i] == &w[0] {
			return i
		}
	}
	return 0
}

func parseLineHeight(d *declParser, v []token) bool {
	if ident(v) == "normal" {
		return d.add(decl{p: pLineHeight, kw: Inside})
	}
	if len(v) == 1 && v[0].kind == tNumber {
		return v[0].n >= 0 && d.add(decl{p: pLineHeight, kw: Outside, n: float32(v[0].n)})
	}
	l, ok := d.length(v, false, false, false)
	return ok && d.add(decl{p: pLineHeight, l: l})
}

func parseSpacing(p prop) func(*declParser, []token) bool {
	return func(d *declParser, v []token) bool {
		if ident(v) == "normal" {
			return d.add(decl{p: p, l: linear{unit: Fixed}})
		}
		l, ok := d.length(v, false, true, true)
		return ok && d.add(decl{p: p, l: l})
	}
}

func parseDisplay(d *declParser, v []token) bool {
	var k Display
	switch strings.Join(strings.Fields(joinIdents(v)), " ") {
	case "inline":
		k = Inline
	case "block", "block flow", "-webkit-box", "grid", "block grid":
		k = Block
	case "inline-block", "inline flow-root", "inline-grid":
		k = InlineBlock
	case "list-item":
		k = ListItem
	case "table", "block table":
		k = Table
	case "inline-table":
		k = InlineTable
	case "table-row-group":
		k = RowGroup
	case "table-header-group":
		k = HeaderGroup
	case "table-footer-group":
		k = FooterGroup
	case "table-row":
		k = Row
	case "table-cell":
		k = Cell
	case "table-column":
		k = Column
	case "table-column-group":
		k = ColumnGroup
	case "table-caption":
		k = Caption
	case "flex", "-webkit-flex", "-ms-flexbox", "block flex":
		k = Flex
	case "inline-flex", "-webkit-inline-flex":
		k = InlineFlex
	case "contents":
		k = Contents
	case "flow-root":
		k = FlowRoot
	case "none":
		k = None
	default:
		return false
	}
	return d.add(decl{p: pDisplay, n: float32(k)})
}

func joinIdents(v []token) string {
	var b strings.Builder
	for _, t := range v {
		if t.kind == tIdent {
			b.WriteString(strings.ToLower(t.s))
		}
		b.WriteByte(' ')
	}
	return b.String()
}
