package layout

import (
	"math"

	"poplar/mail/html"
)

// floatRect is the margin box of a float, in the coordinates of its block formatting context.
type floatRect struct {
	x, y, w, h float64
	left       bool
}

// floatCtx are the floats of one block formatting context.
type floatCtx struct {
	rects  []floatRect
	first  int     // those before it end above every line still to come
	top    float64 // no float may start above an earlier one
	clearL float64 // lower edge of all left floats
	clearR float64
}

// maxActive bounds how many floats may stand beside a line; more are put below.
const maxActive = 400

// edges returns the free stretch between left and right over the height from y to y+h.
func (c *floatCtx) edges(y, h, left, right float64) (float64, float64) {
	if c == nil {
		return left, right
	}
	for i := c.first; i < len(c.rects); i++ {
		r := &c.rects[i]
		if r.y+r.h <= y || r.y >= y+max(h, 1.0/64) || r.h <= 0 {
			continue
		}
		if r.left {
			left = max(left, r.x+r.w)
		} else {
			right = min(right, r.x)
		}
	}
	return left, right
}

// next returns the nearest lower edge of a float below y, or y itself where there is none.
func (c *floatCtx) next(y float64) float64 {
	best := math.Inf(1)
	for i := c.first; i < len(c.rects); i++ {
		if b := c.rects[i].y + c.rects[i].h; b > y && b < best {
			best = b
		}
	}
	if math.IsInf(best, 1) {
		return y
	}
	return best
}

// forget drops floats that end above y from the search: lines only go down.
func (c *floatCtx) forget(y float64) {
	for c.first < len(c.rects) && c.rects[c.first].y+c.rects[c.first].h <= y {
		c.first++
	}
}

// place finds the place of a float of w by h, not above y, between left and right (CSS 2.1, 9.5.1).
func (c *floatCtx) place(l *engine, y, w, h, left, right float64, side html.Keyword) (float64, float64) {
	y = max(y, c.top)
	if len(c.rects)-c.first > maxActive {
		y = max(y, c.clearL, c.clearR)
		c.first = len(c.rects)
	}
	a, b := left, right
	for {
		l.tick()
		a, b = c.edges(y, h, left, right)
		if b-a >= w-1.0/64 || a <= left && b >= right {
			break
		}
		n := c.next(y)
		if n <= y {
			break
		}
		y = n
	}
	x := a
	if side == html.Right {
		x = b - w
	}
	c.top = y
	c.rects = append(c.rects, floatRect{x, y, w, h, side != html.Right})
	if side == html.Right {
		c.clearR = max(c.clearR, y+h)
	} else {
		c.clearL = max(c.clearL, y+h)
	}
	return x, y
}

// clear returns the lowest y that a box with this clear may have.
func (c *floatCtx) clear(k html.Keyword) float64 {
	if c == nil {
		return 0
	}
	switch k {
	case html.Left:
		return c.clearL
	case html.Right:
		return c.clearR
	case html.Both:
		return max(c.clearL, c.clearR)
	}
	return math.Inf(-1)
}
