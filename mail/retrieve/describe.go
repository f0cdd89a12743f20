package retrieve

import (
	"bytes"
	"context"

	"poplar/mail"
	"poplar/mail/pop3"
)

// strange is a message that was refused for the first time.
type strange struct {
	n   int // message number
	row int // its place among the refusals
}

// describe asks with TOP what the messages are that the server would not give, so that a person can tell what is
// missing. It does so once for each, after everything else has come: a server may break on them here, too.
func (r *reader) describe(ctx context.Context) error {
	if len(r.strange) == 0 || r.Read == nil || !r.topped || r.blunt {
		return nil
	}
	reqs := make([]pop3.Request, len(r.strange))
	for i, m := range r.strange {
		reqs[i] = pop3.Request{N: m.n, Lines: topLines}
	}
	var head bytes.Buffer
	err := r.c.Fetch(ctx, reqs, func(i int, b *pop3.Body, err error) error {
		if err != nil {
			return nil // nothing can be told of it
		}
		head.Reset()
		if _, err := b.WriteTo(&limited{to: &head, left: headLimit}); err != nil {
			return err
		}
		told := r.Read(mail.Bytes(bytes.Clone(head.Bytes()))).Summary
		sum, _ := top(head.Bytes())
		row := &r.refusals[r.strange[i].row]
		row.Header = sum + ":" // by which it is known again before it is deleted there
		row.Heading = mail.Heading{Subject: told.Subject, From: told.From, Date: told.Date}
		return nil
	})
	r.blunt = err != nil
	return err
}
