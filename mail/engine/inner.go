package engine

import (
	"context"
	"errors"
	"fmt"
	"io"

	"poplar/mail"
	"poplar/mail/message"
)

// Inner opens a message that came attached to another: its Parts[index]. What is in it is no more trusted than the
// message around it.
func (e *Engine) Inner(ctx context.Context, id mail.MessageID, index int) (m *mail.Message, err error) {
	raw, err := e.inner(ctx, id, index)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	if m, err = message.Open(raw); m != nil {
		err = nil
	}
	return m, err
}

// InnerPart writes the decoded bytes of Parts[part] of the message that Inner opens.
func (e *Engine) InnerPart(ctx context.Context, id mail.MessageID, index, part int, w io.Writer) (err error) {
	raw, err := e.inner(ctx, id, index)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	r, err := message.PartReader(raw, part)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, &ctxReader{ctx, r})
	return errors.Join(err, r.Close())
}

// inner is an attached message as one of its own: in memory, or if it is large in a file.
func (e *Engine) inner(ctx context.Context, id mail.MessageID, index int) (mail.Raw, error) {
	raw, err := e.spooled(func(w io.Writer) error { return e.Part(ctx, id, index, w) })
	if err != nil {
		return nil, fmt.Errorf("the attached message cannot be read: %w", err)
	}
	return raw, nil
}
