package composer

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
)

// styled is a text in which every fifth word has a look.
func styled(text string) *mail.Rich {
	r := mail.RichText(text)
	looks := []mail.Style{{Bold: true}, {Italic: true}, {Colour: "#b3261e"}, {Link: "https://example.org/"}, {Bold: true, Underline: true}}
	for i, b := range r.Blocks {
		var list []mail.Segment
		for n, word := range strings.SplitAfter(b.Text, " ") {
			g := mail.Segment{Text: word}
			if n%5 == 0 {
				g.Style = looks[(i+n/5)%len(looks)]
			}
			list = append(list, g)
		}
		r.Blocks[i].Join(list)
		if i%7 == 3 {
			r.Blocks[i].Kind = mail.Number
		}
	}
	t := r.Tidy()
	return &t
}

// A key must be cheap however long the text is, and whatever it looks like.
func BenchmarkKey(b *testing.B) {
	quote := strings.Repeat("> a long line of the original, as mail has them, with words\n", 200<<10/60)
	para := strings.Repeat("A line of my own text, which goes on and on. ", 50<<10/45)
	lines := strings.Repeat("A line of my own text.\n", 50<<10/23)
	han := strings.Repeat("这是我自己写的一段文字，它一直写下去。\n", 50<<10/58)
	for _, c := range []struct {
		name, text string
		rich       *mail.Rich
	}{
		{"under a quote of 200 KB", "Hello\n\n" + quote, nil},
		{"in 50 KB of own lines", lines, nil},
		{"in one paragraph of 50 KB", para, nil},
		{"in 50 KB of Chinese", han, nil},
		{"with looks under a quote of 200 KB", "", styled("Hello\n\n" + quote)},
		{"with looks in 50 KB of own lines", "", styled(lines)},
		{"with looks in one paragraph of 50 KB", "", styled(para)},
		{"with looks in 50 KB of Chinese", "", styled(han)},
	} {
		b.Run(c.name, func(b *testing.B) {
			app := test.NewApp()
			defer app.Quit()
			app.Settings().SetTheme(kit.NewTheme())
			d := letter()
			d.Text, d.Rich = c.text, c.rich
			w := New(app, &engine{}, kit.NewQueue().Loop, d, Options{})
			w.Show()
			w.Window.Resize(fyne.NewSize(900, 720))
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				w.body.text.TypedRune('a' + rune(i%26))
				if i%40 == 0 {
					w.body.text.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}
