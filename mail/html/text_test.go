package html

import (
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"plain", "hello", "hello"},
		{"paragraphs", "<p>one\n two</p><p>three</p>", "one two\n\nthree"},
		{"divs and br", "<div>a</div><div>b<br>c</div><div><br></div><div>d</div>", "a\nb\nc\n\nd"},
		{"entities", "&lt;b&gt; caf&eacute; &amp; &#20013;&nbsp;x", "<b> café & 中 x"},
		{"hidden", `<div style="display: none">pre</div><span style="mso-hide:all">x</span><div hidden>y</div><style>p{}</style><script>z()</script>seen`, "seen"},
		{"cell of size 0 around text with a size", `<table><tr><td style="font-size:0px;"><div style="font-size:13px">seen</div></td></tr></table>`, "seen"},
		{"hidden by a style sheet", "<style>.pre,#x{display:none}@media(max-width:400px){.m{display:none}}</style><p class=pre>no<p id=x>no<p class='m a'>yes", "yes"},
		{"half em is seen", `<span style="font-size:0.9em">seen</span>`, "seen"},
		{"preview padding", "Hi\u200c\u00ad\u034f \u200b\ufeff there", "Hi there"},
		{"list", "<ul><li>a<li>b<ol start=3><li>c<li>d</ol></ul>", "• a\n• b\n  3. c\n  4. d"},
		{"item of two paragraphs", "<ul><li><p>a</p><p>b</p></ul>", "• a\n\n  b"},
		{"quote", "<p>x</p><blockquote>a<blockquote>b</blockquote></blockquote>y", "x\n\n> a\n>\n> > b\n\ny"},
		{"pre", "<pre>a  b\n\n  c</pre>", "a  b\n\n  c"},
		{"data table", "<table><tr><th>Name<th>Sum</tr><tr><td>Pen</td><td align=right>  3 </td></tr></table>", "Name | Sum\nPen | 3"},
		{"layout table", "<table><tr><td><table><tr><td>Left</td></tr></table></td><td><p>a</p><p>b</p></td></tr></table>", "Left\n\na\n\nb"},
		{"link", `see <a href="https://x.example/plan">the plan</a>.`, "see the plan <https://x.example/plan>."},
		{"link that says itself", `<a href="https://x.example/">x.example</a> <a href="mailto:a@b.example">a@b.example</a>`, "x.example a@b.example"},
		{"link of a tracker", `<a href="https://x.example/` + strings.Repeat("k", 200) + `">go</a>`, "go"},
		{"script link", `<a href="javascript:alert(1)">go</a>`, "go"},
		{"picture", `<img alt="Our shop" src=x><img alt=t width=1 height=1>`, "Our shop"},
		{"rule", "a<hr>b", "a\n----------\nb"},
		{"nul and control", "a\x00b\x01c", "abc"},
		{"chinese", "<p>您好，<b>世界</b>。</p>", "您好，世界。"},
		{"outlook comments", "<!--[if mso]><p>old</p><![endif]--><p>new</p><![if !mso]>too<![endif]>", "new\n\ntoo"},
		{"noscript is text", "<noscript>read me</noscript>", "read me"},
		{"empty", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Text(c.src); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestTextOfHostileSource(t *testing.T) {
	for name, src := range map[string]string{
		"nested divs":       strings.Repeat("<div>", 100_000) + "needle",
		"nested quotes":     strings.Repeat("<blockquote>", 450) + strings.Repeat("<p>x</p>", 5_000) + "needle",
		"nested tables":     strings.Repeat("<table><tr><td>", 400) + "needle",
		"unclosed format":   strings.Repeat("<font size=1><b id=x>", 300) + "needle" + strings.Repeat("<p>a", 200_000),
		"one word":          strings.Repeat("x", 5<<20) + " needle",
		"much text":         strings.Repeat("word ", 2<<20) + " needle",
		"many tags":         strings.Repeat("<i></b><a>", 300_000) + "needle",
		"unclosed script":   "needle<script>" + strings.Repeat("x", 1<<20),
		"many rows":         "<table>" + strings.Repeat("<tr><td>a<td>b<td>c", 50_000) + "</table>needle",
		"deep unclosed end": strings.Repeat("</div>", 300_000) + "needle",
	} {
		t.Run(name, func(t *testing.T) {
			if got := Text(src); !strings.Contains(got, "needle") {
				t.Errorf("text of %d octets without the word", len(got))
			}
		})
	}
}

func FuzzText(f *testing.F) {
	f.Add("<p>a<table><tr><td>b</table><ul><li>c</ul><pre>d</pre>")
	f.Add("<blockquote><a href=http://x>y</a>&nbsp;<br><br>")
	f.Fuzz(func(t *testing.T, src string) {
		got := Text(src)
		if strings.ContainsRune(got, 0) || strings.HasSuffix(got, "\n") {
			t.Errorf("%q", got)
		}
	})
}
