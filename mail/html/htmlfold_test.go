package html

import (
	"context"
	"strings"
	"testing"
)

// Quotes of HTML as mail programs make them: what is seen at first, and once it is unfolded.
func TestQuotesOfHTMLFold(t *testing.T) {
	const long = "The earlier words go on for a while, as earlier words do, so that it is worth putting them away: first this, then that, and then more."
	const head = "<b>From:</b> Marta &lt;marta@poplar.example&gt;<br><b>Sent:</b> Monday<br><b>To:</b> Jonas<br><b>Subject:</b> Plan"
	for _, c := range []struct {
		name, src string
		seen      string // of own, intro, head, quote, after, sig: at first
		opened    string
		folds     int
	}{
		{
			"Gmail", `<div>own</div><div class="gmail_quote"><div class="gmail_attr">intro wrote:<br></div><blockquote class="gmail_quote">quote ` + long + `</blockquote></div>`,
			"own [show]", "own [hide] intro quote", 1,
		},
		{
			"Thunderbird", `<p>own</p><div class="moz-cite-prefix">intro wrote:<br></div><blockquote type="cite">quote ` + long + `</blockquote><div class="moz-signature">sig</div>`,
			"own [show] sig", "own [hide] intro quote sig", 1,
		},
		{
			"inline introduction", `<p>own</p>intro <a href="mailto:m@x.example">m@x.example</a> wrote:<br><blockquote>quote ` + long + `</blockquote>`,
			"own [show]", "own [hide] intro quote", 1,
		},
		{"Apple", `<div>own</div><div><br><blockquote type="cite"><div>intro wrote:</div><br>quote ` + long + `</blockquote></div>`, "own [show]", "own [hide] intro quote", 1},
		{
			"Outlook", `<div class="WordSection1"><p>own</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>` + strings.ReplaceAll(head, "Plan", "head") + `</p></div></div><p>quote ` + long + `</p></div>`,
			"own [show]", "own [hide] head quote", 1,
		},
		{
			"Outlook on the web", `<div>own</div><div id="appendonsend"></div><hr style="width:98%"><div id="divRplyFwdMsg">` + strings.ReplaceAll(head, "Plan", "head") + `</div><div>quote ` + long + `</div>`,
			"own [show]", "own [hide] head quote", 1,
		},
		{
			"a rule over labels", `<div>own</div><hr><div>` + strings.ReplaceAll(head, "Plan", "head") + `</div><div>quote</div>`,
			"own [show]", "own [hide] head quote", 1,
		},
		{
			"QQ", `<div>own</div><div><br></div><div style="font-size:12px">------------------&nbsp;原始邮件&nbsp;------------------</div><div><div><b>发件人:</b> head</div><div><b>发送时间:</b> x</div><div><b>收件人:</b> x</div><div><b>主题:</b> x</div></div><div>quote</div>`,
			"own [show]", "own [hide] head quote", 1,
		},
		{
			"Foxmail", `<div>own</div><div style="border-top:solid #B5C4DF 1.0pt"><div><b>发件人：</b> head</div><div><b>发送时间：</b>x</div><div><b>收件人：</b>x</div><div><b>主题：</b>x</div></div><div>quote</div>`,
			"own [show]", "own [hide] head quote", 1,
		},
		{"163", `<div>own</div><br>在 2024-05-06，"intro" &lt;m@163.example&gt; 写道：<br><blockquote id="isReplyContent">quote ` + long + `</blockquote>`, "own [show]", "own [hide] intro quote", 1},
		{
			"answers between the lines", `<blockquote type="cite">quote ` + long + `</blockquote><p>own</p><blockquote type="cite">quote ` + long + `</blockquote><p>after</p>`,
			"[hide] quote own [hide] quote after", "[show] own [hide] quote after", 2,
		},
		{"a quotation of the author's", `<p>own</p><blockquote>quote ` + long + `</blockquote><p>after</p>`, "own quote after", "", 0},
		{"a short quote", `<p>own</p><blockquote type="cite">quote</blockquote>`, "own quote", "", 0},
		{"passed on", `<p>own</p><div class="gmail_quote">---------- Forwarded message ---------<br>From: head<br>Date: x<br>To: x<br>Subject: x<br>quote ` + long + `</div>`, "own head quote", "", 0},
		{"nothing but an earlier message", `<div>` + strings.ReplaceAll(head, "Plan", "head") + `</div><div>quote</div>`, "head quote", "", 0},
		{"in a table", `<table><tr><td><p>own</p></td></tr><tr><td><p>` + strings.ReplaceAll(head, "Plan", "head") + `</p></td></tr></table>`, "own head", "", 0},
		{"labels of an invitation", `<p>own</p><p>From: 9:00<br>To: 10:00</p><p>after</p>`, "own after", "", 0},
	} {
		d, err := Read(context.Background(), c.src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Folds) != c.folds {
			t.Errorf("%s: %d folds", c.name, len(d.Folds))
		}
		see := func(f *Folding) string {
			got, _ := styleText(t, d, Viewport{Width: 600, Folding: f})
			var words []string
			for _, w := range strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune(" \n\u00a0,\"", r) }) {
				switch w {
				case "own", "intro", "head", "quote", "after", "sig", "[show]", "[hide]":
					words = append(words, w)
				}
			}
			return strings.Join(words, " ")
		}
		if got := see(&Folding{Show: " [show] ", Hide: " [hide] "}); got != c.seen {
			t.Errorf("%s: %q is seen, want %q", c.name, got, c.seen)
		}
		if c.opened != "" {
			if got := see(&Folding{Show: " [show] ", Hide: " [hide] ", Toggled: []bool{true}}); got != c.opened {
				t.Errorf("%s: %q is seen then, want %q", c.name, got, c.opened)
			}
			if got := see(&Folding{Open: true, Show: " [show] ", Hide: " [hide] "}); strings.Contains(got, "[show]") {
				t.Errorf("%s, passed on: %q", c.name, got)
			}
		}
		if got := see(nil); strings.Contains(got, "[") || c.folds > 0 && !strings.Contains(got, "quote") {
			t.Errorf("%s, without folding: %q", c.name, got)
		}
	}
}

func TestTheSignatureOfHTMLIsDim(t *testing.T) {
	d, err := Read(context.Background(), `<p>own</p><div class="gmail_signature">sig</div>`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*Folding{nil, {}} {
		_, tree := styleText(t, d, Viewport{Width: 600, Folding: f})
		var dim func(n *Node) float32
		dim = func(n *Node) float32 {
			for _, c := range n.Children {
				if c.Text == "sig" {
					return n.Style.Opacity
				}
				if a := dim(c); a >= 0 {
					return a
				}
			}
			return -1
		}
		if a := dim(tree.Root); (a < 1) != (f != nil) || a <= 0 {
			t.Errorf("the signature is seen by %v", a)
		}
	}
}
