package browse

import (
	"context"
	"slices"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Choose chooses one message of what is listed, as soon as the list is read; a message that is not in it is not waited
// for.
func (l *List) Choose(id mail.MessageID) {
	l.wanted = id
	if l.pages.Total > 0 && !l.reloading {
		l.showWanted()
	}
}

// showWanted goes to the message that Choose named, looking for its row where it is not here yet.
func (l *List) showWanted() {
	id := l.wanted
	l.wanted = 0
	if row := l.pages.RowOf(id); row >= 0 {
		l.goTo(row, 0)
		return
	}
	q, total := l.pages.Query, l.pages.Total
	if total == 0 {
		return
	}
	kit.Go(l.ctx, l.loop, func(ctx context.Context) (int, error) {
		ids, err := model.IDs(ctx, l.box, q, 0, total-1)
		return slices.Index(ids, id), err
	}, func(row int, err error) {
		if err != nil || row < 0 {
			return
		}
		l.sel.Only(model.Place{ID: id, Row: row})
		l.untold = true
		l.reveal(row)
		l.Reload() // whose pages are those around the chosen message
	})
}
