package html

import (
	"context"
	"image/color"
	"strings"
	"testing"
)

// drawn is what a reader of a styled plain text sees: its words, a line per line.
func drawn(n *Node, b *strings.Builder) {
	if n.IsText() {
		b.WriteString(n.Text)
	}
	for _, c := range n.Children {
		drawn(c, b)
	}
	if n.Style.Display == Block && b.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
		b.WriteByte('\n')
	}
}

func styleText(t *testing.T, d *Doc, v Viewport) (string, *Tree) {
	t.Helper()
	tree, err := d.Style(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	drawn(tree.Root, &b)
	return b.String(), tree
}

func TestQuotesFold(t *testing.T) {
	const quote = "> one\n> two\n>\n> > deep\n> four\n"
	f := &Folding{Show: "[show]", Hide: "[hide]"}
	for _, c := range []struct {
		name, text, want, toggled string
	}{
		{
			"an answer over its original", "Yes.\n\nOn Friday Marta wrote:\n" + quote + "\n-- \nJonas", "Yes.\n[show]\n-- \nJonas\n",
			"Yes.\n[hide]\nOn Friday Marta wrote:\none\ntwo\ndeep\nfour\n-- \nJonas\n",
		},
		{
			"in Chinese", "好的。\n\n在 2026年11月25日，陈思远写道：\n\n" + quote, "好的。\n[show]\n", "好的。\n[hide]\n在 2026年11月25日，陈思远写道：\none\ntwo\ndeep\nfour\n",
		},
		{"a quote that is answered below", "Marta wrote:\n" + quote + "\nYes.", "Marta wrote:\n[hide]\none\ntwo\ndeep\nfour\nYes.\n", "Marta wrote:\n[show]\nYes.\n"},
		{"nothing but a quote", quote, "[hide]\none\ntwo\ndeep\nfour\n", "[show]\n"},
		{"an introduction that is all there is", "Marta wrote:\n" + quote, "Marta wrote:\n[hide]\none\ntwo\ndeep\nfour\n", "Marta wrote:\n[show]\n"},
		{"a short quote", "Yes.\n> one\n> two\n", "Yes.\none\ntwo\n", ""},
		{
			"Outlook", "Yes.\n\nFrom: Marta <m@poplar.example>\nSent: Friday\nTo: Jonas\nSubject: Plan\n\nEarlier\n", "Yes.\n[show]\n",
			"Yes.\n[hide]\nFrom: Marta <m@poplar.example>\nSent: Friday\nTo: Jonas\nSubject: Plan\nEarlier\n",
		},
		{
			"a line that says so", "Yes.\n\n-----Original Message-----\nFrom: Marta\nSubject: Plan\n\nEarlier\n", "Yes.\n[show]\n",
			"Yes.\n[hide]\n-----Original Message-----\nFrom: Marta\nSubject: Plan\nEarlier\n",
		},
		{"Chinese labels", "好的。\n\n------------------ 原始邮件 ------------------\n发件人: \"陈\" <c@x>;\n发送时间: 2024年\n主题: 计划\n\n原文\n", "好的。\n[show]\n", ""},
		{"a rule over labels", "Yes.\n________________________________\nVon: M\nGesendet: F\nAn: J\nBetreff: P\n\nx\n", "Yes.\n[show]\n", ""},
		{"passed on", "See below.\n\n---------- Forwarded message ---------\nFrom: Marta\nDate: F\nTo: J\nSubject: P\n\nx\n", "See below.\n---------- Forwarded message ---------\nFrom: Marta\nDate: F\nTo: J\nSubject: P\nx\n", ""},
		{"labels that are all there is", "From: Marta\nSent: F\nTo: J\nSubject: P\n\nx\n", "From: Marta\nSent: F\nTo: J\nSubject: P\nx\n", ""},
		{"a word with a colon", "Yes.\nFrom: nine to five\nTo: me\nmore\n", "Yes.\nFrom: nine to five\nTo: me\nmore\n", ""},
		{"what a list puts beneath", "Yes.\n\nM wrote:\n" + quote + "_______________________________________________\nA list\nlist@x\n", "Yes.\n[show]\n_______________________________________________\nA list\nlist@x\n", ""},
		{"a paragraph that ends in a colon", "I read\nthis\nand this\nand that here:\n" + quote, "I read\nthis\nand this\nand that here:\n[show]\n", ""},
	} {
		d := ReadText(c.text, false)
		if got, _ := styleText(t, d, Viewport{Width: 600, Folding: f}); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if c.toggled != "" {
			if got, _ := styleText(t, d, Viewport{Width: 600, Folding: &Folding{Show: f.Show, Hide: f.Hide, Toggled: []bool{true}}}); got != c.toggled {
				t.Errorf("%s, the other way round: %q, want %q", c.name, got, c.toggled)
			}
		}
		if got, _ := styleText(t, d, Viewport{Width: 600}); strings.Contains(got, "[") || strings.Count(got, "one") != strings.Count(c.text, "one") {
			t.Errorf("%s, without folding: %q", c.name, got)
		}
	}
}

func TestALinkOfAFoldComesAfterTheAuthors(t *testing.T) {
	d := ReadText("See https://a.example/\n\nA wrote:\n> https://b.example/\n> 1\n> 2\n> 3\n", false)
	if len(d.Folds) != 1 || d.Folds[0].Lines != 5 || len(d.Links) != 3 || d.Links[2].Fold != 1 || d.Links[1].URL != "https://b.example/" {
		t.Errorf("%+v, %+v", d.Folds, d.Links)
	}
}

func TestPlainTextStyles(t *testing.T) {
	blue, green := color.NRGBA{B: 200, A: 255}, color.NRGBA{G: 200, A: 255}
	p := Light
	p.Levels = [4]Colour{blue, green, blue, green}
	d := ReadText("own\n> one\n> > two\n-- \nsignature", false)
	of := func(tree *Tree, word string) (st *Style) {
		var walk func(*Node)
		walk = func(n *Node) {
			if n.Text == word {
				st = n.Style
			}
			for _, c := range n.Children {
				walk(c)
			}
		}
		walk(tree.Root)
		return st
	}
	_, tree := styleText(t, d, Viewport{Width: 600, Palette: p})
	for word, want := range map[string]Colour{"own": p.Text, "one": blue, "two": green, "signature": p.Quiet} {
		if got := of(tree, word); got == nil || got.Colour != want || got.Family[0] != "sans-serif" {
			t.Errorf("%s: %+v", word, got)
		}
	}
	if tree.Fits(Viewport{Mono: true}) || !tree.Fits(Viewport{Width: 10}) {
		t.Error("the tree fits what it was not made for, or not what it was")
	}
	_, tree = styleText(t, d, Viewport{Width: 600, Palette: p, Mono: true})
	if got := of(tree, "two"); got.Family[0] != "monospace" {
		t.Errorf("%v", got.Family)
	}
}

func TestLinksEndWhereChineseGoesOn(t *testing.T) {
	for text, want := range map[string]string{
		"请看https://a.example/x。谢谢":      "https://a.example/x",
		"见 https://a.example/x，或":       "https://a.example/x",
		"“https://a.example/x”":         "https://a.example/x",
		"【https://a.example/x】":         "https://a.example/x",
		"《www.a.example/x》":             "https://www.a.example/x",
		"网址：https://a.example/x；邮箱":     "https://a.example/x",
		"https://a.example/x！":          "https://a.example/x",
		"写信给li.lei@a.example。":          "mailto:li.lei@a.example",
		"邮箱：li.lei@a.example，电话":        "mailto:li.lei@a.example",
		"https://a.example/?q=1&r=2（新）": "https://a.example/?q=1&r=2",
	} {
		got := findLinks(text)
		if len(got) != 1 || got[0].url != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
}
