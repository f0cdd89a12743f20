package editor

import (
	"image/color"
	"math"
)

// What is dark becomes light under a dark theme as in the reader: the darkest as light as its text, what is light enough
// stays.
const (
	lightest    = 0.93
	lightEnough = 0.72
)

// lighter turns the lightness of a dark colour around and keeps its hue, as far as there is such a colour. Lightness is
// that of Oklab (Björn Ottosson, 2020), which sees it as people do.
func lighter(c color.NRGBA) color.NRGBA {
	l, a, b := oklab(c)
	if l >= lightEnough {
		return c
	}
	l = lightest - l*(lightest-lightEnough)/lightEnough
	for scale := 1.0; ; scale *= 0.85 {
		if out, ok := fromOklab(l, a*scale, b*scale); ok || scale < 0.05 {
			return out
		}
	}
}

func oklab(c color.NRGBA) (l, a, b float64) {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	r, g, bl := linear(c.R), linear(c.G), linear(c.B)
	x := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*bl)
	y := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*bl)
	z := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*bl)
	return 0.2104542553*x + 0.7936177850*y - 0.0040720468*z,
		1.9779984951*x - 2.4285922050*y + 0.4505937099*z,
		0.0259040371*x + 0.7827717662*y - 0.8086757660*z
}

// fromOklab reports besides whether a screen has such a colour; if not it is the nearest.
func fromOklab(l, a, b float64) (c color.NRGBA, ok bool) {
	cube := func(x float64) float64 { return x * x * x }
	x, y, z := cube(l+0.3963377774*a+0.2158037573*b), cube(l-0.1055613458*a-0.0638541728*b), cube(l-0.0894841775*a-1.2914855480*b)
	ok = true
	part := func(v float64) uint8 {
		ok = ok && v > -0.001 && v < 1.001
		v = max(0, min(v, 1))
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		return uint8(v*255 + 0.5)
	}
	c = color.NRGBA{
		R: part(4.0767416621*x - 3.3077115913*y + 0.2309699292*z), G: part(-1.2684380046*x + 2.6097574011*y - 0.3413193965*z),
		B: part(-0.0041960863*x - 0.7034186147*y + 1.7076147010*z), A: 0xFF,
	}
	return c, ok
}
