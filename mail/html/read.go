package html

import (
	"context"
	"strings"

	"golang.org/x/net/html"
)

// Options say what a Doc may take from outside its source.
type Options struct {
	// CID returns a part of the message by its Content-ID without brackets, and its media type.
	CID func(id string) ([]byte, string)
	// Picture returns the contents of an http or https address, or of a name that is no address at all. nil holds all
	// such pictures back; a nil result holds back that one.
	Picture func(src string) []byte
}

// Doc is a message body ready to be styled and laid out. It is not changed after it was read, so that several
// goroutines may use it.
type Doc struct {
	Title  string
	Links  []Link
	Remote int // pictures that lie on the network, loaded or not, trackers not counted
	Held   int // of these, how many are held back
	// Trackers are pictures whose purpose is to tell the sender that the mail was read. They are never loaded.
	Trackers int
	Flat     bool // the source could not be parsed as it stands; its text is shown
	plain    bool
	cut      bool
	lines    []plainLine
	root     *html.Node
}

// Link is one place a message points to.
type Link struct {
	URL  string // as the author wrote it, trimmed
	Text string // what the reader sees
}

// Read parses src. The error is ctx's only: source of any kind gives a Doc.
func Read(ctx context.Context, src string, o Options) (*Doc, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	_ = o
	d := ReadText(strings.TrimSpace(Text(src)), false)
	return d, nil
}

// Style computes the styled tree for a viewport.
func (d *Doc) Style(ctx context.Context, v Viewport) (*Tree, error) {
	if v.Palette == (Palette{}) {
		v.Palette = Light
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return d.plainTree(v), nil
}

// initial is what the root inherits.
func initial(v Viewport) Inherited {
	size := v.TextSize
	if size == 0 {
		size = 16
	}
	return Inherited{
		Colour: v.Palette.Text, Family: defaultFamily, Size: size, Weight: 400, LineHeight: LineHeight{Normal: true},
		Align: Start, Visibility: Visible, Direction: LTR, ListPos: Outside, TabSize: 8, Kern: true, InlineAlpha: 1,
	}
}

var defaultFamily = []string{"sans-serif"}

// blank is a style with nothing set but what it inherits.
func blank(in Inherited) *Style {
	return &Style{
		Inherited: in, Position: Static, Float: NoKeyword, Clear: NoKeyword, Opacity: 1, VAlign: Baseline, Shrink: 1,
		Padding: [4]Length{Px(0), Px(0), Px(0), Px(0)}, Margin: [4]Length{Px(0), Px(0), Px(0), Px(0)},
		AlignSelf: NoKeyword, UnicodeBidi: Normal, Fit: Fill,
	}
}
