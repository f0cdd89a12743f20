package layout

import (
	"context"
	"strings"

	"golang.org/x/net/html/atom"

	"poplar/mail/html"
)

// rescued is how much text is shown of a message of which the time allowed for nothing else, in octets.
const rescued = 20_000

// rescue lays out the bare text of a message that came out empty because its time was up.
func (b *Box) rescue(ctx context.Context, o Options, text string) (p *Page, err error) {
	t := *b.tree
	root := *t.Root
	st := html.Anonymous(root.Style)
	st.Display, st.White, st.OverflowWrap = html.Block, html.PreLine, html.Anywhere
	root.Style = st
	root.Children = []*html.Node{{Text: text, Style: st}}
	t.Root, t.Cut = &root, true
	l, done, err := begin(ctx, &t, b.fonts, o)
	if err != nil {
		return nil, err
	}
	defer done(&err)
	mk := &builder{l: l}
	k := mk.build(t.Root, 0)
	if k == nil {
		k = mk.new(blockBox, t.Root, st, 0)
	}
	return l.page(&Box{fonts: b.fonts, tree: &t, root: k, o: o, cut: true, segs: mk.segs}), nil
}

// bareText is the beginning of the text within a node, a line for each block.
func bareText(n *html.Node) string {
	var s strings.Builder
	visits := 0
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if visits++; s.Len() > rescued || visits > 200_000 {
			return
		}
		if n.IsText() {
			s.WriteString(strings.Join(strings.Fields(n.Text[:min(len(n.Text), rescued)]), " "))
			s.WriteByte(' ')
			return
		}
		for _, c := range n.Children {
			walk(c)
		}
		if n.Style.Display != html.Inline || n.Tag == atom.Br {
			s.WriteByte('\n')
		}
	}
	walk(n)
	out := strings.ToValidUTF8(s.String(), "")
	for strings.Contains(out, "\n\n\n") {
		out = strings.ReplaceAll(out, "\n\n\n", "\n\n")
	}
	return strings.TrimSpace(out)
}
