package gui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/mail"
)

func labels(items []*fyne.MenuItem) []string {
	var out []string
	for _, i := range items {
		out = append(out, i.Label)
	}
	return out
}

func find(items []*fyne.MenuItem, label string) *fyne.MenuItem {
	for _, i := range items {
		if i.Label == label {
			return i
		}
	}
	return nil
}

func TestTheRestOfAMessageIsFetchedOnAWord(t *testing.T) {
	s := newStage(t, func(f *fake) { f.rows[0].OnServer, f.rows[0].Whole = true, 4<<20 })
	s.choose(1)
	s.until("the message knows", func() bool { return s.w.reader.ServerCopy().Partial })
	s.w.reader.OnRest(s.w.reader.ID())
	s.did("want [20] fetch")
	s.f.hub.Publish(mail.Event{What: mail.Changed, Account: "a", Messages: []mail.MessageID{20}})
	s.w.handle([]mail.Event{{What: mail.Changed, Account: "a", Messages: []mail.MessageID{20}}})
	s.until("all of it is here", func() bool { c := s.w.reader.ServerCopy(); return c.Message == 20 && !c.Partial })
}

// What goes on to others, or into a file, is whole, or the person has been asked.
func TestFirstLinesDoNotGoOnUnnoticed(t *testing.T) {
	for name, do := range map[string]func(*stage){
		"forward":     func(s *stage) { s.w.answer(mail.ForwardInline) },
		"edit as new": func(s *stage) { s.w.answer(mail.EditAsNew) },
		"attached": func(s *stage) {
			find(s.w.letterItem(s.w.list.Selected()).ChildMenu.Items, "Forward as attachment").Action()
		},
		"redirect": func(s *stage) { find(s.w.letterItem(s.w.list.Selected()).ChildMenu.Items, "Redirect…").Action() },
		"save":     func(s *stage) { s.w.saveEML() },
		"save in the source": func(s *stage) {
			s.w.saveMessage(s.w.win, s.w.list.Selected()[0], "x", webMark{}, func(string, error) {})
		},
	} {
		for _, onServer := range []bool{true, false} {
			s := newStage(t, func(f *fake) { f.rows[0].OnServer, f.rows[0].Whole = onServer, 4<<20 })
			s.choose(1)
			do(s)
			if s.w.win.Canvas().Overlays().Top() == nil {
				t.Fatalf("%s: nobody asks", name)
			}
			s.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn}) // the likely choice
			if onServer {
				s.did("want [20] fetch")
			} else if strings.Contains(s.f.done(), "fetch") {
				t.Errorf("%s: asks the server for what it does not have", name)
			}
		}
	}
	s := newStage(t, func(f *fake) { f.rows[0].OnServer, f.rows[0].Whole = true, 4<<20 })
	s.choose(1)
	s.w.answer(mail.ReplySender)
	if s.w.win.Canvas().Overlays().Top() != nil {
		t.Error("an answer needs only what is here")
	}
}

func TestCopiesOnTheServerHaveAMenu(t *testing.T) {
	s := newStage(t, func(f *fake) { f.rows[0].OnServer, f.rows[1].OnServer = true, true })
	s.choose(3)
	menu := s.w.copyItem(s.w.list.Selected())
	if menu.Disabled || menu.ChildMenu == nil {
		t.Fatal("nothing can be done with what is on the server")
	}
	want := []string{"Delete from the server now…", "Keep on the server", "Download again"}
	if got := labels(menu.ChildMenu.Items); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	menu.ChildMenu.Items[1].Action()
	s.did("want [19 20] leave") // the third lies on no server
	menu.ChildMenu.Items[0].Action()
	top := s.w.win.Canvas().Overlays().Top()
	if top == nil {
		t.Fatal("nobody asks before something is deleted there")
	}
	s.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if got := s.f.done(); strings.Contains(got, "delete") {
		t.Errorf("deleted without a yes: %s", got)
	}
	s.choose(1)
	s.w.list.Step(5)
	if menu := s.w.copyItem(s.w.list.Selected()); !menu.Disabled {
		t.Error("a message that lies on no server has something there")
	}
}

func TestWhatAServerRefusesIsInTheMenus(t *testing.T) {
	s := newStage(t, func(f *fake) {
		f.status = []mail.AccountStatus{{Account: "a", LastCheck: noon, Last: mail.VisitReport{Refused: []mail.RefusedMessage{{UIDL: "u"}}}}}
	})
	if i := s.w.refusedItem(s.f.accounts[0]); i == nil || i.Label != "1 message the server refuses…" {
		t.Errorf("%+v", i)
	}
	if i := s.w.refusedItem(s.f.accounts[1]); i != nil {
		t.Errorf("%+v", i)
	}
	s.w.showRefused(s.f.accounts[0])
	if s.w.servers.refused["a"] == nil {
		t.Error("no window")
	}
	s.w.showRefused(s.f.accounts[0]) // the same again
	if len(s.w.servers.refused) != 1 {
		t.Errorf("%d windows", len(s.w.servers.refused))
	}
	s.w.servers.refused["a"].Window.Close()
	if len(s.w.servers.refused) != 0 {
		t.Error("the window is closed and still known")
	}
}

func TestTheMailboxOnTheServerHasOneWindow(t *testing.T) {
	s := newStage(t, nil)
	i := s.w.serverItem()
	if i.ChildMenu == nil || len(i.ChildMenu.Items) != len(s.f.accounts) {
		t.Fatalf("%+v", i)
	}
	find(i.ChildMenu.Items, s.f.accounts[1].Title()).Action()
	box := s.w.servers.boxes["b"]
	if box == nil {
		t.Fatal("no window")
	}
	s.until("a word that it cannot be opened", func() bool { return box.Notice() != nil })
	s.w.showRemote(s.f.accounts[1])
	if len(s.w.servers.boxes) != 1 {
		t.Errorf("%d windows", len(s.w.servers.boxes))
	}
	box.Close()
	if len(s.w.servers.boxes) != 0 {
		t.Error("the window is closed and still known")
	}
}

func TestRenumberingIsToldInOneLine(t *testing.T) {
	s := newStage(t, nil)
	s.w.handle([]mail.Event{{What: mail.VisitEnded, Account: "a", Status: &mail.AccountStatus{Account: "a", Last: mail.VisitReport{Renumbered: 7}}}})
	want := kit.N(7, "The server renumbered %d message; nothing came twice", "The server renumbered %d messages; nothing came twice")
	if got := footText(s.w); got != want {
		t.Errorf("%q", got)
	}
}
