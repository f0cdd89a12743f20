package compose

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"poplar/mail"
)

// dot is a picture of one pixel.
const dot = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"

func picture(n int) *mail.Picture {
	return &mail.Picture{ID: fmt.Sprintf("p%d@inline", n), Name: fmt.Sprintf("图 %d \"a&b\".png", n), Type: "image/png", Width: 10 + n, Height: 20, Data: []byte(dot + fmt.Sprint(n))}
}

// randomRich is a well-formed text with looks. Of two pictures of one name there is one.
func randomRich(r *rand.Rand) mail.Rich {
	pictures := []*mail.Picture{picture(1), picture(2), picture(3)}
	style := func() mail.Style {
		s := mail.Style{Bold: r.IntN(3) == 0, Italic: r.IntN(4) == 0, Underline: r.IntN(5) == 0}
		if r.IntN(4) == 0 {
			s.Colour = []string{"#b3261e", "#17693f", "#000000"}[r.IntN(3)]
		}
		if r.IntN(5) == 0 {
			s.Link = []string{"https://example.org/?a=1&b=%20\"x\"", "mailto:bo@example.org", "http://例子.example/路"}[r.IntN(3)]
		}
		return s
	}
	var t mail.Rich
	for range 1 + r.IntN(12) {
		b := mail.Block{}
		if r.IntN(2) == 0 {
			b.Kind, b.Level = []mail.BlockKind{mail.Bullet, mail.Number}[r.IntN(2)], r.IntN(4)
		}
		if r.IntN(4) == 0 {
			b.Quote = r.IntN(4)
		}
		var list []mail.Segment
		for range r.IntN(5) {
			if r.IntN(8) == 0 {
				list = append(list, mail.Segment{Text: mail.PictureMark, Style: mail.Style{Picture: pictures[r.IntN(3)]}})
				continue
			}
			text := []string{"word", " ", "two words", "  ", "\t", "<b>&amp;</b>", "中文，", "🇩🇪👨‍👩‍👧", " x", "y ", "\u00a0", "> a", "e\u0301", "\u202e", "* "}[r.IntN(15)]
			list = append(list, mail.Segment{Text: text, Style: style()})
		}
		b.Join(list)
		t.Blocks = append(t.Blocks, b)
	}
	return t.Tidy()
}

func byID(t mail.Rich) func(string) *mail.Picture {
	return func(cid string) *mail.Picture {
		for _, p := range t.Pictures() {
			if p.ID == cid {
				return p
			}
		}
		return nil
	}
}

// What is written comes back as it was.
func TestRichComesBack(t *testing.T) {
	r := random(t)
	for range 3000 {
		want := randomRich(r)
		src := richHTML(want)
		if got := readRich(src, byID(want), false); !reflect.DeepEqual(got, want) {
			t.Fatalf("from\n%s\ncame\n%+v\nnot\n%+v", src, got, want)
		}
	}
}

func TestRichHTML(t *testing.T) {
	bold := func(s string) mail.Block {
		b := mail.Block{}
		b.Join([]mail.Segment{{Text: "a "}, {Text: s, Style: mail.Style{Bold: true, Colour: "#b3261e"}}, {Text: "!"}})
		return b
	}
	link := mail.Block{}
	link.Join([]mail.Segment{{Text: "see "}, {Text: "the ", Style: mail.Style{Link: "https://x.org/"}}, {Text: "plan", Style: mail.Style{Link: "https://x.org/", Italic: true}}})
	red := mail.Block{}
	red.Join([]mail.Segment{{Text: "the ", Style: mail.Style{Link: "https://x.org/", Colour: "#b3261e"}}, {Text: "plan", Style: mail.Style{Link: "https://x.org/", Colour: "#b3261e", Bold: true}}})
	shown := mail.Block{}
	shown.Join([]mail.Segment{{Text: "x.org", Style: mail.Style{Link: "https://x.org/"}}, {Text: " "}, {Text: "bo@x.org", Style: mail.Style{Link: "mailto:bo@x.org"}}})
	pic := mail.Block{}
	pic.Join([]mail.Segment{{Text: mail.PictureMark, Style: mail.Style{Picture: &mail.Picture{ID: "1@inline", Name: "a.png", Width: 3, Height: 4}}}})
	for _, c := range []struct {
		name       string
		blocks     []mail.Block
		html, text string
	}{
		{"words", []mail.Block{bold("<red>"), {}}, `<p style="margin:0">a <span style="color:#b3261e"><b>&lt;red&gt;</b></span>!</p>` + "\n" + `<p style="margin:0"><br></p>` + "\n", "a <red>!\n"},
		{"a link", []mail.Block{link}, `<p style="margin:0">see <a href="https://x.org/">the <i>plan</i></a></p>` + "\n", "see the plan <https://x.org/>"},
		{"a link of a colour", []mail.Block{red}, `<p style="margin:0"><a href="https://x.org/" style="color:#b3261e">the <b>plan</b></a></p>` + "\n", "the plan <https://x.org/>"},
		{"links that are their words", []mail.Block{shown}, `<p style="margin:0"><a href="https://x.org/">x.org</a> <a href="mailto:bo@x.org">bo@x.org</a></p>` + "\n", "x.org bo@x.org"},
		{
			"lists",
			[]mail.Block{{Kind: mail.Bullet, Text: "one"}, {Kind: mail.Number, Level: 1, Text: "in"}, {Kind: mail.Number, Level: 1, Text: "in"}, {Kind: mail.Bullet, Text: "two"}, {Text: "after"}},
			"\n<ul style=\"margin:0;padding-left:24px\">\n<li>one\n<ol style=\"margin:0;padding-left:24px\">\n<li>in</li>\n<li>in</li></ol>\n</li>\n<li>two</li></ul>\n<p style=\"margin:0\">after</p>\n",
			"* one\n  1. in\n  2. in\n* two\nafter",
		},
		{
			"quotes",
			[]mail.Block{{Quote: 1, Text: "said"}, {Quote: 2}, {Text: "no"}},
			quoteOpen + "\n<p style=\"margin:0\">said</p>\n" + quoteOpen + "\n<p style=\"margin:0\"><br></p>\n</blockquote>\n</blockquote>\n<p style=\"margin:0\">no</p>\n", "> said\n>>\nno",
		},
		{"blanks", []mail.Block{{Text: "a  b"}, {Kind: mail.Bullet, Text: " c"}}, `<p style="margin:0;white-space:pre-wrap">a  b</p>` + "\n\n<ul style=\"margin:0;padding-left:24px\">\n<li><span style=\"white-space:pre-wrap\"> c</span></li></ul>\n", "a  b\n*  c"},
		{"a picture", []mail.Block{pic}, `<p style="margin:0"><img src="cid:1@inline" alt="a.png" width="3" height="4" style="display:block;max-width:100%;height:auto"></p>` + "\n", "[a.png]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mail.Rich{Blocks: c.blocks}
			if got := richHTML(r); got != c.html {
				t.Errorf("the HTML is\n%s\nnot\n%s", got, c.html)
			}
			if got := r.Text(); got != c.text {
				t.Errorf("the text is %q, not %q", got, c.text)
			}
		})
	}
}

// What others write is kept as far as a text with looks can hold it.
func TestForeignHTML(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"paragraphs have room", "<p>one<p>two</p><div>three</div>", "one||two||three"},
		{"unless they say they have none", `<p class=x style="margin:0in 0in 0.0001pt">one</p><p style="margin: 0">two</p>`, "one|two"},
		{"divs have none", "<div>one</div><div><br></div><div>two</div>", "one||two"},
		{"a blank line of Word's", "<p style='margin:0'>a</p><p style='margin:0'>&nbsp;</p><p style='margin:0'>b</p>", "a||b"},
		{"headings are bold", "<h1>Big</h1>text", "**Big**||text"},
		{"styles", `<span style="font-weight:700;color:rgb(1,2,255)">a</span><font color=red>b</font><span style="color:#000">c</span>`, "**a**#0102ff|b#ff0000|c"},
		{"a link has its own colour", `<div style="color:#333333"><a href="https://x.org/">a</a>b</div>`, "a|b#333333"},
		{"heads of tables", "<table><tr><th>a</th><td>b</td></tr></table>", "**a**|\tb"},
		{"nothing that runs", `<style>p{}</style><script>x()</script><title>t</title><a href="javascript:x()" onclick=y>go</a><svg><path d=x></svg>`, "go"},
		{"nothing hidden", `<div style="display:none">seen nowhere <b>too</b></div>seen`, "seen"},
		{"tables", "<table><tr><td>a</td><td>b</td></tr><tr><td><div>c</div></td></tr></table>", "a\tb|c"},
		{"lists left open", "<ul><li>a<li>b<ol><li>c</ol><li>d</ul>e", "* a|* b|  1. c|* d|e"},
		{"more in an item", "<ul><li>a<br>b</li></ul>", "* a|b"},
		{"pre", "<pre>a  b\nc</pre>", "a  b|c"},
		{"quotes", "<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a|>> b|c"},
		{"pictures that are not there", `<img src="cid:x" alt="a  logo"><img src="https://x.org/t.gif"><img src="data:image/png;base64,AAAA" alt="">`, "a logo"},
		{"ends that nothing began", "a</b></div></p></li></ul>b", "a|b"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := readRich(c.src, func(string) *mail.Picture { return nil }, true)
			var all []string
			for i, b := range got.Blocks {
				line := mail.Rich{Blocks: got.Blocks[i : i+1]}.Text()
				if b.Kind == mail.Number || b.Level > 0 {
					line = strings.Split(got.Text(), "\n")[i]
				}
				if len(b.Runs) > 0 && !strings.Contains(line, "\n") {
					line = ""
					for _, g := range b.Segments() {
						s := g.Text
						if g.Bold {
							s = "**" + s + "**"
						}
						line += s + g.Colour + "|"
					}
					line = strings.TrimSuffix(line, "|")
				}
				all = append(all, line)
			}
			if s := strings.Join(all, "|"); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

// Hostile source costs what its length costs.
func TestNestedWithoutEnd(t *testing.T) {
	for _, tag := range []string{"<div>", "<b>", "<ul><li>", "<blockquote>", "<a href=x><table><td>", "<svg>"} {
		got := readRich(strings.Repeat(tag, 200000)+"x", nil, true)
		if len(got.Blocks) > maxRichBlocks+1 {
			t.Errorf("%s: %d blocks", tag, len(got.Blocks))
		}
	}
}

func FuzzReadRich(f *testing.F) {
	f.Add(`<p style="margin:0">a <b>b</b></p><ul><li>c<ol><li>d</ol></ul><blockquote>q</blockquote><img src="cid:1">`)
	f.Add(richHTML(randomRich(rand.New(rand.NewPCG(1, 2)))))
	f.Add("<p><td>\x00<br><pre>\r\n x</pre></li>")
	f.Fuzz(func(t *testing.T, src string) {
		one := picture(1)
		pictures := func(cid string) *mail.Picture {
			if cid == one.ID || cid == "1" {
				return one
			}
			return nil
		}
		for _, foreign := range []bool{false, true} {
			r := readRich(src, pictures, foreign)
			if again := r.Tidy(); !reflect.DeepEqual(again, r) {
				t.Fatalf("it is not well-formed: %+v, tidied %+v", r, again)
			}
			if back := readRich(richHTML(r), pictures, false); !reflect.DeepEqual(back, r) {
				t.Fatalf("%+v came back as %+v", r, back)
			}
			_ = r.Text()
		}
	})
}
