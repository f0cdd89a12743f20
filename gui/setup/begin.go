package setup

import (
	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/mail"
)

// box is what the test found on the server; or nil.
func (g *Guide) box() *mail.Mailbox {
	for _, f := range g.d.Findings {
		if f.Box != nil && f.Direction == mail.Incoming {
			return f.Box
		}
	}
	return nil
}

// begins asks what comes first of the mail that is on the server already; nil where nothing is there.
func (g *Guide) begins() fyne.CanvasObject {
	box := g.box()
	if box == nil || box.Count == 0 {
		g.start, g.starts, g.started = mail.StartAll, nil, false
		return nil
	}
	starts := []mail.Start{mail.StartAll}
	labels := []string{kit.N(box.Count, "All %d message (%s)", "All %d messages (%s)", kit.Size(box.Octets))}
	if box.Recent > 0 && box.Recent < box.Count {
		starts = append(starts, mail.StartRecent)
		labels = append(labels, kit.N(box.Recent, "The last three months first (%d message, the rest in the background)", "The last three months first (%d messages, the rest in the background)"))
		if !g.started {
			g.start = mail.StartRecent
		}
	}
	starts = append(starts, mail.StartNew)
	labels = append(labels, kit.T("Only new mail from now on; what is there stays there"))
	g.starts = kit.NewChoice(indexOf(starts, g.start), func(i int) { g.start, g.started = starts[i], true }, labels...)
	form := kit.NewForm(0).Head(kit.T("Which mail first?"))
	for i := range labels {
		form.AddWide(g.starts.Radio(i), 8, 0)
	}
	return form
}
