package gui

import (
	"context"
	"time"

	"poplar/gui/kit"
)

// Newer asks whether there is a newer Poplar: its version, and the page where a person gets it; empty where there is none.
type Newer func(ctx context.Context) (version, page string, err error)

// askEvery is how often a newer version is asked for.
const askEvery = 24 * time.Hour

// lookForNewer asks once a day, if the person wants that, and tells of a newer version until it is looked at. A question
// that fails is asked again the next day: it is nothing to bother anybody with.
func (w *window) lookForNewer() {
	w.asking()
	w.asking = func() {}
	if w.o.Newer == nil || !w.prefs.Updates {
		return
	}
	now := w.now()
	if wait := time.Unix(w.prefs.UpdatesAsked, 0).Add(askEvery).Sub(now); wait > 0 && wait <= askEvery {
		w.asking = kit.After(w.loop, wait, w.lookForNewer)
		return
	}
	w.prefs.UpdatesAsked = now.Unix()
	w.asking = kit.After(w.loop, askEvery, w.lookForNewer)
	var version, page string
	kit.Do(w.ctx, w.loop, func(ctx context.Context) error {
		p := w.p.Preferences()
		p.UpdatesAsked = now.Unix()
		err := w.p.SetPreferences(p)
		if err == nil {
			version, page, err = w.o.Newer(ctx)
		}
		return err
	}, func(err error) {
		if err != nil || version == "" {
			return
		}
		w.toast.show(kit.T("Poplar %s is there.", version), 0,
			toastAct{kit.T("Get it"), func() { w.toast.hide(); w.openLink(page) }},
			toastAct{kit.T("Later"), w.toast.hide})
	})
}
