package html

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html/atom"
)

// styled returns the style of the first element with id x.
func styled(t *testing.T, src string, v Viewport) *Style {
	t.Helper()
	if v.Width == 0 {
		v.Width = 700
	}
	d, err := Read(context.Background(), src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := d.Style(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	// The element under test is the only <x-t>.
	var find func(n *Node) *Style
	find = func(n *Node) *Style {
		if n.Tag == atom.Mark {
			return n.Style
		}
		for _, c := range n.Children {
			if s := find(c); s != nil {
				return s
			}
		}
		return nil
	}
	return find(tree.Root)
}

func rgb(c Colour) string { return fmt.Sprintf("#%02x%02x%02x/%d", c.R, c.G, c.B, c.A) }

func TestCascade(t *testing.T) {
	const doc = "<!DOCTYPE html>"
	for _, c := range []struct{ name, css, body, want string }{
		{"class over type", "mark{color:red}.a{color:blue}", `<mark class=a>`, "#0000ff/255"},
		{"id over class", "#i{color:red}.a.a{color:blue}", `<mark class=a id=i>`, "#ff0000/255"},
		{"later over earlier", ".a{color:red}.b{color:blue}", `<mark class="b a">`, "#0000ff/255"},
		{"style over rule", "#i{color:red}", `<mark id=i style="color:lime">`, "#00ff00/255"},
		{"important over style", "mark{color:red!important}", `<mark style="color:lime">`, "#ff0000/255"},
		{"important style over important rule", "mark{color:red!important}", `<mark style="color:lime ! important">`, "#00ff00/255"},
		{"child", "div>mark{color:red}", `<div><mark>`, "#ff0000/255"},
		{"not a child", "mark{color:blue}div>mark{color:red}", `<div><p><mark>`, "#0000ff/255"},
		{"descendant", "table td mark{color:red}", `<table><tr><td><b><mark>`, "#ff0000/255"},
		{"sibling", "p+p mark{color:red}", `<p></p><p><mark>`, "#ff0000/255"},
		{"attribute", `td[class*="col"] mark{color:red}`, `<table><tr><td class="my-col-2"><mark>`, "#ff0000/255"},
		{"first-child", "p:first-child mark{color:red}", `<div><p><mark>`, "#ff0000/255"},
		{"nth-child", "li:nth-child(2n+1) mark{color:red}", `<ul><li><li><li><mark>`, "#ff0000/255"},
		{"not", "mark:not(.b){color:red}", `<mark class=a>`, "#ff0000/255"},
		{"media", "@media (max-width:800px){mark{color:red}}", `<mark>`, "#ff0000/255"},
		{"media that fails", "mark{color:blue}@media only screen and (max-width:480px){mark{color:red}}", `<mark>`, "#0000ff/255"},
		{"media range", "@media (600px <= width < 700.5px){mark{color:red}}", `<mark>`, "#ff0000/255"},
		{"print", "mark{color:blue}@media print{mark{color:red}}", `<mark>`, "#0000ff/255"},
		{"unknown rules are passed over", "@foo{x{y:z}} @import 'x'; mark{color:red}", `<mark>`, "#ff0000/255"},
		{"broken declarations are passed over", "mark{color:red;colr;color:#12;;}", `<mark>`, "#ff0000/255"},
		{"comments", "/* a */mark/**/{/*;*/color/**/:/**/red}", `<mark>`, "#ff0000/255"},
		{"html comments", "<!-- mark{color:red} -->", `<mark>`, "#ff0000/255"},
		{"inherit", "div{color:red}mark{color:inherit}", `<div><mark>`, "#ff0000/255"},
		{"rgba", "mark{color:rgba(255,0,0,.5)}", `<mark>`, "#ff0000/128"},
		{"hsl", "mark{color:hsl(120 100% 25%)}", `<mark>`, "#008000/255"},
		{"hex with alpha", "mark{color:#f008}", `<mark>`, "#ff0000/136"},
		{"custom property", ":root{--c:red}mark{color:var(--c)}", `<mark>`, "#ff0000/255"},
		{"custom property with a fallback", "mark{color:var(--d, lime)}", `<mark>`, "#00ff00/255"},
		{"supports", "@supports (display:flex){mark{color:red}}", `<mark>`, "#ff0000/255"},
		{"font attribute", "", `<font color=red><mark style="color:inherit">`, "#ff0000/255"},
		{"legacy colour", "", `<font color="chucknorris"><mark style="color:inherit">`, "#c00000/255"},
		{"case of class", ".Aa{color:red}mark{color:blue}", `<mark class=aA>`, "#0000ff/255"},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := styled(t, doc+"<style>"+c.css+"</style>"+c.body+"x", Viewport{})
			if got := rgb(st.Colour); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	t.Run("case of class in old documents", func(t *testing.T) {
		if got := rgb(styled(t, "<style>.Aa{color:red}</style><mark class=aA>x", Viewport{}).Colour); got != "#ff0000/255" {
			t.Error(got)
		}
	})
	t.Run("dark", func(t *testing.T) {
		src := doc + "<style>mark{color:red}@media (prefers-color-scheme:dark){mark{color:lime}}</style><mark>x"
		if got := rgb(styled(t, src, Viewport{Dark: true}).Colour); got != "#00ff00/255" {
			t.Error(got)
		}
	})
}

func TestLengths(t *testing.T) {
	for _, c := range []struct {
		style string
		want  Length
	}{
		{"width:10px", Px(10)},
		{"width:10pt", Px(13.333333)},
		{"width:1in", Px(96)},
		{"width:2em", Px(40)},
		{"width:2rem", Px(32)},
		{"width:50%", Percent(50)},
		{"width:10vw", Px(70)},
		{"width:calc(100% - 20px)", Length{Unit: Fixed, Px: -20, Pct: 100}},
		{"width:calc((1px + 2px) * 3 / 2)", Px(4.5)},
		{"width:calc(1px + 2)", Length{}},
		{"width:-5px", Length{}},
		{"width:5", Length{}},
		{"width:auto", Length{}},
		{"width:max-content", Length{Unit: MaxContent}},
		{"width:min(100%, 600px)", Percent(100)},
		{"width:1e99px", Px(1e7)},
		{"width:1cm", Px(37.795277)},
	} {
		st := styled(t, `<!DOCTYPE html><mark style="font-size:20px;`+c.style+`">x`, Viewport{})
		if d := st.Width.Px - c.want.Px; st.Width.Unit != c.want.Unit || st.Width.Pct != c.want.Pct || d > 0.01 || d < -0.01 {
			t.Errorf("%s: got %+v, want %+v", c.style, st.Width, c.want)
		}
	}
}

func TestShorthands(t *testing.T) {
	st := styled(t, `<!DOCTYPE html><mark style="margin:1px 2px 3px;border:2px dashed #123456;border-left:0;border-radius:4px 8px;font:italic bold 12px/1.5 'A B',serif;background:#fff url(x.png) no-repeat right 10px center / cover;list-style:square inside;text-decoration:underline dotted red">x`, Viewport{})
	if st.Margin != [4]Length{Px(1), Px(2), Px(3), Px(2)} {
		t.Errorf("margin %+v", st.Margin)
	}
	if b := st.Border[SideTop]; b.Width != 2 || b.Style != Dashed || rgb(b.Colour) != "#123456/255" || st.Border[SideLeft].Visible() {
		t.Errorf("border %+v", st.Border)
	}
	if st.Radius[0].X != Px(4) || st.Radius[1].Y != Px(8) || st.Radius[2].X != Px(4) {
		t.Errorf("radius %+v", st.Radius)
	}
	if !st.Italic || st.Weight != 700 || st.Size != 12 || st.LineHeight.V != 1.5 || !st.LineHeight.Number || strings.Join(st.Family, "|") != "a b|serif" {
		t.Errorf("font %+v %v", st.Family, st.LineHeight)
	}
	if len(st.Layers) != 1 || st.Layers[0].Size != Cover || st.Layers[0].RepeatX != NoRepeat || !st.Layers[0].FromEndX || rgb(st.Background) != "#ffffff/255" {
		t.Errorf("background %+v", st.Layers)
	}
	if st.ListType != Square || st.ListPos != Inside {
		t.Error("list-style")
	}
	if d := st.Decorations; len(d) != 1 || !d[0].Under || d[0].Style != Dotted || rgb(d[0].Colour) != "#ff0000/255" {
		t.Errorf("decoration %+v", d)
	}
}

// A message whose author thought of light views only gets light text on a dark ground; what is dark already stays.
func TestTurnedColours(t *testing.T) {
	p := Palette{Text: Colour{R: 229, G: 234, B: 231, A: 255}, Back: Colour{R: 29, G: 34, B: 32, A: 255}, Link: Colour{R: 130, G: 189, B: 240, A: 255}}
	v := Viewport{Dark: true, Palette: p}
	light := func(c Colour) float64 { return lightness(c) }
	st := styled(t, `<mark style="color:#222;background:#fff">x`, v)
	if light(st.Colour) < 0.8 || light(st.Background) > 0.35 {
		t.Errorf("text %s on %s", rgb(st.Colour), rgb(st.Background))
	}
	st = styled(t, `<mark style="color:#fff;background:#224">x`, v)
	if rgb(st.Colour) != "#ffffff/255" || rgb(st.Background) != "#222244/255" {
		t.Errorf("text %s on %s", rgb(st.Colour), rgb(st.Background))
	}
	v.Original = true
	st = styled(t, `<mark style="color:#222;background:#fff">x`, v)
	if rgb(st.Colour) != "#222222/255" {
		t.Errorf("original colours changed to %s", rgb(st.Colour))
	}
}

func TestPicturesAreCounted(t *testing.T) {
	d, err := Read(context.Background(), `<style>p{background:url("https://x.example/bg.png")}@font-face{src:url(https://x.example/f.woff)}</style>
<img src=https://x.example/a.png><img src="https://x.example/a.png"><img src=http://x.example/t.gif width=1 height=1><img src=//y.example/b.png>
<img src="https://list-manage.com/track/open.php?u=1"><img style="display:none" src=https://z.example/q><table background=https://x.example/c.png></table>
<img src=cid:1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><img src=local.png>`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Remote != 4 || d.Held != 4 || d.Trackers != 3 {
		t.Errorf("remote %d, held %d, trackers %d", d.Remote, d.Held, d.Trackers)
	}
	if got := strings.Join(d.HeldPictures(), " "); got != "https://x.example/bg.png https://x.example/a.png //y.example/b.png https://x.example/c.png" {
		t.Error(got)
	}
}

func TestDocumentMode(t *testing.T) {
	for _, c := range []struct {
		src             string
		quirks, limited bool
	}{
		{"x", true, false},
		{"<!DOCTYPE html>x", false, false},
		{`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">x`, false, true},
		{`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">x`, false, false},
		{`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">x`, true, false},
		{`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">x`, false, true},
		{`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN">x`, true, false},
	} {
		d, err := Read(context.Background(), c.src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d.quirks != c.quirks || d.limited != c.limited {
			t.Errorf("%s: quirks %v, limited %v", c.src, d.quirks, d.limited)
		}
	}
}

func TestFits(t *testing.T) {
	d, err := Read(context.Background(), "<style>@media(max-width:480px){p{color:red}}@media(min-width:900px){p{color:blue}}</style><p>x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := d.Style(context.Background(), Viewport{Width: 700})
	if err != nil {
		t.Fatal(err)
	}
	for w, want := range map[float64]bool{700: true, 480.5: true, 481: true, 480: false, 899: true, 900: false} {
		if tree.Fits(Viewport{Width: w}) != want {
			t.Errorf("width %v: %v", w, !want)
		}
	}
}

func TestPlainText(t *testing.T) {
	lines := plainLines("a b \nc\n> q1 \n> q2\n>> q3\n-- \nsig \nnext", true)
	var got []string
	for _, l := range lines {
		got = append(got, fmt.Sprintf("%d%v:%s", l.depth, l.sig, l.text))
	}
	if s := strings.Join(got, "|"); s != "0false:a b c|1false:q1 q2|2false:q3|0true:-- |0true:sig next" {
		t.Error(s)
	}
	if l := plainLines("> > a \n> > b\n> > > c", true); len(l) != 2 || l[0].depth != 2 || l[0].text != "a b" || l[1].depth != 3 {
		t.Errorf("%+v", l)
	}
	for _, c := range []struct{ text, want string }{
		{"see https://a.example/x_(y), or http://b.example.", "https://a.example/x_(y) http://b.example"},
		{"（https://a.example/路径）", "https://a.example/"},
		{"mail a.b+c@d.example; www.e.example/f?g=h!", "mailto:a.b+c@d.example https://www.e.example/f?g=h"},
		{"no links: e.g. this@ or @that or foo:bar", ""},
		{"<https://a.example/>", "https://a.example/"},
		{"javascript:alert(1) file:///x", ""},
	} {
		var urls []string
		for _, f := range findLinks(c.text) {
			urls = append(urls, f.url)
		}
		if s := strings.Join(urls, " "); s != c.want {
			t.Errorf("%q: got %q, want %q", c.text, s, c.want)
		}
	}
}

func FuzzCSS(f *testing.F) {
	f.Add("a{color:red}", "margin:1px 2px")
	f.Add("@media (max-width:3px){b:nth-child(2n+1)>c,d{width:calc(1px + 2%)!important}}", "background:linear-gradient(to top,red,blue 3px),url(x)")
	f.Fuzz(func(t *testing.T, sheet, inline string) {
		if len(sheet)+len(inline) > 20_000 {
			return
		}
		src := "<style>" + sheet + `</style><p class=a id=b style="` + strings.ReplaceAll(inline, `"`, "'") + `">x<b>y</b></p>`
		d, err := Read(context.Background(), src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Style(context.Background(), Viewport{Width: 600, Dark: true}); err != nil {
			t.Fatal(err)
		}
	})
}
