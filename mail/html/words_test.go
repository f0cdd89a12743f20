package html

import (
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"<p>One  two</p><p>three</p>", "One two\nthree"},
		{"a<br>b<BR/>c", "a\nb\nc"},
		{"<html><head><title>T</title><style>p{color:red}</style></head><body>Hello</body></html>", "Hello"},
		{"<script>if (a<b) { document.write('<p>no</p>') }</script>yes", "yes"},
		{"<a href=\"https://x.example/?a>b\" title='c>d'>link</a> after", "link after"},
		{"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
		{"own<blockquote>quoted<blockquote>deeper</blockquote></blockquote>own", "own\n> quoted\n> > deeper\nown"},
		{"caf&eacute; &amp; tea&nbsp;&lt;b&gt; &#26149;", "café & tea <b> 春"},
		{"<!-- <p>no</p> -->yes<!DOCTYPE x><?xml y?>", "yes"},
		{"<!--[if mso]><p>no</p><![endif]-->yes", "yes"},
		{"<div style=\"display:none\">hidden <div>inner</div> too</div>seen", "seen"},
		{"<span style='font-size:1px; DISPLAY : none'>odd</span><span style=\"mso-hide:all\">hidden</span>seen", "oddseen"},
		{"3 < 4 and 5 > 4, a <3 b", "3 < 4 and 5 > 4, a <3 b"},
		{"in<b>ter</b>national", "international"},
		{"春<b>天</b>", "春天"},
		{"<p>unclosed <b>tags", "unclosed tags"},
		{"<style>never closed", ""},
		{"a<", "a<"},
		{"a</", "a"},
		{"a<img src=x alt=\"Merry &amp; bright\">b <img alt=''><img data-alt='no'>c<img alt=", "a Merry & bright b c"},
		{"zero\u200bwidth\u3000wide", "zerowidth wide"},
		{"<ul><li>one<li>two</ul>", "one\ntwo"},
	} {
		if got := Words(c.src); got != c.want {
			t.Errorf("%q: %q, want %q", c.src, got, c.want)
		}
	}
}

// Words finds what Text finds.
func FuzzWords(f *testing.F) {
	f.Add("<p>a<b>c")
	f.Add("<div style='display:none'><div>")
	f.Add("<!--<script>&#x;</")
	f.Fuzz(func(_ *testing.T, src string) { Words(src) })
}

func TestWordsAreThoseOfText(t *testing.T) {
	const src = `<html><head><style>.x{color:red}</style></head><body><h1>Spring planning</h1><p>On <b>Monday</b> at <i>ten</i>, see <a href="https://poplar.example/plan">the plan</a> now.</p>
		<table><tr><td>Ada</td><td>10</td></tr><tr><td>Bo</td><td>12</td></tr></table><ul><li>cups</li><li>figures</li></ul><blockquote>Earlier words</blockquote></body></html>`
	words := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \n|•>", r) })
	}
	text := slices.DeleteFunc(words(Text(src)), func(s string) bool { return strings.Contains(s, "://") || s == "<" })
	if got := words(Words(src)); !slices.Equal(got, text) {
		t.Errorf("%q, and Text has %q", got, text)
	}
}
