package model

import (
	"reflect"
	"strings"

	"poplar/mail"
)

// Words are what was typed, as text alone.
func (c *Composition) Words() string {
	if c.Rich != nil {
		return c.Rich.Tidy().Text()
	}
	return c.Text
}

// MakeRich gives the text looks from now on. The signature of the sender gets those it has.
func (c *Composition) MakeRich(from mail.Account) {
	if c.Rich != nil {
		return
	}
	r := mail.RichText(c.Text)
	if sig := signature(from); sig != "" && from.SignatureRich != nil {
		if at := lastBlocks(r.Blocks, mail.RichText(sig).Blocks); at >= 0 {
			r.Blocks = splice(r.Blocks, at, len(mail.RichText(sig).Blocks), richSignature(from))
		}
	}
	c.Rich = &r
}

// StartRich is MakeRich for a message that begins so: that is no change of the person's.
func (c *Composition) StartRich(from mail.Account) {
	if c.Changed() || c.Rich != nil {
		return
	}
	c.MakeRich(from)
	c.opened = c.Draft()
	c.saved = c.opened
}

// Lost says what MakePlain takes away: looks other than lists and quotations, which the words can tell, and pictures.
func (c *Composition) Lost() (looks bool, pictures []*mail.Picture) {
	if c.Rich == nil {
		return false, nil
	}
	for _, b := range c.Rich.Blocks {
		for _, r := range b.Runs {
			looks = looks || r.Picture == nil
		}
	}
	return looks, c.Rich.Pictures()
}

// MakePlain makes the text one without looks. Its pictures become attachments, or go.
func (c *Composition) MakePlain(attach bool) {
	if c.Rich == nil {
		return
	}
	if attach {
		for _, p := range c.Rich.Pictures() {
			c.Attach = append(c.Attach, mail.Attachment{Name: p.Name, Type: p.Type, Raw: mail.Bytes(p.Data), Size: int64(len(p.Data))})
		}
	}
	bare := mail.Rich{}
	for _, b := range c.Rich.Tidy().Blocks {
		list := b.Segments()
		kept := list[:0:0]
		for _, g := range list {
			if g.Picture == nil {
				kept = append(kept, g)
			}
		}
		b.Join(kept)
		if b.Text != "" || len(list) == 0 {
			bare.Blocks = append(bare.Blocks, b)
		}
	}
	c.Text, c.Rich = bare.Tidy().Text(), nil
}

// richSignature is a sender's signature with its looks, if it has any.
func richSignature(a mail.Account) []mail.Block {
	r := mail.RichText(signature(a))
	if a.SignatureRich != nil {
		r = a.SignatureRich.Tidy()
		if len(r.Blocks) > 1 && r.Blocks[0].Text+"\n" == signatureMark {
			r.Blocks = r.Blocks[1:]
		}
		for len(r.Blocks) > 1 && r.Blocks[len(r.Blocks)-1].Text == "" {
			r.Blocks = r.Blocks[:len(r.Blocks)-1]
		}
	}
	if r.Empty() {
		return nil
	}
	return r.Blocks
}

// swapSignature is SetFrom's part for a text with looks.
func (c *Composition) swapSignature(old, now mail.Account) {
	before, after := richSignature(old), richSignature(now)
	blocks := c.Rich.Tidy().Blocks
	at := lastBlocks(blocks, before)
	mark := mail.Block{Text: strings.TrimSuffix(signatureMark, "\n")}
	switch {
	case at >= 0:
		n := len(before)
		if len(after) == 0 && at > 0 && reflect.DeepEqual(blocks[at-1], mark) {
			at, n = at-1, n+1
		}
		blocks = splice(blocks, at, n, after)
	case len(before) == 0 && len(after) > 0 && strings.TrimSpace(c.Words()) == "":
		blocks = []mail.Block{{}, {}}
		if c.Quote == "" {
			blocks = append(blocks, mark)
		}
		blocks = append(append(blocks, after...), mail.Block{})
	}
	r := mail.Rich{Blocks: blocks}.Tidy()
	c.Rich = &r
}

// lastBlocks finds the last place where some blocks stand in others; -1 where they do not.
func lastBlocks(all, some []mail.Block) int {
	for at := len(all) - len(some); at >= 0 && len(some) > 0; at-- {
		if reflect.DeepEqual(all[at:at+len(some)], some) {
			return at
		}
	}
	return -1
}

// splice puts blocks in the place of n others.
func splice(all []mail.Block, at, n int, now []mail.Block) []mail.Block {
	return append(append(append([]mail.Block(nil), all[:at]...), now...), all[at+n:]...)
}

// takeRich is TakeQuote's part for a text with looks: the original's lines are quoted once more.
func (c *Composition) takeRich() {
	r := c.Rich.Tidy()
	if n := len(r.Blocks); r.Blocks[n-1].Text != "" {
		r.Blocks = append(r.Blocks, mail.Block{})
	}
	if c.QuoteIntro != "" {
		r.Blocks = append(r.Blocks, mail.RichText(strings.TrimRight(c.QuoteIntro, "\n")).Blocks...)
	}
	by := 1
	if c.draft.Mark&mail.Forwarded != 0 {
		by = 0
	}
	for _, b := range mail.RichText(strings.TrimRight(c.Quote, "\n")).Blocks {
		b.Quote += by
		r.Blocks = append(r.Blocks, b)
	}
	r = r.Tidy()
	c.Rich = &r
}
