package engine

import (
	"context"

	"poplar/mail"
	"poplar/mail/compose"
)

// RichQuote is what d quotes as a text with looks that can be edited; nil where the original has none.
func (e *Engine) RichQuote(ctx context.Context, d mail.Draft) (*mail.Rich, error) {
	src := e.quoteHTML(ctx, d)
	if err := ctx.Err(); err != nil || src == "" {
		return nil, err
	}
	r := compose.RichQuote(src)
	if r.Plain() {
		return nil, nil //nolint:nilnil // its words are in d already, in the lines that its author made
	}
	return &r, nil
}
