package kit

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/fyne-io/oksvg"
	"golang.org/x/image/math/fixed"
)

// Fyne's SVG reader scales paths but not the width of their strokes: an icon of 20 units drawn at 13 pixels comes out
// too bold, at 36 too thin. So the strokes are turned into the shapes they cover, once for each icon; shapes scale.

// outline returns the path data of the area that a stroke of the given width covers, with round ends and corners. src
// is an SVG of stroked paths.
func outline(src []byte, width float64) (string, error) {
	svg, err := oksvg.ReadIconStream(bytes.NewReader(src))
	if err != nil {
		return "", err
	}
	o := &outliner{r: width / 2}
	for i := range svg.SVGPaths {
		svg.SVGPaths[i].Path.AddTo(o)
		o.Stop(false)
	}
	return o.out.String(), nil
}

type point struct{ x, y float64 }

func (a point) add(b point) point     { return point{a.x + b.x, a.y + b.y} }
func (a point) sub(b point) point     { return point{a.x - b.x, a.y - b.y} }
func (a point) times(f float64) point { return point{a.x * f, a.y * f} }
func (a point) cross(b point) float64 { return a.x*b.y - a.y*b.x }
func (a point) length() float64       { return math.Hypot(a.x, a.y) }
func mix(a, b point, t float64) point { return a.times(1 - t).add(b.times(t)) }
func unfix(p fixed.Point26_6) point   { return point{float64(p.X) / 64, float64(p.Y) / 64} }
func (a point) rotate(phi float64) point {
	s, c := math.Sincos(phi)
	return point{a.x*c - a.y*s, a.x*s + a.y*c}
}
func (a point) angleTo(b point) float64 { return math.Atan2(a.cross(b), a.x*b.x+a.y*b.y) }
func normal(a, b point, r float64) point {
	d := b.sub(a)
	return point{-d.y, d.x}.times(r / d.length())
}

// outliner takes the commands of a path, as rasterx.Adder, and writes the outline of its stroke.
type outliner struct {
	r    float64
	line []point
	out  strings.Builder
}

// curveSteps is how many straight pieces a curve becomes: at icon sizes more cannot be seen.
const curveSteps = 10

// Start implements rasterx.Adder.
func (o *outliner) Start(a fixed.Point26_6) {
	o.Stop(false)
	o.line = []point{unfix(a)}
}

// Line implements rasterx.Adder.
func (o *outliner) Line(b fixed.Point26_6) { o.to(unfix(b)) }

// QuadBezier implements rasterx.Adder.
func (o *outliner) QuadBezier(b, c fixed.Point26_6) {
	p0, p1, p2 := o.line[len(o.line)-1], unfix(b), unfix(c)
	for i := 1; i <= curveSteps; i++ {
		t := float64(i) / curveSteps
		o.to(mix(mix(p0, p1, t), mix(p1, p2, t), t))
	}
}

// CubeBezier implements rasterx.Adder.
func (o *outliner) CubeBezier(b, c, d fixed.Point26_6) {
	p0, p1, p2, p3 := o.line[len(o.line)-1], unfix(b), unfix(c), unfix(d)
	for i := 1; i <= curveSteps; i++ {
		t := float64(i) / curveSteps
		ab, bc, cd := mix(p0, p1, t), mix(p1, p2, t), mix(p2, p3, t)
		o.to(mix(mix(ab, bc, t), mix(bc, cd, t), t))
	}
}

func (o *outliner) to(p point) {
	if n := len(o.line); n == 0 || p.sub(o.line[n-1]).length() > 0.02 {
		o.line = append(o.line, p)
	}
}

// Stop implements rasterx.Adder: the line is complete.
func (o *outliner) Stop(closed bool) {
	line := o.line
	o.line = nil
	if len(line) == 0 {
		return
	}
	if n := len(line); n > 2 && line[0].sub(line[n-1]).length() < 0.05 {
		line, closed = line[:n-1], true
	}
	back := make([]point, len(line))
	for i, p := range line {
		back[len(line)-1-i] = p
	}
	switch {
	case len(line) == 1: // a dot
		o.write(turn(line[0], point{o.r, 0}, 2*math.Pi))
	case closed && len(line) > 2:
		o.write(side(line, o.r, true))
		o.write(side(back, o.r, true))
	default:
		n := len(line)
		there, here := side(line, o.r, false), side(back, o.r, false)
		shape := append(there, turn(line[n-1], normal(line[n-2], line[n-1], o.r), -math.Pi)...)
		shape = append(shape, here...)
		o.write(append(shape, turn(line[0], normal(line[1], line[0], o.r), -math.Pi)...))
	}
}

// side is the left edge of a stroke along a line. Outer corners are round; at inner ones the edge goes through the
// corner itself, so that nothing is cut out of the stroke.
func side(line []point, r float64, closed bool) []point {
	var out []point
	n := len(line)
	segments := n - 1
	if closed {
		segments = n
	}
	for i := range segments {
		a, b := line[i], line[(i+1)%n]
		m := normal(a, b, r)
		out = append(out, a.add(m), b.add(m))
		if i+1 == segments && !closed {
			break
		}
		next := normal(b, line[(i+2)%n], r)
		if phi := m.angleTo(next); phi > 0 {
			out = append(out, b)
		} else {
			out = append(out, turn(b, m, phi)...)
		}
	}
	return out
}

// turn is the arc about a centre from the end of a radius through an angle.
func turn(centre, radius point, phi float64) []point {
	steps := int(math.Ceil(math.Abs(phi) / (math.Pi / 8)))
	var out []point
	for i := 1; i <= steps; i++ {
		out = append(out, centre.add(radius.rotate(phi*float64(i)/float64(steps))))
	}
	return out
}

func (o *outliner) write(shape []point) {
	for i, p := range shape {
		command := byte('L')
		if i == 0 {
			command = 'M'
		}
		o.out.WriteByte(command)
		fmt.Fprintf(&o.out, "%.2f %.2f", p.x, p.y)
	}
	o.out.WriteByte('Z')
}
