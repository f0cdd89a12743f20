package setup

import (
	"context"
	"net/url"
	"time"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// quiet is how long nothing is said of work that may be done at once.
const quiet = 150 * time.Millisecond

// patience is how long a test may take before it is said that it takes long.
const patience = 8 * time.Second

// look begins the search for the servers of the address as it is now, unless that is done or under way.
func (g *Guide) look() {
	if g.search != nil && g.search.Address == g.form.Address || g.form.Check(model.FieldAddress) != "" {
		return
	}
	g.seek(func(ctx context.Context, s *model.Search) ([]mail.Found, error) {
		return g.p.Find(ctx, s.Address, func(f mail.Found) {
			g.loop(func() {
				if ctx.Err() == nil && !s.Ended {
					s.Add(f)
					g.heard()
				}
			})
		})
	})
}

// seek begins a search in place of the one before.
func (g *Guide) seek(find func(ctx context.Context, s *model.Search) ([]mail.Found, error)) {
	g.stopLooking()
	s := &model.Search{Address: g.form.Address}
	ctx, cancel := context.WithCancel(g.ctx)
	g.search, g.endLook = s, cancel
	kit.Go(ctx, g.loop, func(ctx context.Context) ([]mail.Found, error) { return find(ctx, s) }, func(list []mail.Found, err error) {
		cancel()
		if s != g.search {
			return // another has taken its place
		}
		s.End(list, err)
		g.heard()
	})
}

// stopLooking ends the search; what it has found stays.
func (g *Guide) stopLooking() {
	if g.endLook != nil {
		g.endLook()
		g.endLook = nil
	}
	if g.search != nil {
		g.search.Stop()
	}
}

// forget drops what was found for another address.
func (g *Guide) forget() {
	if g.search == nil || g.search.Address == g.form.Address {
		return
	}
	g.stopLooking()
	g.search, g.byName, g.clear = nil, false, false
	g.mine.Clear(g.form)
	g.tell()
}

// heard takes in what the search has found.
func (g *Guide) heard() {
	g.search.Fill(g.form, g.mine)
	g.tell()
	switch {
	case g.found == nil:
	case g.unknown() && !g.found.editing:
		g.askNames()
	default:
		g.found.show()
	}
}

// tell shows, on the first page, what one must know of the provider before the password is tried.
func (g *Guide) tell() {
	if g.catch == nil {
		return
	}
	if g.page != guideWho {
		return
	}
	g.signInShown()
	g.catch.RemoveAll()
	for _, b := range g.doubts() {
		g.catch.Add(b)
	}
	g.told = ""
	if bar := g.catchBar(); bar != nil {
		g.catch.Add(bar)
		g.told = bar.Title()
	}
	g.root.Refresh()
}

// doubts are what looks odd about the address: a slip of the keyboard in it, or an account that has it.
func (g *Guide) doubts() []fyne.CanvasObject {
	var list []fyne.CanvasObject
	if meant := model.Meant(g.form.Address); meant != "" && g.form.Check(model.FieldAddress) == "" {
		list = append(list, kit.NewBar(kit.ToneWarn, "", kit.T("Did you mean %s?", meant)).Act(kit.T("Use that"), func() {
			g.form.SetAddress(meant)
			g.tidy()
			g.forget()
			g.check()
			g.look()
			g.tell()
		}))
	}
	if model.Twice(g.p.Accounts(), g.form.Address) {
		list = append(list, kit.NewBar(kit.ToneWarn, kit.T("There is an account with this address already"),
			kit.T("Its settings are changed in the window of the accounts. A second one brings its mail a second time.")))
	}
	return list
}

// catchBar is the notice about the provider, or nil.
func (g *Guide) catchBar() *kit.Bar {
	c := model.CatchOf(g.search.Answer(), kit.Language(), tr)
	if c == nil {
		return nil
	}
	tone, icon := kit.ToneInfo, "info"
	switch c.Weight {
	case model.Wanted:
		icon = "key"
	case model.Bars:
		tone, icon = kit.ToneWarn, "warn"
	case model.Hint:
	}
	bar := kit.NewBar(tone, c.Title, c.Text).Icon(icon)
	if c.URL != "" {
		bar.Act(kit.T("Show me"), func() { g.browse(c.URL) })
	}
	return bar
}

func (g *Guide) browse(address string) {
	if u, err := url.Parse(address); err == nil {
		if err := fyne.CurrentApp().OpenURL(u); err != nil && g.page == guideWho {
			g.catch.Add(kit.NewBar(kit.ToneErr, "", kit.T("The browser cannot be opened: %s", err)))
			g.root.Refresh()
		}
	}
}
