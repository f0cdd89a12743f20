package cli

import (
	"io"

	"poplar/mail"
)

// opened is the profile of a program, opened in this process: quicker than a run for each message.
type opened struct {
	p *program
	s *Session
}

func (p *program) session() *opened {
	p.t.Helper()
	s, err := OpenSession(p.t.Context(), SessionOptions{Profile: p.profile})
	if err != nil {
		p.t.Fatal(err)
	}
	return &opened{p, s}
}

func (o *opened) all() []mail.Summary {
	o.p.t.Helper()
	list, err := o.s.Engine.List(o.p.t.Context(), mail.Query{})
	if err != nil {
		o.p.t.Fatal(err)
	}
	return list
}

func (o *opened) raw(id mail.MessageID) []byte {
	o.p.t.Helper()
	raw, err := o.s.Engine.Raw(o.p.t.Context(), id)
	if err != nil {
		o.p.t.Fatal(err)
	}
	defer raw.Close()
	data, err := io.ReadAll(mail.Reader(raw))
	if err != nil {
		o.p.t.Fatal(err)
	}
	return data
}

func (o *opened) close() {
	o.p.t.Helper()
	if err := o.s.Close(); err != nil {
		o.p.t.Error(err)
	}
}
