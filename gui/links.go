package gui

import (
	"net/url"
	"strings"

	"poplar/gui/kit"
)

// follow opens a link: mail links here, web pages in the browser. Anything else is not opened.
func (w *window) follow(link, doubtful string) {
	if doubtful == "" {
		w.openLink(link)
		return
	}
	ask := &kit.Ask{
		Title: kit.T("Open a page of %s?", doubtful),
		Text:  kit.T("The link is written so that it may look like another site. Open it only if you expect this one."),
		Choices: []kit.AskChoice{
			{Label: kit.T("Open"), Kind: kit.Danger, Do: func() bool { w.openLink(link); return true }},
			{Label: kit.T("Cancel"), Kind: kit.Filled},
		},
		OnCancelled: func() {},
	}
	ask.Show(w.win, nil)
}

func (w *window) openLink(link string) {
	u, err := url.Parse(link)
	if err != nil {
		return
	}
	switch strings.ToLower(u.Scheme) {
	case "mailto":
		w.mailto(link)
	case "http", "https":
		if err := w.app.OpenURL(u); err != nil {
			w.folders.Say(w.loop, kit.T("The browser cannot be opened: %s", err), true)
		}
	default:
		w.folders.Say(w.loop, kit.T("Poplar does not open links of this kind."), true)
	}
}
