package html

import "math"

// turn makes light colours dark and dark text light, for messages whose author thought of light views only. Each
// style is changed once; pictures stay as they are.
func (t *Tree) turn(p Palette) {
	tn := turnerOf(p)
	if lightness(t.Canvas) > 0.97 {
		t.Canvas = p.Back
	} else {
		t.Canvas = tn.ground(t.Canvas)
	}
	tn.layers(t.CanvasLayers)
	tn.node(t.Root)
}

// Ink is how text of a colour looks in a message that is shown with the colours of p, a dark view's.
func Ink(c Colour, p Palette) Colour {
	t := turnerOf(p)
	return t.ink(c)
}

func turnerOf(p Palette) turner {
	t := turner{back: lightness(p.Back), text: lightness(p.Text), seen: map[*Style]bool{}}
	if p == Light || t.back >= t.text {
		t.back, t.text = 0.25, 0.93
	}
	return t
}

type turner struct {
	back, text float64 // lightness of the darkest ground and the lightest text
	seen       map[*Style]bool
}

func (t *turner) node(n *Node) {
	if st := n.Style; !t.seen[st] {
		t.seen[st] = true
		st.Colour = t.ink(st.Colour)
		st.Background = t.ground(st.Background)
		for i := range st.Border {
			st.Border[i].Colour = t.line(st.Border[i].Colour)
		}
		st.OutlineBorder.Colour = t.line(st.OutlineBorder.Colour)
		if len(st.Decorations) > 0 {
			d := append([]Decoration(nil), st.Decorations...)
			for i := range d {
				d[i].Colour = t.ink(d[i].Colour)
			}
			st.Decorations = d
		}
		t.layers(st.Layers)
	}
	for _, c := range n.Children {
		t.node(c)
	}
}

func (t *turner) layers(ls []Layer) {
	for i := range ls {
		if g := ls[i].Gradient; g != nil {
			for k := range g.Stops {
				g.Stops[k].Colour = t.ground(g.Stops[k].Colour)
			}
		}
	}
}

// ink turns the colour of text: what is dark becomes light, what is light already stays.
func (t *turner) ink(c Colour) Colour {
	return relight(c, func(l float64) float64 {
		if l >= 0.72 {
			return l
		}
		return t.text - l*(t.text-0.72)/0.72
	})
}

// ground turns the colour of a background: what is light becomes dark, what is dark already stays.
func (t *turner) ground(c Colour) Colour {
	if c.A == 0 {
		return c
	}
	return relight(c, func(l float64) float64 {
		if l <= 0.62 {
			return l
		}
		return t.back + (1-l)*(0.45-t.back)/0.38
	})
}

// line turns the colour of a border: it stays as far from its ground as it was.
func (t *turner) line(c Colour) Colour {
	return relight(c, func(l float64) float64 {
		if l > 0.62 {
			return t.back + 0.07 + (1-l)*0.6
		}
		return max(l, 0.5)
	})
}

// relight changes a colour's lightness in Oklab and keeps its hue.
func relight(c Colour, f func(float64) float64) Colour {
	if c.A == 0 {
		return c
	}
	l, a, b := oklab(c)
	n := f(l)
	if math.Abs(n-l) < 1e-6 {
		return c
	}
	// Less colour where the new lightness leaves less room for it.
	for scale := 1.0; ; scale *= 0.85 {
		if out, ok := fromOklab(n, a*scale, b*scale); ok || scale < 0.05 {
			out.A = c.A
			return out
		}
	}
}

func lightness(c Colour) float64 {
	l, _, _ := oklab(c)
	return l
}

func linearLight(v uint8) float64 {
	x := float64(v) / 255
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// oklab turns sRGB into Oklab (Björn Ottosson, 2020).
func oklab(c Colour) (l, a, b float64) {
	r, g, bl := linearLight(c.R), linearLight(c.G), linearLight(c.B)
	x := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*bl)
	y := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*bl)
	z := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*bl)
	return 0.2104542553*x + 0.7936177850*y - 0.0040720468*z,
		1.9779984951*x - 2.4285922050*y + 0.4505937099*z,
		0.0259040371*x + 0.7827717662*y - 0.8086757660*z
}

// fromOklab is the way back; ok says that the colour exists in sRGB.
func fromOklab(l, a, b float64) (c Colour, ok bool) {
	cube := func(v float64) float64 { return v * v * v }
	x := cube(l + 0.3963377774*a + 0.2158037573*b)
	y := cube(l - 0.1055613458*a - 0.0638541728*b)
	z := cube(l - 0.0894841775*a - 1.2914855480*b)
	ok = true
	enc := func(v float64) uint8 {
		if v < -0.002 || v > 1.002 {
			ok = false
		}
		v = min(max(v, 0), 1)
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		return uint8(v*255 + 0.5)
	}
	c.R = enc(4.0767416621*x - 3.3077115913*y + 0.2309699292*z)
	c.G = enc(-1.2684380046*x + 2.6097574011*y - 0.3413193965*z)
	c.B = enc(-0.0041960863*x - 0.7034186147*y + 1.7076147010*z)
	return c, ok
}
