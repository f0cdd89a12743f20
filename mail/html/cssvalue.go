package html

import (
	"math"
	"strconv"
	"strings"
)

// linear is a length as the author wrote it: a sum over units. calc() gives more than one part.
type linear struct {
	px, pct, em, rem, ex, ch, vw, vh float32
	unit                             Unit // Fixed unless a keyword
	unitless                         bool // a bare number
}

func (l linear) isZero() bool {
	l.unitless = false
	return l == linear{unit: Fixed}
}

// units in pixels.
var absolute = map[string]float64{
	"px": 1, "pt": 96.0 / 72, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "q": 2.4 / 2.54,
}

// dimension reads a number with a unit.
func dimension(n float64, unit string) (linear, bool) {
	l := linear{unit: Fixed}
	f := float32(n)
	if v, ok := absolute[unit]; ok {
		l.px = float32(n * v)
		return l, true
	}
	switch unit {
	case "em":
		l.em = f
	case "rem":
		l.rem = f
	case "ex":
		l.ex = f
	case "ch":
		l.ch = f
	case "vw", "svw", "lvw", "dvw", "vi":
		l.vw = f
	case "vh", "svh", "lvh", "dvh", "vb":
		l.vh = f
	case "vmin", "vmax":
		l.vw = f
	default:
		return l, false
	}
	return l, true
}

// parseLength reads a length or percentage from one word of a value. quirk lets bare numbers be pixels.
func parseLength(ts []token, quirk bool) (linear, bool) {
	if len(ts) == 0 {
		return linear{}, false
	}
	t := ts[0]
	if len(ts) == 1 {
		switch t.kind {
		case tDimension:
			return dimension(t.n, t.s)
		case tPercent:
			return linear{unit: Fixed, pct: float32(t.n)}, true
		case tNumber:
			if t.n == 0 || quirk {
				return linear{unit: Fixed, px: float32(t.n), unitless: true}, true
			}
		}
		return linear{}, false
	}
	if t.kind == tFunction && ts[len(ts)-1].kind == tClose {
		return mathFunction(t.s, ts[1:len(ts)-1])
	}
	return linear{}, false
}

// mathFunction reads calc(), min(), max() and clamp().
func mathFunction(name string, args []token) (linear, bool) {
	switch name {
	case "calc", "-webkit-calc", "-moz-calc":
		p := calcParser{ts: args}
		v, ok := p.sum(0)
		return v.len(), ok && p.done() && v.isLen
	case "min", "max", "clamp":
		var all []linear
		for _, a := range splitOn(args, tComma) {
			p := calcParser{ts: a}
			v, ok := p.sum(0)
			if !ok || !p.done() || !v.isLen {
				return linear{}, false
			}
			all = append(all, v.len())
		}
		if len(all) == 0 {
			return linear{}, false
		}
		if name == "clamp" {
			if len(all) != 3 {
				return linear{}, false
			}
			return pickLength([]linear{pickLength(all[1:], false), all[0]}, true), true
		}
		return pickLength(all, name == "max"), true
	}
	return linear{}, false
}

// pickLength chooses the smallest or largest of lengths as far as that can be told before layout: percentages of mail
// are shares of a view of about 600 pixels.
func pickLength(all []linear, largest bool) linear {
	weigh := func(l linear) float32 {
		return l.px + l.pct*6 + (l.em+l.rem)*16 + (l.ex+l.ch)*8 + l.vw*6 + l.vh*6
	}
	best := all[0]
	for _, l := range all[1:] {
		if (weigh(l) > weigh(best)) == largest {
			best = l
		}
	}
	return best
}

// calcValue is a number or a length within calc().
type calcValue struct {
	l     linear
	n     float32
	isLen bool
}

func (v calcValue) len() linear {
	l := v.l
	l.unit = Fixed
	return l
}

type calcParser struct {
	ts []token
	i  int
}

func (p *calcParser) done() bool {
	p.space()
	return p.i >= len(p.ts)
}

func (p *calcParser) space() {
	for p.i < len(p.ts) && p.ts[p.i].kind == tSpace {
		p.i++
	}
}

func (p *calcParser) delim(set string) string {
	p.space()
	if p.i < len(p.ts) && p.ts[p.i].kind == tDelim && strings.Contains(set, p.ts[p.i].s) {
		p.i++
		return p.ts[p.i-1].s
	}
	return ""
}

func (l linear) scale(f float32) linear {
	l.px *= f
	l.pct *= f
	l.em *= f
	l.rem *= f
	l.ex *= f
	l.ch *= f
	l.vw *= f
	l.vh *= f
	return l
}

func (l linear) plus(o linear) linear {
	l.px += o.px
	l.pct += o.pct
	l.em += o.em
	l.rem += o.rem
	l.ex += o.ex
	l.ch += o.ch
	l.vw += o.vw
	l.vh += o.vh
	return l
}

const maxCalcDepth = 32

func (p *calcParser) sum(depth int) (calcValue, bool) {
	a, ok := p.product(depth)
	for ok {
		op := p.delim("+-")
		if op == "" {
			// "1px -2px" is two numbers with a sign.
			p.space()
			if p.i >= len(p.ts) || p.ts[p.i].kind != tNumber && p.ts[p.i].kind != tDimension && p.ts[p.i].kind != tPercent {
				return a, true
			}
			return a, false
		}
		var b calcValue
		if b, ok = p.product(depth); !ok || a.isLen != b.isLen {
			return a, false
		}
		f := float32(1)
		if op == "-" {
			f = -1
		}
		a.l = a.l.plus(b.l.scale(f))
		a.n += b.n * f
	}
	return a, ok
}

func (p *calcParser) product(depth int) (calcValue, bool) {
	a, ok := p.atom(depth)
	for ok {
		op := p.delim("*/")
		if op == "" {
			return a, true
		}
		var b calcValue
		if b, ok = p.atom(depth); !ok {
			return a, false
		}
		switch {
		case op == "/":
			if b.isLen || b.n == 0 {
				return a, false
			}
			a.l, a.n = a.l.scale(1/b.n), a.n/b.n
		case b.isLen:
			if a.isLen {
				return a, false
			}
			a = calcValue{l: b.l.scale(a.n), isLen: true}
		default:
			a.l, a.n = a.l.scale(b.n), a.n*b.n
		}
	}
	return a, ok
}

func (p *calcParser) atom(depth int) (calcValue, bool) {
	p.space()
	if p.i >= len(p.ts) || depth > maxCalcDepth {
		return calcValue{}, false
	}
	t := p.ts[p.i]
	p.i++
	switch t.kind {
	case tNumber:
		return calcValue{n: float32(t.n)}, true
	case tPercent:
		return calcValue{l: linear{pct: float32(t.n)}, isLen: true}, true
	case tDimension:
		l, ok := dimension(t.n, t.s)
		return calcValue{l: l, isLen: true}, ok
	case tOpen, tFunction:
		start, level := p.i, 1
		for p.i < len(p.ts) && level > 0 {
			switch p.ts[p.i].kind {
			case tOpen, tFunction:
				level++
			case tClose:
				level--
			}
			p.i++
		}
		if level > 0 {
			return calcValue{}, false
		}
		inner := p.ts[start : p.i-1]
		if t.kind == tFunction && t.s != "calc" {
			l, ok := mathFunction(t.s, inner)
			return calcValue{l: l, isLen: true}, ok
		}
		q := calcParser{ts: inner}
		v, ok := q.sum(depth + 1)
		return v, ok && q.done()
	}
	return calcValue{}, false
}

// cssColour is a colour as written: currentcolor is known at the end only.
type cssColour struct {
	c       Colour
	current bool
}

// parseColour reads one word of a value as a colour (CSS Color 4). quirk lets "ff0000" stand without its #.
func parseColour(ts []token, quirk bool) (cssColour, bool) {
	if len(ts) == 0 {
		return cssColour{}, false
	}
	t := ts[0]
	switch {
	case len(ts) == 1 && t.kind == tHash:
		c, ok := hexColour(t.s)
		return cssColour{c: c}, ok
	case len(ts) == 1 && t.kind == tIdent:
		name := strings.ToLower(t.s)
		if name == "currentcolor" {
			return cssColour{current: true}, true
		}
		if c, ok := namedColour(name); ok {
			return cssColour{c: c}, true
		}
		if quirk && (len(name) == 3 || len(name) == 6) {
			c, ok := hexColour(name)
			return cssColour{c: c}, ok
		}
	case len(ts) == 1 && quirk && (t.kind == tNumber || t.kind == tDimension):
		s := strconv.FormatFloat(t.n, 'f', -1, 64) + t.s
		if len(s) < 6 {
			s = strings.Repeat("0", 6-len(s)) + s
		}
		c, ok := hexColour(s)
		return cssColour{c: c}, ok
	case t.kind == tFunction && ts[len(ts)-1].kind == tClose:
		c, ok := colourFunction(t.s, ts[1:len(ts)-1])
		return cssColour{c: c}, ok
	}
	return cssColour{}, false
}

func hexColour(s string) (Colour, bool) {
	for i := range len(s) {
		if !isHex(s[i]) {
			return Colour{}, false
		}
	}
	d := func(i int) uint8 {
		n, _ := strconv.ParseUint(s[i:i+1], 16, 8)
		return uint8(n * 17)
	}
	dd := func(i int) uint8 {
		n, _ := strconv.ParseUint(s[i:i+2], 16, 8)
		return uint8(n)
	}
	switch len(s) {
	case 3:
		return Colour{R: d(0), G: d(1), B: d(2), A: 255}, true
	case 4:
		return Colour{R: d(0), G: d(1), B: d(2), A: d(3)}, true
	case 6:
		return Colour{R: dd(0), G: dd(2), B: dd(4), A: 255}, true
	case 8:
		return Colour{R: dd(0), G: dd(2), B: dd(4), A: dd(6)}, true
	}
	return Colour{}, false
}

// colourFunction reads rgb(), rgba(), hsl() and hsla(), with commas or blanks.
func colourFunction(name string, args []token) (Colour, bool) {
	var v []token
	for _, t := range args {
		switch {
		case t.kind == tNumber || t.kind == tPercent || t.kind == tDimension:
			v = append(v, t)
		case t.kind == tSpace, t.kind == tComma, t.kind == tDelim && t.s == "/":
		case t.kind == tIdent && strings.EqualFold(t.s, "none"):
			v = append(v, token{kind: tNumber})
		default:
			return Colour{}, false
		}
	}
	if len(v) < 3 || len(v) > 4 {
		return Colour{}, false
	}
	alpha := 1.0
	if len(v) == 4 {
		alpha = v[3].n
		if v[3].kind == tPercent {
			alpha /= 100
		}
	}
	a := octet(alpha * 255)
	switch name {
	case "rgb", "rgba":
		var c [3]uint8
		for i := range c {
			n := v[i].n
			if v[i].kind == tPercent {
				n = n * 255 / 100
			}
			c[i] = octet(n)
		}
		return Colour{R: c[0], G: c[1], B: c[2], A: a}, true
	case "hsl", "hsla":
		h := v[0].n
		switch v[0].s {
		case "rad":
			h = h * 180 / math.Pi
		case "turn":
			h *= 360
		case "grad":
			h *= 0.9
		}
		r, g, b := hsl(h, v[1].n/100, v[2].n/100)
		return Colour{R: octet(r * 255), G: octet(g * 255), B: octet(b * 255), A: a}, true
	}
	return Colour{}, false
}

func octet(v float64) uint8 { return uint8(min(max(math.Round(v), 0), 255)) }

// hsl turns hue (degrees), saturation and lightness into red, green and blue, all of 0 to 1.
func hsl(h, s, l float64) (r, g, b float64) {
	s, l = min(max(s, 0), 1), min(max(l, 0), 1)
	f := func(n float64) float64 {
		k := math.Mod(n+h/30, 12)
		if k < 0 {
			k += 12
		}
		return l - s*min(l, 1-l)*max(-1, min(k-3, 9-k, 1))
	}
	return f(0), f(8), f(4)
}

// legacyColour reads a colour attribute by HTML's own rules, which make a colour of any word.
func legacyColour(s string) (Colour, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.EqualFold(s, "transparent") {
		return Colour{}, false
	}
	if c, ok := namedColour(strings.ToLower(s)); ok {
		return c, true
	}
	if len(s) == 4 && s[0] == '#' {
		if c, ok := hexColour(s[1:]); ok {
			return c, true
		}
	}
	if r := strings.ToLower(s); strings.HasPrefix(r, "rgb") {
		if c, ok := parseColour(tokens(r), false); ok {
			return c.c, true
		}
	}
	if len(s) > 128 {
		s = s[:128]
	}
	s = strings.TrimPrefix(s, "#")
	b := make([]byte, 0, len(s)+2)
	for _, r := range s {
		if r > 0xFFFF {
			b = append(b, '0', '0')
		} else if r < 0x80 && isHex(byte(r)) {
			b = append(b, byte(r))
		} else {
			b = append(b, '0')
		}
	}
	for len(b) == 0 || len(b)%3 != 0 {
		b = append(b, '0')
	}
	n := len(b) / 3
	part := [3][]byte{b[:n], b[n : 2*n], b[2*n:]}
	for i := range part {
		if n > 8 {
			part[i] = part[i][n-8:]
		}
	}
	for len(part[0]) > 2 && part[0][0] == '0' && part[1][0] == '0' && part[2][0] == '0' {
		for i := range part {
			part[i] = part[i][1:]
		}
	}
	var c [3]uint8
	for i := range c {
		p := part[i]
		if len(p) > 2 {
			p = p[:2]
		}
		v, _ := strconv.ParseUint(string(p), 16, 8)
		c[i] = uint8(v)
	}
	return Colour{R: c[0], G: c[1], B: c[2], A: 255}, true
}
