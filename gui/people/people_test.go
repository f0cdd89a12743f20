package people

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// engine is what the window needs of Poplar.
type engine struct {
	model.Poplar // not called

	mu     sync.Mutex
	people []mail.Person
	groups []mail.PeopleGroup
}

func (e *engine) People(context.Context) ([]mail.Person, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.people), nil
}

func (e *engine) PeopleGroups(context.Context) ([]mail.PeopleGroup, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.groups), nil
}

func (e *engine) Suggest(_ context.Context, typed string, _ int, _ []string) ([]mail.Suggestion, error) {
	typed = strings.ToLower(typed)
	var list []mail.Suggestion
	for _, p := range e.people {
		if strings.Contains(strings.ToLower(p.Name+" "+p.Addr), typed) {
			list = append(list, mail.Suggestion{Person: p})
		}
	}
	return list, nil
}

func (e *engine) SavePerson(_ context.Context, was string, p mail.Person) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.people = slices.DeleteFunc(e.people, func(o mail.Person) bool { return o.Addr == was })
	e.people = append(e.people, p)
	return nil
}

func (e *engine) DropPeople(_ context.Context, addrs []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.people = slices.DeleteFunc(e.people, func(o mail.Person) bool { return slices.Contains(addrs, o.Addr) })
	return nil
}

func (e *engine) SavePeopleGroup(_ context.Context, was string, g mail.PeopleGroup) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.groups = slices.DeleteFunc(e.groups, func(o mail.PeopleGroup) bool { return o.Name == was })
	if g.Name != "" {
		e.groups = append(e.groups, g)
	}
	return nil
}

func TestAddressBook(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	e := &engine{people: []mail.Person{
		{Address: mail.Address{Name: "Anna", Addr: "anna@x.org"}, Sent: 2, Last: time.Now()},
		{Address: mail.Address{Name: "Bob", Addr: "bob@x.org"}},
	}}
	q := kit.NewQueue()
	var wrote []mail.Address
	w := New(app, e, q.Loop, Options{OnWrite: func(to []mail.Address) { wrote = to }})
	w.Show()
	defer w.Window.Close()
	until := func(what string, done func() bool) {
		t.Helper()
		if !q.Until(time.Minute, done) {
			t.Fatalf("never: %s", what)
		}
	}
	until("people are shown", func() bool { return len(w.shown) == 2 })
	w.search.Entry.SetText("bob")
	until("Bob is found", func() bool { return len(w.shown) == 1 && w.shown[0].person.Name == "Bob" })

	w.list.Select(0)
	w.form.name.Entry.SetText("Robert")
	w.form.addr.Entry.SetText("robert")
	w.form.save()
	if w.form == nil || w.form.addr.Wrong() == "" {
		t.Fatal("what is no address was saved")
	}
	w.form.addr.Entry.SetText("robert＠x.org")
	w.form.write()
	if len(wrote) != 1 || wrote[0] != (mail.Address{Name: "Robert", Addr: "robert@x.org"}) {
		t.Errorf("a message goes to %v", wrote)
	}
	w.form.save()
	until("saved", func() bool { return w.form == nil && len(w.people) == 2 && w.people[1].Addr == "robert@x.org" })
	if p := w.people[1]; p.Name != "Robert" || !p.Kept {
		t.Errorf("saved %+v", p)
	}

	w.open(row{group: &mail.PeopleGroup{}})
	w.form.name.Entry.SetText("Team")
	w.form.save()
	if w.form.members.Wrong() == "" {
		t.Error("a group of nobody was saved")
	}
	w.form.members.Entry.SetText("anna@x.org; 陈 <chen@x.cn>")
	w.form.save()
	until("the group is there", func() bool { return len(w.groups) == 1 })
	w.search.Entry.SetText("")
	w.tabs.Choose(1)
	until("groups are shown", func() bool { return len(w.shown) == 1 && w.shown[0].group != nil })
	w.list.Select(0)
	w.form.write()
	if len(wrote) != 2 || wrote[0].Name != "Anna" || wrote[1].Addr != "chen@x.cn" {
		t.Errorf("a message to the group goes to %v", wrote)
	}
}

func TestAnEntryIsFoundByItsAddress(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	e := &engine{people: []mail.Person{{Address: mail.Address{Name: "Anna", Addr: "anna@x.org"}}, {Address: mail.Address{Name: "Bob", Addr: "bob@x.org"}}}}
	q := kit.NewQueue()
	w := New(app, e, q.Loop, Options{})
	w.Show()
	defer w.Window.Close()
	w.Find("BOB@x.org")
	if !q.Until(time.Minute, func() bool { return w.form != nil && w.form.addr.Text() == "bob@x.org" }) {
		t.Error("the entry is not shown")
	}
}
