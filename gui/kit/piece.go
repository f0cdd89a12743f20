package kit

import "fyne.io/fyne/v2"

// Piece is a stretch of a text that one font draws. A widget that draws text by itself, rather than by a Line, shows it
// as a canvas.Text with that FontSource, its top at the baseline less Rise.
type Piece struct {
	Text   string
	Width  float32
	Rise   float32 // from the baseline up to the top of the Text, in whole pixels
	Source fyne.Resource
	han    bool
}

// Pieces breaks one line of text into what one font draws each. Chinese has the face that WantHan fetches, or before it
// is there what Fyne chooses; it has no italics.
func Pieces(text string, size float32, style fyne.TextStyle) []Piece {
	var list []Piece
	face := faceOf(style.Bold).face
	for _, r := range runs(text) {
		w, asc := measureStyled(r, size, style, face)
		p := Piece{Text: r.text, Width: w, Rise: ceil(asc), han: r.han}
		if r.han {
			p.Source = face
		}
		list = append(list, p)
	}
	return list
}

// Measure is how wide the first n octets of the piece are.
func (p Piece) Measure(n int, size float32, style fyne.TextStyle) float32 {
	switch {
	case n <= 0:
		return 0
	case n >= len(p.Text):
		return p.Width
	}
	w, _ := measureStyled(run{p.Text[:n], p.han}, size, style, p.Source)
	return w
}

// HasHan reports whether a text has letters that the Chinese face draws.
func HasHan(text string) bool {
	for _, r := range text {
		if isHan(r) {
			return true
		}
	}
	return false
}

// LineMetrics returns the height of a line of text of a size and how far its baseline is below its top, in whole pixels.
func LineMetrics(size float32) (height, ascent float32) { return metrics(size, false) }
