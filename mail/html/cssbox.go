package html

import (
	"strconv"
	"strings"
)

func borderWidthDecl(d *declParser, p prop, v []token) bool {
	switch ident(v) {
	case "thin":
		return d.add(decl{p: p, l: linear{unit: Fixed, px: 1}})
	case "medium":
		return d.add(decl{p: p, l: linear{unit: Fixed, px: 3}})
	case "thick":
		return d.add(decl{p: p, l: linear{unit: Fixed, px: 5}})
	}
	l, ok := d.length(v, false, false, true)
	return ok && l.pct == 0 && d.add(decl{p: p, l: l})
}

func borderStyleDecl(d *declParser, p prop, v []token) bool {
	k, ok := borderStyles[ident(v)]
	return ok && d.add(decl{p: p, kw: k})
}

func borderColourDecl(d *declParser, p prop, v []token) bool {
	c, ok := parseColour(v, d.quirk)
	return ok && d.add(decl{p: p, c: c})
}

// borderSide makes the parser of border-top and its like.
func borderSide(i prop) func(*declParser, []token) bool {
	return func(d *declParser, v []token) bool {
		return parseEdge(d, v, pBorderTopWidth+i, pBorderTopStyle+i, pBorderTopColor+i)
	}
}

func parseOutline(d *declParser, v []token) bool {
	return parseEdge(d, v, pOutlineWidth, pOutlineStyle, pOutlineColor)
}

// parseEdge reads width, style and colour in any order.
func parseEdge(d *declParser, v []token, pw, ps, pc prop) bool {
	w := words(v)
	if len(w) == 0 || len(w) > 3 {
		return false
	}
	d.add(decl{p: pw, l: linear{unit: Fixed, px: 3}})
	d.add(decl{p: ps, kw: NoKeyword})
	d.add(decl{p: pc, c: cssColour{current: true}})
	for _, x := range w {
		if !borderStyleDecl(d, ps, x) && !borderWidthDecl(d, pw, x) && !borderColourDecl(d, pc, x) {
			return false
		}
	}
	return true
}

func parseBorder(d *declParser, v []token) bool {
	for i := range prop(4) {
		if !borderSide(i)(d, v) {
			return false
		}
	}
	return true
}

// radii are the two radii of a corner.
type radii struct{ x, y linear }

func corner(p prop) func(*declParser, []token) bool {
	return func(d *declParser, v []token) bool {
		w := words(v)
		if len(w) == 1 {
			w = append(w, w[0])
		}
		if len(w) != 2 {
			return false
		}
		x, ok1 := d.length(w[0], false, false, false)
		y, ok2 := d.length(w[1], false, false, false)
		return ok1 && ok2 && d.add(decl{p: p, x: radii{x, y}})
	}
}

func parseRadius(d *declParser, v []token) bool {
	var hor, ver [][]token
	hor = words(v)
	for i, t := range v {
		if t.kind == tDelim && t.s == "/" {
			hor, ver = words(v[:i]), words(v[i+1:])
			break
		}
	}
	four := func(w [][]token) ([4]linear, bool) {
		var out [4]linear
		if len(w) < 1 || len(w) > 4 {
			return out, false
		}
		at := [4][4]int{{0, 0, 0, 0}, {0, 1, 0, 1}, {0, 1, 2, 1}, {0, 1, 2, 3}}[len(w)-1]
		for i := range out {
			l, ok := d.length(w[at[i]], false, false, d.quirk)
			if !ok {
				return out, false
			}
			out[i] = l
		}
		return out, true
	}
	x, ok := four(hor)
	if !ok {
		return false
	}
	y := x
	if ver != nil {
		if y, ok = four(ver); !ok {
			return false
		}
	}
	for i := range prop(4) {
		d.add(decl{p: pRadiusTL + i, x: radii{x[i], y[i]}})
	}
	return true
}

func parseOverflow(d *declParser, v []token) bool {
	for _, w := range words(v) {
		switch ident(w) {
		case "hidden", "clip", "scroll", "auto", "overlay":
			return d.add(decl{p: pOverflow, kw: Hidden})
		case "visible":
		default:
			return false
		}
	}
	return d.add(decl{p: pOverflow, kw: Visible})
}

func parseVerticalAlign(d *declParser, v []token) bool {
	k, ok := map[string]Keyword{
		"baseline": Baseline, "sub": Sub, "super": Super, "top": Top, "bottom": Bottom, "middle": Middle, "text-top": TextTop,
		"text-bottom": TextBottom, "-webkit-baseline-middle": Middle,
	}[ident(v)]
	if ok {
		return d.add(decl{p: pVerticalAlign, kw: k})
	}
	l, ok := d.length(v, false, true, true)
	return ok && d.add(decl{p: pVerticalAlign, l: l})
}

func parseBorderSpacing(d *declParser, v []token) bool {
	w := words(v)
	if len(w) == 1 {
		w = append(w, w[0])
	}
	if len(w) != 2 {
		return false
	}
	x, ok1 := d.length(w[0], false, false, true)
	y, ok2 := d.length(w[1], false, false, true)
	return ok1 && ok2 && d.add(decl{p: pSpacing, x: radii{x, y}})
}

var listTypes = map[string]ListType{
	"none": NoMarker, "disc": Disc, "circle": Circle, "square": Square, "decimal": Decimal, "decimal-leading-zero": DecimalZero,
	"lower-alpha": LowerAlpha, "lower-latin": LowerAlpha, "upper-alpha": UpperAlpha, "upper-latin": UpperAlpha,
	"lower-roman": LowerRoman, "upper-roman": UpperRoman, "lower-greek": LowerGreek, "cjk-decimal": CJKDecimal,
	"simp-chinese-informal": CJKDecimal, "trad-chinese-informal": CJKDecimal, "cjk-ideographic": CJKDecimal,
}

func parseListType(d *declParser, v []token) bool {
	t, ok := listTypes[ident(v)]
	return ok && d.add(decl{p: pListType, n: float32(t)})
}

func parseListImage(d *declParser, v []token) bool {
	if ident(v) == "none" {
		return d.add(decl{p: pListImage})
	}
	if len(v) == 1 && v[0].kind == tURL {
		return d.add(decl{p: pListImage, x: v[0].s})
	}
	return false
}

func parseListStyle(d *declParser, v []token) bool {
	d.add(decl{p: pListType, n: float32(Disc)})
	d.add(decl{p: pListPos, kw: Outside})
	d.add(decl{p: pListImage})
	none := 0
	for _, w := range words(v) {
		switch {
		case ident(w) == "none":
			none++
			d.add(decl{p: pListType, n: float32(NoMarker)})
		case parsers["list-style-position"](d, w), parseListType(d, w), parseListImage(d, w):
		default:
			return false
		}
	}
	return none <= 2
}

func parseFlexFlow(d *declParser, v []token) bool {
	for _, w := range words(v) {
		if !parsers["flex-direction"](d, w) && !parsers["flex-wrap"](d, w) {
			return false
		}
	}
	return true
}

func parseFlex(d *declParser, v []token) bool {
	grow, shrink := float32(1), float32(1)
	basis := linear{unit: Fixed, pct: 0}
	switch ident(v) {
	case "none":
		grow, shrink, basis = 0, 0, linear{}
	case "auto":
		basis = linear{}
	default:
		numbers := 0
		for _, w := range words(v) {
			if len(w) == 1 && w[0].kind == tNumber && (w[0].n != 0 || numbers < 2) && numbers < 2 {
				if numbers == 0 {
					grow = float32(w[0].n)
				} else {
					shrink = float32(w[0].n)
				}
				numbers++
				continue
			}
			l, ok := d.length(w, true, false, false)
			if !ok {
				return false
			}
			basis = l
		}
	}
	return d.add(decl{p: pGrow, n: grow}) && d.add(decl{p: pShrink, n: shrink}) && d.add(decl{p: pBasis, l: basis})
}

func parseAspect(d *declParser, v []token) bool {
	var n []float64
	for _, t := range v {
		switch t.kind {
		case tNumber:
			n = append(n, t.n)
		case tSpace, tIdent, tDelim:
		default:
			return false
		}
	}
	switch {
	case len(n) == 1 && n[0] > 0:
		return d.add(decl{p: pAspect, n: float32(n[0])})
	case len(n) == 2 && n[0] > 0 && n[1] > 0:
		return d.add(decl{p: pAspect, n: float32(n[0] / n[1])})
	}
	return ident(v) == "auto" && d.add(decl{p: pAspect})
}

// cssShadow is one box-shadow as written.
type cssShadow struct {
	l     [4]linear
	c     cssColour
	inset bool
}

func parseBoxShadow(d *declParser, v []token) bool {
	if ident(v) == "none" {
		return d.add(decl{p: pBoxShadow})
	}
	var out []cssShadow
	for _, part := range splitOn(v, tComma) {
		s := cssShadow{c: cssColour{current: true}}
		n := 0
		for _, w := range words(part) {
			if ident(w) == "inset" {
				s.inset = true
				continue
			}
			if l, ok := parseLength(w, false); ok && n < 4 {
				s.l[n] = l
				n++
				continue
			}
			c, ok := parseColour(w, false)
			if !ok {
				return false
			}
			s.c = c
		}
		if n < 2 || len(out) >= 8 {
			return false
		}
		out = append(out, s)
	}
	return d.add(decl{p: pBoxShadow, x: out})
}

// decoLines are the lines of text-decoration.
const (
	decoUnder = 1 << iota
	decoOver
	decoThrough
)

func parseDecoLine(d *declParser, v []token) bool {
	n := 0
	for _, w := range words(v) {
		switch ident(w) {
		case "none":
		case "underline":
			n |= decoUnder
		case "overline":
			n |= decoOver
		case "line-through":
			n |= decoThrough
		case "blink":
		default:
			return false
		}
	}
	return d.add(decl{p: pDecoLine, n: float32(n)})
}

func parseDecoration(d *declParser, v []token) bool {
	n := 0
	d.add(decl{p: pDecoStyle, kw: Solid})
	d.add(decl{p: pDecoColor, c: cssColour{current: true}})
	d.add(decl{p: pDecoThickness})
	for _, w := range words(v) {
		switch ident(w) {
		case "none", "blink", "initial":
			continue
		case "underline":
			n |= decoUnder
			continue
		case "overline":
			n |= decoOver
			continue
		case "line-through":
			n |= decoThrough
			continue
		}
		if !parsers["text-decoration-style"](d, w) && !parsers["text-decoration-color"](d, w) && !parsers["text-decoration-thickness"](d, w) {
			return false
		}
	}
	return d.add(decl{p: pDecoLine, n: float32(n)})
}

// parseContent reads content of ::before and ::after: strings only.
func parseContent(d *declParser, v []token) bool {
	switch ident(v) {
	case "none", "normal":
		return d.add(decl{p: pContent})
	case "open-quote":
		return d.add(decl{p: pContent, x: "“"})
	case "close-quote":
		return d.add(decl{p: pContent, x: "”"})
	}
	var b strings.Builder
	for _, t := range v {
		switch t.kind {
		case tString:
			b.WriteString(t.s)
		case tSpace:
		default:
			return false
		}
	}
	return d.add(decl{p: pContent, x: b.String()})
}

// usesVar reports whether a value refers to custom properties.
func usesVar(v []token) bool {
	for _, t := range v {
		if t.kind == tFunction && t.s == "var" {
			return true
		}
	}
	return false
}

// resolveVars puts the values of custom properties in. Poplar knows those set on the root or on everything; nil means
// that one is missing.
func (d *declParser) resolveVars(v []token) []token {
	return d.resolve(v, 0)
}

func (d *declParser) resolve(v []token, depth int) []token {
	if depth > 8 {
		return nil
	}
	var out []token
	for i := 0; i < len(v); i++ {
		t := v[i]
		if t.kind != tFunction || t.s != "var" {
			out = append(out, t)
			continue
		}
		start, level := i+1, 1
		for i++; i < len(v) && level > 0; i++ {
			switch v[i].kind {
			case tOpen, tFunction:
				level++
			case tClose:
				level--
			}
		}
		if level > 0 {
			return nil
		}
		i--
		args := v[start:i]
		parts := splitOn(args, tComma)
		if len(parts[0]) != 1 || parts[0][0].kind != tIdent {
			return nil
		}
		val, ok := d.vars[parts[0][0].s]
		if !ok {
			if len(parts) < 2 {
				return nil
			}
			val = trimSpace(args[indexOfComma(args)+1:])
		}
		if val = d.resolve(val, depth+1); val == nil || len(out)+len(val) > maxTokens {
			return nil
		}
		out = append(out, val...)
	}
	return out
}

func indexOfComma(v []token) int {
	for i, t := range v {
		if t.kind == tComma {
			return i
		}
	}
	return len(v) - 1
}

func atoi(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil
}

func itoa(n int) string { return strconv.Itoa(n) }
