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
	sig, looks := mail.RichText(signature(from)).Blocks, richSignature(from)
	switch at := lastBlocks(r.Blocks, sig); {
	case from.SignatureRich == nil || len(looks) == 0:
	case signature(from) != "" && at >= 0:
		r.Blocks = splice(r.Blocks, at, len(sig), looks)
	case signature(from) == "" && strings.TrimSpace(c.Text) == "":
		r = c.signed(looks) // of pictures alone
	}
	c.Rich = &r
}

// signed is an empty text with a signature. Above a quote the mark would make the quote a part of it.
func (c *Composition) signed(sig []mail.Block) mail.Rich {
	blocks := []mail.Block{{}, {}}
	if c.Quote == "" {
		blocks = append(blocks, mail.Block{Text: strings.TrimSuffix(signatureMark, "\n")})
	}
	return mail.Rich{Blocks: append(append(blocks, sig...), mail.Block{})}.Tidy()
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
	c.Text, c.Rich = c.Rich.Tidy().WithoutPictures().Text(), nil
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
		blocks = c.signed(after).Blocks
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
func (c *Composition) takeRich() { c.TakeQuoteAs(mail.RichText(strings.TrimRight(c.Quote, "\n"))) }

// TakeQuoteAs is TakeQuote for an original with looks, in a message that has such.
func (c *Composition) TakeQuoteAs(quote mail.Rich) {
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
	for _, b := range quote.Blocks {
		b.Quote += by
		r.Blocks = append(r.Blocks, b)
	}
	r = r.Tidy()
	c.Rich = &r
	c.DropQuote()
}
