package reader

import (
	"context"
	"slices"

	"poplar/gui/kit"
	"poplar/mail"
)

// onServer is what the reader tells of a message's copy on its server.
type onServer struct {
	// Copy is asked for it, away from the UI thread; a Copy without Message: there is nothing to tell. nil: nothing is
	// ever told.
	Copy func(ctx context.Context, id mail.MessageID) (mail.Copy, error)
	// CopyWords says in a few words whether it is still on the server, and until when.
	CopyWords func(c mail.Copy) string
	// OnRest asks for the rest of a message of which only the first lines are here.
	OnRest func(id mail.MessageID)

	copy mail.Copy
}

// tellCopy finds out what is on the server, and tells it.
func (r *Reader) tellCopy() {
	if r.Copy == nil || r.state != one {
		return
	}
	id := r.id
	if r.copy.Message != id {
		r.copy = mail.Copy{}
		r.notes.set(noteRest, nil)
	}
	kit.Go(r.ctx, r.loop, func(ctx context.Context) (mail.Copy, error) { return r.Copy(ctx, id) }, func(c mail.Copy, err error) {
		if err != nil || r.id != id || r.state != one {
			return
		}
		arrived := r.copy.Message == id && r.copy.Partial && c.Message == id && !c.Partial
		r.copy = c
		if arrived {
			r.Again() // the rest has come
			return
		}
		r.header.SetCopy(r.CopyWords(c))
		if bar := r.restBar(c); bar != nil {
			r.notes.set(noteRest, bar)
		} else {
			r.notes.set(noteRest, nil)
		}
	})
}

// restBar says that only the first lines of a message are here; nil where all of it is.
func (r *Reader) restBar(c mail.Copy) *kit.Bar {
	switch {
	case !c.Partial:
		return nil
	case !c.OnServer:
		return kit.NewBar(kit.ToneInfo, kit.T("Only the first lines of this message are here."), kit.T("The rest is no longer on the server."))
	case c.Wish == mail.WishFetch:
		return kit.NewBar(kit.ToneInfo, kit.T("The rest of this message is being fetched (%s).", kit.Size(c.Size)), "").Icon("dl")
	}
	return kit.NewBar(kit.ToneInfo, kit.T("Only the first lines are here (%s on the server).", kit.Size(c.Size)), "").
		Icon("dl").Act(kit.T("Fetch the rest"), func() {
		if r.OnRest != nil {
			r.OnRest(r.id)
		}
	})
}

// Changed looks again at what is on the server, and at what became of a sent message, if the message that is shown is
// among ids; nil means that it may be.
func (r *Reader) Changed(ids []mail.MessageID) {
	if ids == nil || slices.Contains(ids, r.id) {
		r.tellCopy()
		r.tellFates()
	}
}

// ServerCopy is what is known of the copy on the server of the message that is shown.
func (r *Reader) ServerCopy() mail.Copy {
	if r.copy.Message != r.id || r.state != one {
		return mail.Copy{}
	}
	return r.copy
}
