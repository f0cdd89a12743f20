package page

import (
	"context"

	"poplar/gui/kit"
	"poplar/mail/html"
)

// Sheet says what stands over a message that is written out for a browser or a printer.
type Sheet struct {
	Title string
	Head  [][2]string // names and what they say
	Print bool        // the browser asks for a printer at once
}

// Document writes the message out as a page that runs nothing and loads nothing, for the system's browser, and hands it
// to then on the UI thread. Pictures that are seen here are in it; those that are held back are not.
func (p *Page) Document(ctx context.Context, s Sheet, then func(src string, err error)) {
	doc := p.doc
	if doc == nil {
		then("", nil)
		return
	}
	o := html.CleanOptions{Page: true, Embed: true, Title: s.Title, Head: s.Head, Print: s.Print}
	kit.Go(ctx, p.o.Loop, func(ctx context.Context) (string, error) { return doc.Clean(ctx, o) }, then)
}

// Picture is a picture of a message, for owners that do not know the engine.
type Picture = html.Picture

// HeldPictures are the addresses of the remote pictures that are held back, for whoever fetches them to Provide.
func (p *Page) HeldPictures() []string {
	if p.doc == nil {
		return nil
	}
	return p.doc.HeldPictures()
}

// Cut reports whether the message is longer than what is shown of it.
func (p *Page) Cut() bool { return p.page != nil && p.page.Cut }
