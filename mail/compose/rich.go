package compose

import (
	"bytes"
	"html"
	"io"
	"strconv"
	"strings"

	"poplar/mail"
)

// The looks that readers' programs do not agree on are given with the elements; everything else is theirs to choose.
const (
	quoteOpen = `<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:2px solid #ccc;padding-left:1ex">`
	listStyle = ` style="margin:0;padding-left:24px"`
	preWrap   = "white-space:pre-wrap"
)

// richHTML writes a text with looks as HTML: paragraphs, lists and quotations as such, and style attributes only for
// what has no element. readRich reads it back as it was.
func richHTML(r mail.Rich) string {
	w := richWriter{}
	for _, b := range r.Blocks {
		w.block(b)
	}
	w.close()
	return w.String()
}

// richWriter knows which quotations and lists are open.
type richWriter struct {
	strings.Builder
	quote int
	lists []mail.BlockKind // each with an item open
}

// close ends all lists and quotations.
func (w *richWriter) close() {
	w.shutAll()
	w.quoted(0)
}

func (w *richWriter) shutAll() {
	for len(w.lists) > 0 {
		w.shut()
	}
}

func (w *richWriter) quoted(depth int) {
	for ; w.quote > depth; w.quote-- {
		w.WriteString("</blockquote>\n")
	}
	for ; w.quote < depth; w.quote++ {
		w.WriteString(quoteOpen + "\n")
	}
}

func listTag(k mail.BlockKind) string {
	if k == mail.Number {
		return "ol"
	}
	return "ul"
}

func (w *richWriter) block(b mail.Block) {
	if len(w.lists) > 0 && (b.Kind == mail.Paragraph || b.Quote != w.quote) {
		w.shutAll()
	}
	w.quoted(b.Quote)
	style := ""
	if keepsBlanks(b.Text) {
		style = preWrap
	}
	if b.Kind == mail.Paragraph {
		if style != "" {
			style = ";" + style
		}
		w.WriteString(`<p style="margin:0` + style + `">`)
		w.words(b)
		w.WriteString("</p>\n")
		return
	}
	for len(w.lists) > b.Level+1 {
		w.shut()
	}
	if n := len(w.lists); n == b.Level+1 && w.lists[n-1] != b.Kind {
		w.shut()
	}
	if len(w.lists) == b.Level+1 {
		w.WriteString("</li>\n")
	}
	for len(w.lists) <= b.Level {
		w.WriteString("\n<" + listTag(b.Kind) + listStyle + ">\n")
		w.lists = append(w.lists, b.Kind)
	}
	w.WriteString("<li>")
	if style == "" {
		w.words(b)
		return
	}
	w.WriteString(`<span style="` + style + `">`) // not on the item, whose own lists would have it too
	w.words(b)
	w.WriteString("</span>")
}

// shut ends the innermost list.
func (w *richWriter) shut() {
	n := len(w.lists) - 1
	w.WriteString("</li></" + listTag(w.lists[n]) + ">\n")
	w.lists = w.lists[:n]
}

// keepsBlanks reports whether a text has blanks that HTML would take away.
func keepsBlanks(s string) bool {
	const blank = " \t\f\u00a0"
	return s != "" && (strings.Contains(s, "  ") || strings.ContainsAny(s, "\t\f") || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") ||
		strings.Trim(s, blank) == "")
}

// words writes the text of a block.
func (w *richWriter) words(b mail.Block) {
	if b.Text == "" {
		w.WriteString("<br>")
		return
	}
	link, colour := "", "" // of the link that is open
	list := b.Segments()
	for i, g := range list {
		if g.Link != link {
			if link != "" {
				w.WriteString("</a>")
			}
			link, colour = g.Link, ""
			if link != "" {
				if colour = linkColour(list[i:]); colour == "" {
					w.WriteString(`<a href="` + html.EscapeString(link) + `">`)
				} else {
					w.WriteString(`<a href="` + html.EscapeString(link) + `" style="color:` + colour + `">`)
				}
			}
		}
		end := ""
		if g.Colour != colour {
			w.WriteString(`<span style="color:` + g.Colour + `">`)
			end = "</span>"
		}
		for _, t := range []struct {
			on  bool
			tag string
		}{{g.Bold, "b"}, {g.Italic, "i"}, {g.Underline, "u"}} {
			if t.on {
				w.WriteString("<" + t.tag + ">")
				end = "</" + t.tag + ">" + end
			}
		}
		if g.Picture != nil {
			for range strings.Count(g.Text, mail.PictureMark) {
				w.WriteString(pictureTag(g.Picture))
			}
		} else {
			w.WriteString(html.EscapeString(g.Text))
		}
		w.WriteString(end)
	}
	if link != "" {
		w.WriteString("</a>")
	}
}

// linkColour is the colour of the link that list begins with, where all of it has one: its underline then has it too.
func linkColour(list []mail.Segment) string {
	for _, g := range list {
		if g.Link != list[0].Link {
			break
		}
		if g.Colour != list[0].Colour || g.Picture != nil {
			return ""
		}
	}
	return list[0].Colour
}

// pictureTag is a picture on a line of its own, as it stands in the editor.
func pictureTag(p *mail.Picture) string {
	return `<img src="cid:` + html.EscapeString(p.ID) + `" alt="` + html.EscapeString(clean(p.Name)) + `" width="` + strconv.Itoa(p.Width) + `" height="` +
		strconv.Itoa(p.Height) + `" style="display:block;max-width:100%;height:auto">`
}

// richBody is the HTML form of a message with looks: what was typed, and beneath it the quote, with its own look where
// that is known.
func richBody(d mail.Draft, r mail.Rich) string {
	var b strings.Builder
	b.WriteString(htmlHead)
	b.WriteString(richHTML(r))
	if d.Quote != "" {
		space := mail.Rich{Blocks: []mail.Block{{}}}
		if d.QuoteIntro != "" {
			space.Blocks = append(space.Blocks, mail.RichText(strings.TrimRight(normal(d.QuoteIntro), "\n")).Blocks...)
		}
		b.WriteString(richHTML(space.Tidy()))
		b.WriteString(quotedHTML(d))
	}
	b.WriteString(htmlFoot)
	return b.String()
}

// quotedHTML is the quote below what was typed.
func quotedHTML(d mail.Draft) string {
	look := d.QuoteHTML
	if look == "" || len(look) > maxQuoteHTML {
		look = richHTML(mail.RichText(normal(d.Quote)))
	}
	if d.Mark&mail.Forwarded != 0 {
		return "<br>\n<div>" + look + "</div>\n"
	}
	return quoteOpen + look + "</blockquote>\n"
}

// richPart is the HTML of a message with looks, with its pictures beside it (RFC 2387).
func richPart(d mail.Draft) part {
	r := d.Rich.Tidy()
	page := htmlPart(richBody(d, r))
	pictures := r.Pictures()
	if len(pictures) == 0 {
		return page
	}
	parts := []part{page}
	for _, p := range pictures {
		parts = append(parts, picturePart(p))
	}
	return several("multipart/related;", []string{`type="text/html";`}, parts)
}

// picturePart is a picture that the HTML names.
func picturePart(p *mail.Picture) part {
	name := nameOf(mail.Attachment{Name: p.Name})
	var h strings.Builder
	fold(&h, "Content-Type", append([]string{typeOf(mail.Attachment{Name: name, Type: p.Type}) + ";"}, fileName("name", name, false)...)...)
	fold(&h, "Content-Disposition", append([]string{"inline;"}, fileName("filename", name, true)...)...)
	fold(&h, "Content-Transfer-Encoding", string(base64Encoding))
	if ids := messageIDs(p.ID); len(ids) > 0 {
		fold(&h, "Content-ID", ids[0])
	}
	return part{fields: h.String(), body: func(w io.Writer) error { return writeBase64(w, bytes.NewReader(p.Data)) }}
}

// several is parts as one (RFC 2046 section 5.1).
func several(mediaType string, params []string, parts []part) part {
	boundary := newBoundary()
	var h strings.Builder
	fold(&h, "Content-Type", append(append([]string{mediaType}, params...), `boundary="`+boundary+`"`)...)
	return part{fields: h.String(), body: func(w io.Writer) error {
		for _, p := range parts {
			if _, err := io.WriteString(w, "--"+boundary+"\r\n"+p.fields+"\r\n"); err != nil {
				return err
			}
			if err := p.body(w); err != nil {
				return err
			}
			if _, err := io.WriteString(w, "\r\n"); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, "--"+boundary+"--")
		return err
	}}
}
