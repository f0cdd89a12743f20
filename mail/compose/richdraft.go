package compose

import (
	"bytes"
	"context"
	"image"
	_ "image/gif"  // what pictures of a letter may be
	_ "image/jpeg" // the same
	_ "image/png"  // the same
	"reflect"
	"strings"

	_ "golang.org/x/image/webp" // the same

	"poplar/mail"
	"poplar/mail/message"
)

// addRich notes what is needed to have the text with looks back from the HTML of the draft.
func (s *saved) addRich(d mail.Draft) {
	if d.Rich == nil {
		return
	}
	s.Rich = len(d.Rich.Blocks)
	for _, p := range d.Rich.Pictures() {
		facts := *p
		facts.Data = nil
		s.Pictures = append(s.Pictures, facts)
	}
	if back := typedRich(richBody(d, *d.Rich), s.Rich, pictureIn(d.Rich.Pictures())); !reflect.DeepEqual(back, *d.Rich) {
		t := mail.Rich{Blocks: append([]mail.Block(nil), d.Rich.Blocks...)}
		for i, b := range t.Blocks {
			t.Blocks[i].Runs = append([]mail.Run(nil), b.Runs...)
			for k, run := range b.Runs {
				if run.Picture != nil {
					t.Blocks[i].Runs[k].Picture = &mail.Picture{ID: run.Picture.ID}
				}
			}
		}
		s.RichText = &t
	}
}

// rich is the text with looks of a draft's HTML and the octets of its pictures.
func (s saved) rich(src string, octets [][]byte) *mail.Rich {
	pictures := make([]*mail.Picture, len(s.Pictures))
	for i := range s.Pictures {
		p := s.Pictures[i]
		p.Data = octets[i]
		pictures[i] = &p
	}
	find := pictureIn(pictures)
	if s.RichText == nil {
		r := typedRich(strings.ReplaceAll(src, "\r\n", "\n"), s.Rich, find)
		return &r
	}
	for _, b := range s.RichText.Blocks {
		for k, run := range b.Runs {
			if run.Picture != nil {
				b.Runs[k].Picture = find(run.Picture.ID)
			}
		}
	}
	r := s.RichText.Tidy()
	return &r
}

// typedRich is what was typed of a draft's HTML: its first blocks; the quote stands beneath.
func typedRich(src string, blocks int, find func(string) *mail.Picture) mail.Rich {
	r := readRich(src, find, false)
	if blocks < len(r.Blocks) {
		r.Blocks = r.Blocks[:blocks]
	}
	return r
}

func pictureIn(list []*mail.Picture) func(string) *mail.Picture {
	return func(cid string) *mail.Picture {
		for _, p := range list {
			if p.ID == cid {
				return p
			}
		}
		return nil
	}
}

// richOf is the text of a finished message with its looks, and which of its parts are pictures in it; nil where it has
// none, as plain messages and plain answers have.
func richOf(m *mail.Message, raw mail.Raw) (*mail.Rich, map[int]bool) {
	if m.HTML == "" || strings.HasPrefix(m.HTML, htmlHead+plainHead) || strings.HasPrefix(m.HTML, htmlHead+"<br>\n") {
		return nil, nil
	}
	used := map[int]bool{}
	known := map[string]*mail.Picture{}
	find := func(cid string) *mail.Picture {
		p, seen := known[cid]
		if seen {
			return p
		}
		for _, part := range m.Parts {
			if part.ContentID != cid || part.ContentID == "" || part.Size > mail.MaxPicture {
				continue
			}
			b, err := partBytes(raw, part.Index)
			if err != nil {
				continue
			}
			if p = pictureOf(part.Name, b); p != nil {
				used[part.Index] = true
			}
			break
		}
		known[cid] = p
		return p
	}
	own := strings.HasPrefix(m.HTML, htmlHead)
	src := m.HTML
	if !own {
		src = message.CleanHTML(context.Background(), m) // its style sheets are in it then
	}
	r := readRich(src, find, !own)
	if r.Plain() {
		return nil, nil
	}
	return &r, used
}

// pictureOf is a picture of a part's octets; nil where it is none that mail programs show (PNG, JPEG, GIF, WebP).
func pictureOf(name string, data []byte) *mail.Picture {
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width < 1 || c.Height < 1 {
		return nil
	}
	return mail.NewPicture(name, "image/"+kind, data, c.Width, c.Height)
}
