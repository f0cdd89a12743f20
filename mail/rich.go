package mail

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Rich is a text with looks, as far as a letter needs them: paragraphs, lists and quotations, in which stretches are
// bold, italic, underlined, coloured or lead somewhere, and pictures. Tidy says what a well-formed one is.
type Rich struct {
	Blocks []Block `json:"blocks"`
}

// BlockKind says what a line of a Rich is.
type BlockKind string

// The kinds of blocks.
const (
	Paragraph BlockKind = ""
	Bullet    BlockKind = "bullet" // an item of a list
	Number    BlockKind = "number" // an item of a counted list, see Ordinal
)

// Bounds of a Rich.
const (
	MaxLevel = 5  // how deep lists may be nested
	MaxQuote = 20 // how often a block may be quoted
	maxLink  = 2048
	// MaxPicture bounds the octets of a picture within a text.
	MaxPicture = 16 << 20
)

// PictureMark is the letter that stands in a block's text where a picture is (U+FFFC). Its run names the picture.
const PictureMark = "\uFFFC"

// Block is a line of a Rich: it has no line end in it, and is broken only where the window is too narrow.
type Block struct {
	Kind  BlockKind `json:"kind,omitempty"`
	Level int       `json:"level,omitempty"` // of list items: how deep, from 0
	Quote int       `json:"quote,omitempty"` // how often it is quoted
	Text  string    `json:"text,omitempty"`
	Runs  []Run     `json:"runs,omitempty"` // ascending and apart; what lies between has no style
}

// Run gives the octets [From, To) of a block's text a style.
type Run struct {
	From int `json:"from"`
	To   int `json:"to"`
	Style
}

// Style is how a stretch of text looks. The zero value is the text as the reader's program shows it.
type Style struct {
	Bold      bool     `json:"bold,omitempty"`
	Italic    bool     `json:"italic,omitempty"`
	Underline bool     `json:"underline,omitempty"`
	Colour    string   `json:"colour,omitempty"`  // #rrggbb in small letters, or empty
	Link      string   `json:"link,omitempty"`    // where it leads, see CleanLink
	Picture   *Picture `json:"picture,omitempty"` // with PictureMark as its text; never changed once it is in a Rich
}

// Picture is a picture within a text.
type Picture struct {
	ID     string `json:"id"`   // what the HTML calls it (Content-ID, without brackets)
	Name   string `json:"name"` // of its file
	Type   string `json:"type"` // image/png, image/jpeg, image/gif or image/webp
	Width  int    `json:"width"`
	Height int    `json:"height"` // in pixels at scale 1, as it is shown
	Data   []byte `json:"data,omitempty"`
}

// NewPicture returns a picture, as it is shown, under an ID of its own.
func NewPicture(name, mediaType string, data []byte, width, height int) *Picture {
	var id [12]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	name = strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7f && c < 0xa0 {
			return -1
		}
		return c
	}, strings.ToValidUTF8(name, "\uFFFD"))
	return &Picture{ID: hex.EncodeToString(id[:]) + "@inline", Name: name, Type: mediaType, Width: width, Height: height, Data: data}
}

// Segment is a stretch of one style.
type Segment struct {
	Text string
	Style
}

// Segments are the stretches of a block from its start to its end.
func (b Block) Segments() []Segment {
	if len(b.Runs) == 0 {
		if b.Text == "" {
			return nil
		}
		return []Segment{{Text: b.Text}}
	}
	var list []Segment
	at := 0
	for _, r := range b.Runs {
		if r.From < at || r.To <= r.From || r.To > len(b.Text) {
			continue // of a file that was changed by hand
		}
		if r.From > at {
			list = append(list, Segment{Text: b.Text[at:r.From]})
		}
		list = append(list, Segment{b.Text[r.From:r.To], r.Style})
		at = r.To
	}
	if at < len(b.Text) {
		list = append(list, Segment{Text: b.Text[at:]})
	}
	return list
}

// Join sets the block's text and runs from stretches. What has the same style becomes one run.
func (b *Block) Join(list []Segment) {
	var s strings.Builder
	b.Runs = nil
	for _, g := range list {
		if g.Text == "" {
			continue
		}
		from := s.Len()
		s.WriteString(g.Text)
		if g.Style == (Style{}) {
			continue
		}
		if n := len(b.Runs); n > 0 && b.Runs[n-1].To == from && b.Runs[n-1].Style == g.Style {
			b.Runs[n-1].To = s.Len()
			continue
		}
		b.Runs = append(b.Runs, Run{from, s.Len(), g.Style})
	}
	b.Text = s.String()
}

// StyleAt is the style of the letter that begins at the octet n.
func (b Block) StyleAt(n int) Style {
	i, _ := slices.BinarySearchFunc(b.Runs, n, func(r Run, n int) int { return r.To - n - 1 })
	if i < len(b.Runs) && b.Runs[i].From <= n && n < b.Runs[i].To {
		return b.Runs[i].Style
	}
	return Style{}
}

// Tidy returns the text well-formed: there is a block at least; texts are valid UTF-8 without control characters other
// than tabs; a picture's mark has its picture and nothing else has one; colours and links are such; the first item of a
// list is of level 0, and none is more than a level deeper than the one before it. Nothing in r changes.
func (r Rich) Tidy() Rich {
	out := Rich{Blocks: make([]Block, 0, max(len(r.Blocks), 1))}
	last := Block{}
	for _, b := range r.Blocks {
		now := Block{Kind: b.Kind, Level: b.Level, Quote: max(0, min(b.Quote, MaxQuote))}
		deepest := 0
		if last.Kind != Paragraph && last.Quote == now.Quote {
			deepest = last.Level + 1
		}
		if now.Kind != Bullet && now.Kind != Number {
			now.Kind, now.Level = Paragraph, 0
		}
		now.Level = max(0, min(now.Level, deepest, MaxLevel))
		list := b.Segments()
		for i, g := range list {
			list[i].Text, list[i].Style = tidySegment(g)
		}
		now.Join(list)
		out.Blocks = append(out.Blocks, now)
		last = now
	}
	if len(out.Blocks) == 0 {
		out.Blocks = append(out.Blocks, Block{})
	}
	return out
}

func tidySegment(g Segment) (string, Style) {
	s := g.Style
	if !isColour(s.Colour) {
		s.Colour = ""
	}
	s.Link = CleanLink(s.Link)
	if s.Picture != nil {
		marks := strings.Count(g.Text, PictureMark)
		if marks*len(PictureMark) == len(g.Text) {
			return g.Text, Style{Link: s.Link, Picture: s.Picture}
		}
		s.Picture = nil
	}
	text := strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\r':
			return ' '
		case c < ' ' && c != '\t', c >= 0x7f && c < 0xa0, c == 0xFFFC:
			return -1
		}
		return c
	}, strings.ToValidUTF8(g.Text, "\uFFFD"))
	return text, s
}

func isColour(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	return strings.Trim(s[1:], "0123456789abcdef") == ""
}

// CleanLink returns the address of a link, or "" where it is none that a letter may hold: http, https and mailto may be.
func CleanLink(s string) string {
	s = strings.TrimSpace(s)
	odd := func(c rune) bool { return c <= ' ' || c == utf8.RuneError || c >= 0x7f && c < 0xa0 }
	if len(s) > maxLink || strings.ContainsFunc(s, odd) {
		return ""
	}
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" {
		return ""
	}
	switch strings.ToLower(scheme) {
	case "mailto":
		return s
	case "http", "https":
		if strings.HasPrefix(rest, "//") && len(rest) > 2 {
			return s
		}
	}
	return ""
}

// Ordinal is the number of a counted list's item: how many items of its list, up to it, are of its level.
func Ordinal(blocks []Block, i int) int {
	me, n := blocks[i], 1
	for i--; i >= 0; i-- {
		b := blocks[i]
		switch {
		case b.Kind == Paragraph || b.Quote != me.Quote || b.Level < me.Level || b.Level == me.Level && b.Kind != me.Kind:
			return n
		case b.Level == me.Level:
			n++
		}
	}
	return n
}

// Pictures are the pictures of the text, each once.
func (r Rich) Pictures() []*Picture {
	var list []*Picture
	for _, b := range r.Blocks {
		for _, run := range b.Runs {
			if run.Picture != nil && !slices.ContainsFunc(list, func(p *Picture) bool { return p.ID == run.Picture.ID }) {
				list = append(list, run.Picture)
			}
		}
	}
	return list
}

// WithoutPictures is the text without its pictures, and without the lines that held nothing else.
func (r Rich) WithoutPictures() Rich {
	var out Rich
	for _, b := range r.Blocks {
		list := b.Segments()
		words := slices.DeleteFunc(slices.Clone(list), func(g Segment) bool { return g.Picture != nil })
		b.Join(words)
		if b.Text != "" || len(words) == len(list) {
			out.Blocks = append(out.Blocks, b)
		}
	}
	return out.Tidy()
}

// Plain reports whether the text has no looks at all, quotations aside.
func (r Rich) Plain() bool {
	return !slices.ContainsFunc(r.Blocks, func(b Block) bool { return b.Kind != Paragraph || len(b.Runs) > 0 })
}

// Empty reports whether there is neither text nor picture.
func (r Rich) Empty() bool {
	return !slices.ContainsFunc(r.Blocks, func(b Block) bool { return b.Text != "" })
}

// Text is the text alone, LF lines: items have "* " or their number before them, quoted lines ">" (RFC 3676 section
// 4.5), links their address behind them, and pictures are their names in brackets.
func (r Rich) Text() string {
	var s strings.Builder
	for i, b := range r.Blocks {
		if i > 0 {
			s.WriteByte('\n')
		}
		line := b.words()
		switch b.Kind {
		case Bullet:
			line = strings.Repeat("  ", b.Level) + "* " + line
		case Number:
			line = strings.Repeat("  ", b.Level) + strconv.Itoa(Ordinal(r.Blocks, i)) + ". " + line
		}
		if b.Quote > 0 {
			s.WriteString(strings.Repeat(">", b.Quote))
			if line != "" {
				s.WriteByte(' ')
			}
		}
		s.WriteString(line)
	}
	return s.String()
}

// words is the text of a block with the addresses of its links.
func (b Block) words() string {
	if len(b.Runs) == 0 {
		return b.Text
	}
	var s, under strings.Builder
	link := ""
	end := func() {
		s.WriteString(under.String())
		if to := shownLink(link, under.String()); to != "" {
			s.WriteString(" <" + to + ">")
		}
		under.Reset()
	}
	for _, g := range b.Segments() {
		if g.Link != link {
			end()
			link = g.Link
		}
		if g.Picture == nil {
			under.WriteString(g.Text)
			continue
		}
		for range strings.Count(g.Text, PictureMark) {
			under.WriteString("[" + g.Picture.Name + "]")
		}
	}
	end()
	return s.String()
}

// shownLink is what has to stand behind the words of a link, so that a reader of the text alone sees where it leads.
func shownLink(link, words string) string {
	if link == "" {
		return ""
	}
	bare := link
	if addr, ok := strings.CutPrefix(link, "mailto:"); ok && !strings.Contains(addr, "?") {
		bare = addr
	}
	words = strings.TrimSpace(words)
	_, host, _ := strings.Cut(link, "://")
	if words == link || words == bare || words == strings.TrimSuffix(host, "/") {
		return ""
	}
	return bare
}

// RichText makes a Rich of a text alone: its lines are paragraphs, quoted as often as they begin with ">".
func RichText(text string) Rich {
	var r Rich
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		level, rest := 0, line
		for strings.HasPrefix(rest, ">") && level < MaxQuote {
			level++
			rest = rest[1:]
			if strings.HasPrefix(rest, " >") {
				rest = rest[1:]
			}
		}
		if level > 0 {
			rest = strings.TrimPrefix(rest, " ")
		}
		r.Blocks = append(r.Blocks, Block{Quote: level, Text: rest})
	}
	return r.Tidy()
}
