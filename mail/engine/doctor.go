package engine

import (
	"context"

	"poplar/mail"
	"poplar/mail/doctor"
	"poplar/mail/wire"
)

// Test runs the doctor over an account that need not be saved. secret gives the passwords; each step is told to
// report as it ends. It returns nil when every step was fine, else the first problem.
func (e *Engine) Test(ctx context.Context, a mail.Account, secret func(mail.Direction) (string, error), report func(mail.Finding)) error {
	options := func(mail.Direction) wire.Options { return wire.Options{Sessions: e.sessions, DialContext: e.o.Dial} }
	if acc, err := e.find(a.ID); err == nil {
		options = func(mail.Direction) wire.Options { return e.wire(acc) }
	}
	return doctor.Test(ctx, a, secret, options, report)
}
