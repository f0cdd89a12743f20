package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"poplar/mail"
	"poplar/mail/compose"
	"poplar/mail/message"
)

// Read opens a message for reading, in the character set that the person chose for it. Of a message that was sent in
// pieces the whole is read as soon as all of them are here. One that is not well-formed is read as far as it can be; its
// Problems say what was odd.
func (e *Engine) Read(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	return e.readAs(ctx, id, message.OpenAs)
}

// Glance is Read that looks at the beginning of a long message only: it takes part of a second whatever the size. What
// is Glanced is to be read.
func (e *Engine) Glance(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	return e.readAs(ctx, id, message.Glance)
}

func (e *Engine) readAs(ctx context.Context, id mail.MessageID, open func(mail.Raw, string) (*mail.Message, error)) (*mail.Message, error) {
	charset, err := e.store.Charset(ctx, id)
	if err != nil {
		return nil, err
	}
	raw, piece, err := e.whole(ctx, id)
	if err != nil {
		return nil, err
	}
	defer raw.Close() //nolint:errcheck // nothing was written
	m, err := open(ctxRaw{raw, ctx}, charset)
	if m == nil {
		return nil, err
	}
	if piece != nil {
		m.Piece = piece
	}
	return m, nil
}

// whole returns the bytes that a message is read from: its own, or those of all its pieces, in which case it says so.
func (e *Engine) whole(ctx context.Context, id mail.MessageID) (mail.Raw, *mail.Piece, error) {
	raw, err := e.store.Raw(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	own := message.PieceOf(raw)
	if own == nil {
		return raw, nil, nil
	}
	pieces, total, err := e.store.Pieces(ctx, id)
	if err != nil {
		return nil, nil, errors.Join(err, raw.Close())
	}
	own.Have, own.Total = len(pieces), max(own.Total, total)
	var list []mail.Raw
	discard := func(err error) error {
		for _, r := range list {
			err = errors.Join(err, r.Close())
		}
		return err
	}
	for n := 1; n <= own.Total; n++ {
		of, ok := pieces[n]
		if !ok {
			break
		}
		r, err := e.store.Raw(ctx, of)
		if err != nil {
			return nil, nil, errors.Join(discard(err), raw.Close())
		}
		list = append(list, r)
	}
	if own.Total == 0 || len(list) < own.Total {
		return raw, own, discard(nil)
	}
	all, err := message.Join(list)
	if err != nil { // a piece is not what it was taken for: this one can still be read
		e.log.Warn("the pieces of a message do not fit", "message", id, "error", err)
		return raw, own, discard(nil)
	}
	own.Whole = true
	return all, own, raw.Close()
}

// Part writes the decoded bytes of a message's Parts[index] to w.
func (e *Engine) Part(ctx context.Context, id mail.MessageID, index int, w io.Writer) error {
	return e.copyOut(ctx, id, w, func(raw mail.Raw) (io.ReadCloser, error) {
		return e.places.of(ctx, id, raw, index).Reader(raw, index)
	})
}

// places are where the parts lie of the message of which one was read last: pictures and files are read one after the
// other, and a long message is walked once for all of them.
type places struct {
	mu   sync.Mutex
	id   mail.MessageID
	size int64
	last *message.Places
}

// of returns places that tell where Parts[index] is. Those that come early in a long message do not wait for its end.
func (p *places) of(ctx context.Context, id mail.MessageID, raw mail.Raw, index int) *message.Places {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil || p.id != id || p.size != raw.Size() {
		p.id, p.size, p.last = id, raw.Size(), message.FirstPlacesOf(raw)
	}
	if !p.last.Knows(index) {
		p.last = message.PlacesOf(ctxRaw{raw, ctx})
	}
	last := p.last
	if last.Err() != nil {
		p.last = nil // another time it may go better
	}
	return last
}

// Structure takes a message apart: its header as it stands and as it is read, and every part.
func (e *Engine) Structure(ctx context.Context, id mail.MessageID) (mail.Structure, error) {
	raw, _, err := e.whole(ctx, id)
	if err != nil {
		return mail.Structure{}, err
	}
	s, err := message.Structure(raw)
	return s, errors.Join(err, raw.Close())
}

// NodeBytes writes the decoded bytes of the part at a path of Structure.
func (e *Engine) NodeBytes(ctx context.Context, id mail.MessageID, path string, w io.Writer) error {
	return e.copyOut(ctx, id, w, func(raw mail.Raw) (io.ReadCloser, error) { return message.NodeReader(raw, path) })
}

func (e *Engine) copyOut(ctx context.Context, id mail.MessageID, w io.Writer, open func(mail.Raw) (io.ReadCloser, error)) error {
	raw, _, err := e.whole(ctx, id)
	if err != nil {
		return err
	}
	defer raw.Close() //nolint:errcheck // nothing was written
	r, err := open(raw)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // nothing was written
	_, err = io.Copy(w, &ctxReader{ctx, r})
	return err
}

// ctxRaw ends a long walk when its context ends.
type ctxRaw struct {
	mail.Raw
	ctx context.Context //nolint:containedctx // it lasts as long as one call
}

// ReadAt implements io.ReaderAt.
func (c ctxRaw) ReadAt(p []byte, off int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Raw.ReadAt(p, off)
}

// ctxReader ends a long copy when its context ends.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// SetCharset has Read take a message's text in another character set (one of mail.Charsets) from now on; "" takes the
// message's own word again. It is kept with the message.
func (e *Engine) SetCharset(ctx context.Context, id mail.MessageID, charset string) error {
	if charset != "" && !slices.Contains(mail.Charsets, charset) {
		return fmt.Errorf("the character set %q is not known", charset)
	}
	return e.store.SetCharset(ctx, id, charset)
}

// Fates is what became of a sent message, per recipient, in the order it was sent to them; empty for mail received.
func (e *Engine) Fates(ctx context.Context, id mail.MessageID) ([]mail.Fate, error) {
	list, err := e.store.Fates(ctx, id)
	for i, f := range list {
		if f.State == mail.FateFailed || f.State == mail.FateDelayed {
			list[i].Why = message.Why(mail.Bounced{Action: string(f.State), Status: f.Status, Diagnostic: f.Said})
		}
	}
	return list, err
}

// SentOf is the sent message that a delivery report is about, 0 where it is not here.
func (e *Engine) SentOf(ctx context.Context, report mail.MessageID) (mail.MessageID, error) {
	return e.store.SentOf(ctx, report)
}

// SendAgain returns a new draft of a sent message that goes to one address alone: the corrected one.
func (e *Engine) SendAgain(ctx context.Context, sent mail.MessageID, corrected string) (mail.Draft, error) {
	s, err := e.store.Summary(ctx, sent)
	if err != nil {
		return mail.Draft{}, err
	}
	if s.UIDL != "" {
		return mail.Draft{}, fmt.Errorf("message %d was not sent from this computer", sent)
	}
	to, err := compose.ParseAddresses(corrected)
	if err != nil {
		return mail.Draft{}, err
	}
	raw, err := e.store.Raw(ctx, sent)
	if err != nil {
		return mail.Draft{}, err
	}
	k := keeper{dir: e.attachDir()}
	d, err := compose.ParseDraft(raw, k.keep)
	if err = errors.Join(k.err, err, raw.Close()); err != nil {
		return mail.Draft{}, err
	}
	// A new message: nobody who has the first one gets it again, and no report on the first one is taken for its own.
	d.ID, d.Account, d.MessageID, d.Date, d.Answers, d.Mark = 0, s.Account, "", time.Time{}, 0, 0
	d.To, d.Cc, d.Bcc = to, nil, nil
	return d, nil
}
