package html

import (
	"math"
	"strings"
)

// cssLayer is one background layer as written.
type cssLayer struct {
	url      string
	gradient *cssGradient
	pos      cssPosition
	size     Keyword
	w, h     linear
	rx, ry   Keyword
	origin   Keyword
	clip     Keyword
}

type cssPosition struct {
	x, y       linear
	endX, endY bool
}

type cssGradient struct {
	g     Gradient
	pos   cssPosition
	stops []cssStop
}

type cssStop struct {
	c   cssColour
	pos linear
}

var startLayer = cssLayer{
	pos: cssPosition{x: linear{unit: Fixed}, y: linear{unit: Fixed}}, rx: Repeat, ry: Repeat, origin: PaddingBox, clip: BorderBox,
}

func parseBackground(d *declParser, v []token) bool {
	var layers []cssLayer
	colour := cssColour{}
	parts := splitOn(v, tComma)
	for i, part := range parts {
		l := startLayer
		var pos [][]token
		slash := false
		var size [][]token
		boxes := 0
		for _, w := range words(spaceSlash(part)) {
			name := ident(w)
			switch {
			case len(w) == 1 && w[0].kind == tDelim && w[0].s == "/":
				slash = true
				continue
			case slash && len(size) < 2:
				if name == "cover" || name == "contain" || name == "auto" {
					size = append(size, w)
					continue
				}
				if _, ok := parseLength(w, false); ok {
					size = append(size, w)
					continue
				}
			}
			if len(w) == 1 && w[0].kind == tURL {
				l.url = w[0].s
				continue
			}
			if g, ok := parseGradient(w); ok {
				l.gradient = g
				continue
			}
			switch name {
			case "none", "scroll", "fixed", "local":
				continue
			case "left", "right", "top", "bottom", "center":
				pos = append(pos, w)
				continue
			case "border-box", "padding-box", "content-box":
				k := boxWord(name)
				if boxes == 0 {
					l.origin = k
				}
				l.clip = k
				boxes++
				continue
			}
			if x, y, ok := repeatWord(name); ok {
				if l.rx == Repeat && l.ry == Repeat {
					l.rx, l.ry = x, y
				} else {
					l.ry = x
				}
				continue
			}
			if _, ok := parseLength(w, d.quirk); ok && len(pos) < 4 {
				pos = append(pos, w)
				continue
			}
			c, ok := parseColour(w, d.quirk)
			if !ok || i != len(parts)-1 {
				return false
			}
			colour = c
		}
		if len(pos) > 0 {
			p, ok := position(pos, d.quirk)
			if !ok {
				return false
			}
			l.pos = p
		}
		if len(size) > 0 && !setSize(&l, size) {
			return false
		}
		layers = append(layers, l)
		if len(layers) > 16 {
			return false
		}
	}
	return d.add(decl{p: pBackColor, c: colour}) && d.add(decl{p: pBackImage, x: layers, kw: Inside})
}

// spaceSlash makes sure that slashes stand between blanks.
func spaceSlash(v []token) []token {
	var out []token
	depth := 0
	for _, t := range v {
		switch t.kind {
		case tOpen, tFunction:
			depth++
		case tClose:
			depth--
		}
		if depth == 0 && t.kind == tDelim && t.s == "/" {
			out = append(out, token{kind: tSpace}, t, token{kind: tSpace})
			continue
		}
		out = append(out, t)
	}
	return out
}

func boxWord(s string) Keyword {
	switch s {
	case "padding-box":
		return PaddingBox
	case "content-box":
		return ContentBox
	}
	return BorderBox
}

func repeatWord(s string) (x, y Keyword, ok bool) {
	switch s {
	case "repeat":
		return Repeat, Repeat, true
	case "no-repeat":
		return NoRepeat, NoRepeat, true
	case "repeat-x":
		return Repeat, NoRepeat, true
	case "repeat-y":
		return NoRepeat, Repeat, true
	case "round":
		return Round, Round, true
	case "space":
		return Space, Space, true
	}
	return 0, 0, false
}

// position reads background-position from its words (CSS Backgrounds 3, 3.6).
func position(w [][]token, quirk bool) (cssPosition, bool) {
	half, full := linear{unit: Fixed, pct: 50}, linear{unit: Fixed, pct: 100}
	p := cssPosition{x: half, y: half}
	if len(w) <= 2 {
		var got [2]linear
		var axis [2]byte
		for i, t := range w {
			switch name := ident(t); name {
			case "left", "right":
				axis[i] = 'x'
				got[i] = pick(name == "left", linear{unit: Fixed}, full)
			case "top", "bottom":
				axis[i] = 'y'
				got[i] = pick(name == "top", linear{unit: Fixed}, full)
			case "center":
				got[i] = half
			default:
				l, ok := parseLength(t, quirk)
				if !ok {
					return p, false
				}
				got[i] = l
			}
		}
		if len(w) == 1 {
			if axis[0] == 'y' {
				p.y = got[0]
			} else {
				p.x = got[0]
			}
			return p, true
		}
		if axis[0] == 'y' || axis[1] == 'x' {
			got[0], got[1] = got[1], got[0]
		}
		p.x, p.y = got[0], got[1]
		return p, true
	}
	// "right 10px bottom 20px", one of the offsets perhaps missing.
	for i := 0; i < len(w); i++ {
		name := ident(w[i])
		off := linear{unit: Fixed}
		if i+1 < len(w) {
			if l, ok := parseLength(w[i+1], quirk); ok {
				off = l
				i++
			}
		}
		switch name {
		case "left":
			p.x = off
		case "right":
			p.x, p.endX = off, true
		case "top":
			p.y = off
		case "bottom":
			p.y, p.endY = off, true
		case "center":
		default:
			return p, false
		}
	}
	return p, true
}

func pick[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}

func setSize(l *cssLayer, w [][]token) bool {
	switch ident(w[0]) {
	case "cover":
		l.size = Cover
		return true
	case "contain":
		l.size = Contain
		return true
	}
	get := func(w []token) (linear, bool) {
		if ident(w) == "auto" {
			return linear{}, true
		}
		return parseLength(w, false)
	}
	var ok bool
	l.size = Normal
	if l.w, ok = get(w[0]); !ok {
		return false
	}
	l.h = linear{}
	if len(w) > 1 {
		l.h, ok = get(w[1])
	}
	return ok
}

func parseBackImage(d *declParser, v []token) bool {
	var out []cssLayer
	for _, part := range splitOn(v, tComma) {
		l := startLayer
		switch g, ok := parseGradient(part); {
		case ok:
			l.gradient = g
		case len(part) == 1 && part[0].kind == tURL:
			l.url = part[0].s
		case ident(part) == "none":
		default:
			return false
		}
		if out = append(out, l); len(out) > 16 {
			return false
		}
	}
	return d.add(decl{p: pBackImage, x: out})
}

// The longhands below give one value per layer; each is a list of setters.
type layerSetter func(l *cssLayer)

func perLayer(d *declParser, p prop, v []token, read func(part []token) (layerSetter, bool)) bool {
	var out []layerSetter
	for _, part := range splitOn(v, tComma) {
		f, ok := read(part)
		if !ok || len(out) > 16 {
			return false
		}
		out = append(out, f)
	}
	return d.add(decl{p: p, x: out})
}

func parseBackPosition(d *declParser, v []token) bool {
	return perLayer(d, pBackPosition, v, func(part []token) (layerSetter, bool) {
		w := words(part)
		if len(w) == 0 || len(w) > 4 {
			return nil, false
		}
		pos, ok := position(w, d.quirk)
		return func(l *cssLayer) { l.pos = pos }, ok
	})
}

func parseBackSize(d *declParser, v []token) bool {
	return perLayer(d, pBackSize, v, func(part []token) (layerSetter, bool) {
		w := words(part)
		if len(w) == 0 || len(w) > 2 {
			return nil, false
		}
		var t cssLayer
		ok := setSize(&t, w)
		return func(l *cssLayer) { l.size, l.w, l.h = t.size, t.w, t.h }, ok
	})
}

func parseBackRepeat(d *declParser, v []token) bool {
	return perLayer(d, pBackRepeat, v, func(part []token) (layerSetter, bool) {
		w := words(part)
		if len(w) == 0 || len(w) > 2 {
			return nil, false
		}
		x, y, ok := repeatWord(ident(w[0]))
		if ok && len(w) == 2 {
			y, _, ok = repeatWord(ident(w[1]))
		}
		return func(l *cssLayer) { l.rx, l.ry = x, y }, ok
	})
}

func parseBackBox(p prop) func(*declParser, []token) bool {
	return func(d *declParser, v []token) bool {
		return perLayer(d, p, v, func(part []token) (layerSetter, bool) {
			name := ident(part)
			if !strings.HasSuffix(name, "-box") {
				return nil, name == "text" && false
			}
			k := boxWord(name)
			return func(l *cssLayer) {
				if p == pBackOrigin {
					l.origin = k
				} else {
					l.clip = k
				}
			}, true
		})
	}
}

// parseGradient reads linear-gradient() and radial-gradient(), repeating or not.
func parseGradient(v []token) (*cssGradient, bool) {
	if len(v) < 3 || v[0].kind != tFunction || v[len(v)-1].kind != tClose {
		return nil, false
	}
	half := linear{unit: Fixed, pct: 50}
	g := &cssGradient{pos: cssPosition{x: half, y: half}}
	old := strings.HasPrefix(v[0].s, "-")
	switch strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(v[0].s, "-webkit-"), "-moz-"), "-o-") {
	case "linear-gradient":
	case "repeating-linear-gradient":
		g.g.Repeating = true
	case "radial-gradient":
		g.g.Radial = true
	case "repeating-radial-gradient":
		g.g.Radial, g.g.Repeating = true, true
	default:
		return nil, false
	}
	args := splitOn(v[1:len(v)-1], tComma)
	g.g.Angle = 180
	first := true
	for i, a := range args {
		if len(a) == 0 {
			return nil, false
		}
		if i == 0 && gradientLine(g, a, old) {
			continue
		}
		first = false
		w := words(a)
		c, ok := parseColour(w[0], false)
		if !ok {
			// a hint between two stops is passed over
			if _, isLen := parseLength(w[0], false); isLen && len(w) == 1 && len(g.stops) > 0 {
				continue
			}
			return nil, false
		}
		s := cssStop{c: c}
		if len(w) == 1 {
			g.stops = append(g.stops, s)
		}
		for _, p := range w[1:] {
			l, ok := parseLength(p, false)
			if !ok {
				return nil, false
			}
			s.pos = l
			g.stops = append(g.stops, s)
		}
		if len(g.stops) > 64 {
			return nil, false
		}
	}
	return g, !first && len(g.stops) >= 2
}

// gradientLine reads what may stand before the stops: an angle, a side, a shape. old is the prefixed form, whose sides
// name where the gradient begins.
func gradientLine(g *cssGradient, a []token, old bool) bool {
	if _, ok := parseColour(words(a)[0], false); ok {
		return false
	}
	if g.g.Radial {
		w := words(a)
		for i, t := range w {
			switch ident(t) {
			case "circle":
				g.g.Circle = true
			case "at":
				if p, ok := position(w[i+1:], false); ok && i+1 < len(w) {
					g.pos = p
				}
				return true
			}
		}
		return true
	}
	if len(a) == 1 && (a[0].kind == tDimension || a[0].kind == tNumber) {
		n := a[0].n
		switch a[0].s {
		case "deg", "":
		case "turn":
			n *= 360
		case "rad":
			n = n * 180 / math.Pi
		case "grad":
			n *= 0.9
		default:
			return false
		}
		if old {
			n = 90 - n
		}
		g.g.Angle = n
		return true
	}
	f := 1
	if old {
		f = -1
	} else if ident(a[:1]) != "to" {
		return false
	}
	for _, t := range a {
		switch strings.ToLower(t.s) {
		case "left":
			g.g.CornerX = -f
		case "right":
			g.g.CornerX = f
		case "top":
			g.g.CornerY = -f
		case "bottom":
			g.g.CornerY = f
		}
	}
	return true
}
