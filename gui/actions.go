package gui

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"poplar/gui/browse"
	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/reader"
	"poplar/mail"
)

// act does what the list asks for.
func (w *window) act(a browse.Action, ids []mail.MessageID) {
	switch a {
	case browse.Archive:
		w.moveToRole(ids, mail.Archive)
	case browse.Delete:
		w.remove(ids)
	case browse.Flag:
		w.flag(ids)
	case browse.Clicked:
		w.forth()
	case browse.OpenIt:
		w.openIt(ids)
	}
}

// openIt opens a message for what one does with it: a draft to be written on.
func (w *window) openIt(ids []mail.MessageID) {
	if len(ids) != 1 {
		return
	}
	s, ok := w.list.Summary(ids[0])
	if !ok {
		return
	}
	if w.names[s.Folder].Folder.Role == mail.Drafts {
		w.editDraft(s.ID)
		return
	}
	w.forth()
}

// command does what the strip asks for.
func (w *window) command(c reader.Command, at fyne.Position) {
	ids := w.list.Selected()
	switch c {
	case reader.Reply:
		w.answer(mail.ReplySender)
	case reader.ReplyAll:
		w.answer(mail.ReplyAll)
	case reader.Forward:
		w.answer(mail.ForwardInline)
	case reader.Archive:
		w.moveToRole(ids, mail.Archive)
	case reader.Delete:
		w.remove(ids)
	case reader.Junk:
		w.junk(ids)
	case reader.Move:
		w.moveMenu(at)
	case reader.Flag:
		w.flag(ids)
	case reader.Menu:
		w.mainMenu(at)
	case reader.Back:
		w.back()
	}
}

// here is the role of the folder that is listed; empty while searching and in the favourites.
func (w *window) here() mail.Role {
	if w.pane.Searching() {
		return ""
	}
	return w.pane.Entry().Folder.Role
}

// moveToRole moves messages to their accounts' folder of a role, and offers to take it back.
func (w *window) moveToRole(ids []mail.MessageID, r mail.Role) {
	if len(ids) == 0 || w.here() == r {
		return
	}
	w.relocate(ids, browse.RoleTitle(r), func(ctx context.Context) error { return w.p.MoveToRole(ctx, ids, r) })
}

func (w *window) moveTo(ids []mail.MessageID, to mail.Folder) {
	if len(ids) == 0 {
		return
	}
	w.relocate(ids, browse.FolderTitle(w.names[to.ID]), func(ctx context.Context) error { return w.p.Move(ctx, ids, to.ID) })
}

// longAfter is how long work may take before it is said that it is under way.
const longAfter = 700 * time.Millisecond

// working says what is being done where that takes long, until ended is called.
func (w *window) working(text string) (ended func()) {
	var bar *toast
	stop := kit.After(w.loop, longAfter, func() {
		w.leaving = 0
		w.toast.show(text, 0)
		bar = w.toast.bar
	})
	return func() {
		stop()
		if bar != nil && w.toast.bar == bar {
			w.toast.hide()
		}
	}
}

// relocate does a move away from the UI thread. The list goes on to the next message at once. What is asked to be taken
// back meanwhile is taken back when it is done.
func (w *window) relocate(ids []mail.MessageID, where string, move func(context.Context) error) {
	known := w.list.Known(ids)
	w.list.Leave(ids)
	ended := w.working(kit.N(len(ids), "Moving %d message to %s…", "Moving %d messages to %s…", where))
	back := false
	w.undo = func() { back = true }
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (model.Undo, error) {
		undo, err := model.Remember(ctx, w.p, ids, known)
		if err == nil {
			err = move(ctx)
		}
		return undo, err
	}, func(undo model.Undo, err error) {
		ended()
		if err != nil {
			w.undo = nil
			w.list.Stay(ids)
			w.list.Reload()
			w.fail(err)
			return
		}
		w.list.Reload()
		w.offer(kit.N(undo.Len(), "%d message moved to %s", "%d messages moved to %s", where), undo)
		if back {
			w.takeBack()
		}
	})
}

// offer shows the undo bar.
func (w *window) offer(text string, undo model.Undo) {
	w.undo = func() {
		w.undo = nil
		kit.Do(w.ctx, w.loop, func(ctx context.Context) error { return undo.Take(ctx, w.p) }, func(err error) {
			if err != nil {
				w.fail(err)
			}
			w.list.Reload()
		})
	}
	take := w.undo
	w.leaving = 0
	w.toast.show(text, toastTime, toastAct{kit.T("Undo"), take})
}

// takeBack undoes the last move.
func (w *window) takeBack() {
	if w.undo != nil {
		w.toast.hide()
		w.undo()
	}
}

// junk moves messages to Junk, or from there back to the inbox.
func (w *window) junk(ids []mail.MessageID) {
	if w.here() == mail.Junk {
		w.moveToRole(ids, mail.Inbox)
		return
	}
	w.moveToRole(ids, mail.Junk)
}

// remove moves messages to the trash; what is in the trash goes for good, which is asked for.
func (w *window) remove(ids []mail.MessageID) {
	if len(ids) == 0 {
		return
	}
	if w.here() != mail.Trash {
		w.moveToRole(ids, mail.Trash)
		return
	}
	w.forGood(len(ids), ids, func(context.Context) ([]mail.MessageID, error) { return ids, nil })
}

// forGood asks, and deletes what which names: n messages, of which leaving are chosen in the list.
func (w *window) forGood(n int, leaving []mail.MessageID, which func(context.Context) ([]mail.MessageID, error)) {
	ask := &kit.Ask{
		Title: kit.N(n, "Delete %d message for good?", "Delete %d messages for good?"), Text: kit.T("This cannot be taken back."),
		Choices: []kit.AskChoice{
			{Label: kit.T("Cancel")},
			{Label: kit.T("Delete"), Kind: kit.Danger, Do: func() bool {
				w.list.Leave(leaving)
				ended := w.working(kit.N(n, "Deleting %d message…", "Deleting %d messages…"))
				kit.Do(w.ctx, w.loop, func(ctx context.Context) error {
					ids, err := which(ctx)
					if err != nil || len(ids) == 0 {
						return err
					}
					return w.p.Delete(ctx, ids)
				}, func(err error) {
					ended()
					if err != nil {
						w.list.Stay(leaving)
						w.fail(err)
					}
					w.list.Reload()
				})
				return true
			}},
		},
	}
	ask.Show(w.win, nil)
}

// flag sets the flag, or takes it away where all have it.
func (w *window) flag(ids []mail.MessageID) {
	if len(ids) == 0 {
		return
	}
	all := !slices.ContainsFunc(ids, func(id mail.MessageID) bool {
		s, ok := w.list.Summary(id)
		return ok && s.Flags&mail.Flagged == 0
	})
	if all {
		w.mark(ids, 0, mail.Flagged)
	} else {
		w.mark(ids, mail.Flagged, 0)
	}
}

// seen marks messages as read, or as unread where all are read.
func (w *window) seen(ids []mail.MessageID) {
	if len(ids) == 0 {
		return
	}
	w.unmark()
	if w.allRead(ids) {
		w.mark(ids, 0, mail.Seen)
	} else {
		w.mark(ids, mail.Seen, 0)
	}
}

func (w *window) allRead(ids []mail.MessageID) bool {
	return !slices.ContainsFunc(ids, func(id mail.MessageID) bool {
		s, ok := w.list.Summary(id)
		return ok && s.Flags&mail.Seen == 0
	})
}

// mark changes flags; the list shows it at once.
func (w *window) mark(ids []mail.MessageID, set, unset mail.Flags) {
	w.list.Patch(ids, set, unset)
	w.strip(w.list.Selected())
	kit.Do(w.ctx, w.loop, func(ctx context.Context) error { return w.p.Mark(ctx, ids, set, unset) }, func(err error) {
		if err != nil {
			w.fail(err)
			w.list.Reload()
		}
	})
}

// markAll marks everything in a folder as read.
func (w *window) markAll(f mail.Folder) {
	ended := w.working(kit.N(f.Unread, "Marking %d message as read…", "Marking %d messages as read…"))
	kit.Do(w.ctx, w.loop, func(ctx context.Context) error {
		ids, err := w.p.IDs(ctx, mail.Query{Folder: f.ID, Unread: true})
		if err != nil || len(ids) == 0 {
			return err
		}
		return w.p.Mark(ctx, ids, mail.Seen, 0)
	}, func(err error) {
		ended()
		if err != nil {
			w.fail(err)
		}
		w.list.Reload()
	})
}

// answer opens a reply or a forward of the message that is read.
func (w *window) answer(mode mail.ReplyMode) {
	ids := w.list.Selected()
	if len(ids) != 1 {
		return
	}
	open := func() {
		kit.Go(w.ctx, w.loop, func(ctx context.Context) (mail.Draft, error) { return w.p.Answer(ctx, ids[0], mode) }, func(d mail.Draft, err error) {
			w.compose(w.quoting(d, ids[0], mode), err)
		})
	}
	if mode == mail.ForwardInline || mode == mail.EditAsNew {
		w.wholeFirst(w.win, ids, open)
		return
	}
	open()
}

// write opens an empty message, from the account of the folder that is listed.
func (w *window) write() { w.writeWith(nil) }

func (w *window) writeWith(fill func(*mail.Draft)) {
	if len(w.accounts) == 0 {
		return
	}
	from := w.accounts[0].ID
	if a, ok := w.account(w.pane.Entry().Account); ok {
		from = a.ID
	}
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (mail.Draft, error) { return w.p.NewDraft(ctx, from) }, func(d mail.Draft, err error) {
		if err == nil && fill != nil {
			fill(&d)
		}
		w.compose(d, err)
	})
}

func (w *window) editDraft(id mail.MessageID) {
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (mail.Draft, error) { return w.p.OpenDraft(ctx, id) }, w.compose)
}
