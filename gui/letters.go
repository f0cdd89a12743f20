package gui

import (
	"context"
	"net/url"
	"strings"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// letterItem is the menu of the rarer ways to pass messages on.
func (w *window) letterItem(ids []mail.MessageID) *fyne.MenuItem {
	one := len(ids) == 1
	var list mail.MailingList
	if m := w.reader.Message(); m != nil && one && w.reader.ID() == ids[0] {
		list = w.p.MailingList(m)
	}
	more := item(kit.T("Answer in another way"), nil, len(ids) > 0, nil)
	more.ChildMenu = fyne.NewMenu("",
		item(kit.T("Reply to the list"), nil, list.Post != "", func() { w.answer(mail.ReplyList) }),
		item(kit.T("Forward as attachment"), nil, len(ids) > 0, func() { w.wholeFirst(w.win, ids, func() { w.forwardAttached(ids) }) }),
		item(kit.T("Edit as new message"), nil, one, func() { w.answer(mail.EditAsNew) }),
		item(kit.T("Redirect…"), nil, one, func() { w.wholeFirst(w.win, ids, func() { w.redirect(ids[0]) }) }),
		fyne.NewMenuItemSeparator(),
		item(kit.T("Leave the mailing list…"), nil, list.LeaveByMail != "" || list.LeaveByWeb != "", func() { w.leaveList(list) }),
	)
	return more
}

// quoting leaves of the quoted original only what the person has selected of it.
func (w *window) quoting(d mail.Draft, id mail.MessageID, mode mail.ReplyMode) mail.Draft {
	if mode == mail.ForwardInline || w.reader.ID() != id {
		return d
	}
	return model.QuoteOnly(d, w.reader.Selected())
}

// forwardAttached opens a message that the chosen ones go along with, whole.
func (w *window) forwardAttached(ids []mail.MessageID) {
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (mail.Draft, error) {
		d, err := w.p.Answer(ctx, ids[0], mail.ForwardAttached)
		if err != nil || len(ids) == 1 {
			return d, err
		}
		d.Attach = nil
		for _, id := range ids {
			a, err := w.p.AttachMessage(ctx, id)
			if err != nil {
				return d, err
			}
			d.Attach = append(d.Attach, a)
		}
		d.Subject, d.Answers, d.Mark, d.References = "", 0, 0, nil
		return d, nil
	}, w.compose)
}

// redirect asks to whom a message goes on as it is; whom names those that it was to go to before that was taken back.
func (w *window) redirect(id mail.MessageID, whom ...mail.Address) {
	var names []string
	for _, a := range whom {
		names = append(names, model.Entered{Address: a}.Text())
	}
	to := kit.NewField(strings.Join(names, ", "), kit.T("Addresses"), nil)
	ask := &kit.Ask{
		Title: kit.T("Redirect this message"), Text: kit.T("It goes on as it is, from its own sender; your address is noted in it. Answers go to the sender."),
		Content: to,
	}
	ask.Choices = []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Redirect"), Kind: kit.Filled, Do: func() bool {
		list := model.ParseEntered(to.Text())
		for _, e := range list {
			if e.Wrong != "" {
				to.SetWrong(kit.T("%s: %s", e.Text(), kit.T(e.Wrong)))
				ask.Grow()
				return false
			}
		}
		if len(list) == 0 {
			to.SetWrong(kit.T("Who is to get this message? Add an address."))
			ask.Grow()
			return false
		}
		kit.Do(w.ctx, w.loop, func(ctx context.Context) error {
			_, err := w.p.Redirect(ctx, id, model.AddressesOf(list))
			return err
		}, func(err error) {
			if err != nil {
				w.fail(err)
			}
		})
		return true
	}}}
	to.Entry.OnSubmitted = func(string) { ask.Button(1).Tapped(nil) }
	ask.Show(w.win, to.Entry)
}

// leaveList asks, and leaves a mailing list: by a message that the person sends, or in the browser.
func (w *window) leaveList(l mail.MailingList) {
	// Enter presses the last, which is the one that tells the sender nothing at once.
	ask := &kit.Ask{Title: kit.T("Leave this mailing list?"), Choices: []kit.AskChoice{{Label: kit.T("Cancel")}}}
	var ways []string
	if u, err := url.Parse(l.LeaveByWeb); err == nil && l.LeaveByWeb != "" {
		ways = append(ways, kit.T("In the browser: %s. The sender learns that you read this message.", u.Host))
		kind := kit.Plain
		if l.LeaveByMail == "" {
			kind = kit.Filled
		}
		ask.Choices = append(ask.Choices, kit.AskChoice{Label: kit.T("Open in browser"), Kind: kind, Do: func() bool {
			if err := w.app.OpenURL(u); err != nil {
				w.folders.Say(w.loop, kit.T("The browser cannot be opened: %s", err), true)
			}
			return true
		}})
	}
	if u, err := url.Parse(l.LeaveByMail); err == nil && l.LeaveByMail != "" {
		ways = append([]string{kit.T("By mail: a message to %s opens, to be sent by you.", u.Opaque)}, ways...)
		ask.Choices = append(ask.Choices, kit.AskChoice{Label: kit.T("Write the message"), Kind: kit.Filled, Do: func() bool {
			w.writeWith(func(d *mail.Draft) { model.FillFromMailto(d, u) })
			return true
		}})
	}
	ask.Text = strings.Join(ways, "\n")
	ask.Show(w.win, nil)
}
