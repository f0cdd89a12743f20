package mail

import (
	"reflect"
	"strings"
	"testing"
)

// What stands in a file that was changed by hand is made well-formed, and never panics.
func TestTidy(t *testing.T) {
	pic := &Picture{ID: "1", Name: "a.png"}
	for _, c := range []struct {
		name     string
		in, want []Block
	}{
		{"nothing", nil, []Block{{}}},
		{"runs beyond the text", []Block{{Text: "ab", Runs: []Run{{From: -1, To: 1}, {From: 1, To: 9, Style: Style{Bold: true}}, {From: 2, To: 1}}}}, []Block{{Text: "ab"}}},
		{
			"runs over each other",
			[]Block{{Text: "abc", Runs: []Run{{From: 0, To: 2, Style: Style{Bold: true}}, {From: 1, To: 3, Style: Style{Italic: true}}}}},
			[]Block{{Text: "abc", Runs: []Run{{From: 0, To: 2, Style: Style{Bold: true}}}}},
		},
		{
			"runs of one style that touch",
			[]Block{{Text: "ab", Runs: []Run{{From: 0, To: 1, Style: Style{Bold: true}}, {From: 1, To: 2, Style: Style{Bold: true}}}}},
			[]Block{{Text: "ab", Runs: []Run{{From: 0, To: 2, Style: Style{Bold: true}}}}},
		},
		{"control characters", []Block{{Text: "a\x00b\r\nc\x1b\td\u0085" + PictureMark + "\xff"}}, []Block{{Text: "ab  c\td\uFFFD"}}},
		{"a colour that is none", []Block{{Text: "a", Runs: []Run{{From: 0, To: 1, Style: Style{Colour: "red;x:y"}}}}}, []Block{{Text: "a"}}},
		{"a link that runs", []Block{{Text: "a", Runs: []Run{{From: 0, To: 1, Style: Style{Link: "javascript:x"}}}}}, []Block{{Text: "a"}}},
		{"a picture without its mark", []Block{{Text: "a", Runs: []Run{{From: 0, To: 1, Style: Style{Picture: pic, Bold: true}}}}}, []Block{{Text: "a", Runs: []Run{{From: 0, To: 1, Style: Style{Bold: true}}}}}},
		{
			"a picture has no weight",
			[]Block{{Text: PictureMark, Runs: []Run{{From: 0, To: 3, Style: Style{Picture: pic, Bold: true}}}}},
			[]Block{{Text: PictureMark, Runs: []Run{{From: 0, To: 3, Style: Style{Picture: pic}}}}},
		},
		{
			"levels",
			[]Block{{Kind: Bullet, Level: 3}, {Kind: Number, Level: 9}, {Kind: Bullet, Level: -1}, {Kind: "odd", Level: 2, Quote: 99}, {Kind: Bullet, Level: 1}},
			[]Block{{Kind: Bullet}, {Kind: Number, Level: 1}, {Kind: Bullet}, {Quote: MaxQuote}, {Kind: Bullet}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Rich{Blocks: c.in}.Tidy()
			if !reflect.DeepEqual(got.Blocks, c.want) {
				t.Errorf("got %+v, want %+v", got.Blocks, c.want)
			}
			if again := got.Tidy(); !reflect.DeepEqual(again, got) {
				t.Errorf("tidied again it is %+v", again)
			}
		})
	}
}

func TestCleanLink(t *testing.T) {
	for in, want := range map[string]string{
		"https://x.org/a?b=c&d#e": "https://x.org/a?b=c&d#e", " HTTP://x.org ": "HTTP://x.org", "mailto:a@b.c": "mailto:a@b.c", "http://例子.example/": "http://例子.example/",
		"javascript:x": "", "data:text/html,x": "", "http:x": "", "http://": "", "mailto:": "", "x.org": "", "https://a b": "", "https://a\nb": "", "https://\xff": "",
		"https://" + strings.Repeat("x", maxLink): "", "": "",
	} {
		if got := CleanLink(in); got != want {
			t.Errorf("%q is %q, not %q", in, got, want)
		}
	}
}

func TestOrdinal(t *testing.T) {
	list := []Block{
		{Kind: Number},
		{Kind: Number},
		{Kind: Number, Level: 1},
		{Kind: Number, Level: 1},
		{Kind: Bullet, Level: 1},
		{Kind: Number, Level: 1},
		{Kind: Number},
		{},
		{Kind: Number},
		{Kind: Number, Quote: 1},
	}
	var got []int
	for i, b := range list {
		if b.Kind == Number {
			got = append(got, Ordinal(list, i))
		}
	}
	if want := []int{1, 2, 1, 2, 1, 3, 1, 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("numbers %v, not %v", got, want)
	}
}

func TestRichTextAndBack(t *testing.T) {
	for text, want := range map[string]string{
		"a\n> b\n> > c\n>>d\n>\n": "a\n> b\n>> c\n>> d\n>\n", "": "", "a\r\nb": "a\nb", strings.Repeat(">", 30) + "x": strings.Repeat(">", MaxQuote) + " " + strings.Repeat(">", 10) + "x",
	} {
		if got := RichText(text).Text(); got != want {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
	r := RichText("a\nb")
	r.Blocks[0].Join([]Segment{{Text: PictureMark, Style: Style{Picture: &Picture{ID: "1", Name: "p"}}}})
	r.Blocks = append(r.Blocks, Block{})
	if got := r.WithoutPictures().Text(); got != "b\n" {
		t.Errorf("without pictures it is %q", got)
	}
	if r.Plain() || r.Empty() || !RichText("> a").Plain() || !RichText("\n").Empty() {
		t.Error("what has looks, or is empty, is not known")
	}
}

func TestDraftBodyIsThatOfItsLooks(t *testing.T) {
	r := RichText("typed")
	d := Draft{Text: "old", Rich: &r, Quote: "q", QuoteIntro: "X wrote:"}
	if got := d.Body(); got != "typed\n\nX wrote:\n> q" {
		t.Errorf("the body is %q", got)
	}
}
