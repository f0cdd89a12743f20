package page

import (
	"context"

	"poplar/gui/kit"
	"poplar/mail/html"
)

// Clean writes the message out as HTML without anything active and hands it to then on the UI thread: a whole document
// for the browser or a printer, else a fragment to be quoted. Remote pictures are left out, those of the message itself
// are put in.
func (p *Page) Clean(ctx context.Context, document bool, then func(src string, err error)) {
	doc := p.doc
	if doc == nil {
		then("", nil)
		return
	}
	kit.Go(ctx, p.o.Loop, func(ctx context.Context) (string, error) {
		return doc.Clean(ctx, html.CleanOptions{Page: document, Embed: true})
	}, then)
}

// HeldPictures are the addresses of the remote pictures that are held back, for whoever fetches them to Provide.
func (p *Page) HeldPictures() []string {
	if p.doc == nil {
		return nil
	}
	return p.doc.HeldPictures()
}

// Cut reports whether the message is longer than what is shown of it.
func (p *Page) Cut() bool { return p.page != nil && p.page.Cut }
