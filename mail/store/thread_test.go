package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	netmail "net/mail"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

// note is a message as threads see it.
type note struct {
	id, subject, from, to string
	answers               []string // In-Reply-To
	refs                  []string
	days                  int
}

func (n note) arrival() mail.Arrival {
	a := letter(0, n.subject, "text of "+n.id)
	a.Summary.MessageID = n.id
	a.Summary.From, a.Summary.To = people1(n.from), people1(n.to)
	a.Summary.Date = epoch.Add(time.Duration(n.days) * 24 * time.Hour)
	a.InReplyTo, a.References = n.answers, n.refs
	return a
}

func people1(s string) (l []mail.Address) {
	for _, addr := range strings.Fields(s) {
		l = append(l, mail.Address{Name: "Somebody", Addr: addr})
	}
	return l
}

// threadsOf stores notes in the given order and returns which of them share a thread, as sorted lists of ids.
func threadsOf(t *testing.T, s *Store, notes []note) [][]string {
	t.Helper()
	by := map[int64][]string{}
	var ids []mail.MessageID
	for _, n := range notes {
		ids = append(ids, add(t, s, n.arrival())...)
	}
	for i, id := range ids {
		m := summary(t, s, id)
		by[m.Thread] = append(by[m.Thread], notes[i].id)
		if l := list(t, s, mail.Query{Thread: m.Thread}); !slices.Contains(l, id) {
			t.Errorf("the list of thread %d lacks message %d", m.Thread, id)
		}
	}
	var all [][]string
	for _, l := range by {
		slices.Sort(l)
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b []string) int { return slices.Compare(a, b) })
	return all
}

func TestThreads(t *testing.T) {
	const a, b, c = "a@example.org", "b@example.org", "c@example.org"
	for _, c := range []struct {
		name  string
		notes []note
		want  [][]string
	}{
		{"references", []note{{id: "1", refs: nil}, {id: "2", refs: []string{"1"}}, {id: "3", refs: []string{"1", "2"}}, {id: "other"}}, [][]string{{"1", "2", "3"}, {"other"}}},
		{"in-reply-to alone", []note{{id: "1"}, {id: "2", answers: []string{"1"}}}, [][]string{{"1", "2"}}},
		{"siblings of a parent that never comes", []note{{id: "2", refs: []string{"1"}}, {id: "3", refs: []string{"1"}}}, [][]string{{"2", "3"}}},
		{"two threads that a late message joins", []note{{id: "1"}, {id: "2", refs: []string{"1"}}, {id: "4", refs: []string{"3"}}, {id: "3", refs: []string{"2"}}}, [][]string{{"1", "2", "3", "4"}}},
		{"blank and missing ids tie nothing", []note{{id: "", refs: []string{"", " "}}, {id: "", refs: []string{""}}}, [][]string{{""}, {""}}},
		{"the same id twice", []note{{id: "1"}, {id: "1"}}, [][]string{{"1", "1"}}},

		{"reply by subject", []note{
			{id: "1", subject: "Plans for the garden", from: a, to: b}, {id: "2", subject: "RE: Plans for the  garden", from: b, to: a, days: 2},
		}, [][]string{{"1", "2"}}},
		{"reply by subject in other languages", []note{
			{id: "1", subject: "周末的会议安排", from: a, to: b},
			{id: "2", subject: "回复：周末的会议安排", from: b, to: a, days: 1},
			{id: "3", subject: "答复: 回复：周末的会议安排", from: a, to: b, days: 2},
			{id: "4", subject: "AW: SV: Antw: 周末的会议安排", from: b, to: a, days: 3},
		}, [][]string{{"1", "2", "3", "4"}}},
		{"reply among several recipients", []note{
			{id: "1", subject: "Plans for the garden", from: a, to: b + " " + c}, {id: "2", subject: "Re: Plans for the garden", from: c, to: a + " " + b},
		}, [][]string{{"1", "2"}}},
		{"a list's tag does not matter", []note{
			{id: "1", subject: "[garden] Plans for spring", from: a, to: b}, {id: "2", subject: "Re[2]: [garden] Re: Plans for spring", from: b, to: a},
		}, [][]string{{"1", "2"}}},
		{"not a reply", []note{
			{id: "1", subject: "Plans for the garden", from: a, to: b}, {id: "2", subject: "Plans for the garden", from: b, to: a},
		}, [][]string{{"1"}, {"2"}}},
		{"a forward is not a reply", []note{
			{id: "1", subject: "Plans for the garden", from: a, to: b}, {id: "2", subject: "Fwd: Plans for the garden", from: b, to: a},
		}, [][]string{{"1"}, {"2"}}},
		{"other people", []note{
			{id: "1", subject: "Plans for the garden", from: a, to: b}, {id: "2", subject: "Re: Plans for the garden", from: c, to: a},
		}, [][]string{{"1"}, {"2"}}},
		{"same writer", []note{
			{id: "1", subject: "Plans for the garden", from: a, to: b}, {id: "2", subject: "Re: Plans for the garden", from: a, to: b},
		}, [][]string{{"1"}, {"2"}}},
		{"long after", []note{
			{id: "1", subject: "Plans for the garden", from: a, to: b}, {id: "2", subject: "Re: Plans for the garden", from: b, to: a, days: 31},
		}, [][]string{{"1"}, {"2"}}},
		{"a subject that says nothing", []note{
			{id: "1", subject: "Hello", from: a, to: b},
			{id: "2", subject: "Re: Hello", from: b, to: a},
			{id: "3", subject: "", from: a, to: b},
			{id: "4", subject: "Re:", from: b, to: a},
			{id: "5", subject: "(no subject)", from: a, to: b},
			{id: "6", subject: "Re: (No Subject)", from: b, to: a},
			{id: "7", subject: "你好！", from: a, to: b},
			{id: "8", subject: "回复: 你好！", from: b, to: a},
			{id: "9", subject: "12345678", from: a, to: b},
			{id: "91", subject: "Re: 12345678", from: b, to: a},
		}, [][]string{{"1"}, {"2"}, {"3"}, {"4"}, {"5"}, {"6"}, {"7"}, {"8"}, {"9"}, {"91"}}},
		{"a reply that names its parent needs no subject", []note{
			{id: "1", subject: "Plans for the garden", from: a, to: b}, {id: "2", subject: "Re: Plans for the garden", from: b, to: a, refs: []string{"elsewhere"}},
		}, [][]string{{"1"}, {"2"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 1))
			for range 5 { // in whatever order they come
				if got := threadsOf(t, newStore(t), c.notes); !reflect.DeepEqual(got, c.want) {
					var order []string
					for _, n := range c.notes {
						order = append(order, n.id)
					}
					t.Errorf("in the order %v\ngot  %v\nwant %v", order, got, c.want)
				}
				rng.Shuffle(len(c.notes), func(i, j int) { c.notes[i], c.notes[j] = c.notes[j], c.notes[i] })
			}
		})
	}
}

func TestJoinedThreadsAreTold(t *testing.T) {
	hub := mail.NewHub()
	s := newStore(t, Options{Hub: hub})
	one := add(t, s, note{id: "1"}.arrival())[0]
	three := add(t, s, note{id: "3", refs: []string{"2"}}.arrival())[0]
	listener := hub.Listen()
	defer listener.Close()
	add(t, s, note{id: "2", refs: []string{"1"}}.arrival())
	if summary(t, s, one).Thread != summary(t, s, three).Thread {
		t.Error("the threads were not joined")
	}
	changed := false
	for _, e := range listener.Take() {
		changed = changed || e.What == mail.Changed && slices.Contains(e.Messages, three)
	}
	if !changed {
		t.Error("the hub was not told")
	}
}

// A message with thousands of references is no reason to do thousands of things.
func TestEndlessReferences(t *testing.T) {
	s := newStore(t)
	var refs []string
	for i := range 5000 {
		refs = append(refs, fmt.Sprint(i))
	}
	got := threadsOf(t, s, []note{{id: "0"}, {id: "4999"}, {id: "2500"}, {id: "long", refs: refs}})
	if want := [][]string{{"0", "4999", "long"}, {"2500"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	var n int
	if err := s.pool.QueryRow("SELECT count(*) FROM mention").Scan(&n); err != nil || n > maxMentions+10 {
		t.Errorf("%d ids are remembered (%v)", n, err)
	}
}

func TestFind(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	ids := add(t, s, note{id: "1@x"}.arrival(), note{id: "2@x", refs: []string{"1@x", "gone@x"}}.arrival(), note{id: "1@x"}.arrival())
	for _, c := range []struct {
		account mail.AccountID
		id      string
		want    []mail.MessageID
	}{
		{"", "1@x", []mail.MessageID{ids[0], ids[2]}}, {home, "2@x", ids[1:2]}, {work, "1@x", nil}, {"", "gone@x", nil}, {"", "", nil},
	} {
		if got, err := s.Find(ctx, c.account, c.id); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q of %q: got %v (%v), want %v", c.id, c.account, got, err, c.want)
		}
	}
}

func TestPlainSubject(t *testing.T) {
	for _, c := range []struct {
		in, want string
		reply    bool
	}{
		{"Re: Lunch", "lunch", true},
		{"  RE :re: Fwd: AW:  Lunch   today ", "lunch today", true},
		{"Fw: Lunch", "lunch", false},
		{"回复：转发: 午饭", "午饭", true},
		{"答复: 午饭", "午饭", true},
		{"轉寄：午饭", "午饭", false},
		{"Re(3): Lunch", "lunch", true},
		{"Re^2: Lunch", "lunch", true},
		{"[list] Re: Lunch", "lunch", true},
		{"Re: [list] [more] Lunch", "lunch", true},
		{"[only a tag]", "[only a tag]", false},
		{"Re:", "", true},
		{"", "", false},
		{"Reality: a view", "reality: a view", false},
		{"Warning: Re: Lunch", "warning: re: lunch", false},
		{"【通知】放假安排", "放假安排", false},
		{"\xff\xfe:", "\xff\xfe:", false},
	} {
		if got, reply := plainSubject(c.in); got != strings.ToLower(c.want) && c.want != "\xff\xfe:" || reply != c.reply {
			t.Errorf("%q: got %q, %v", c.in, got, reply)
		}
	}
}

// sharedData is the folder of test data beside the project, where there is one.
func sharedData(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("POPLAR_SHARED"); dir != "" {
		return filepath.Join(dir, "data")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		data := filepath.Join(filepath.Dir(dir), "shared", "data")
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			if _, err := os.Stat(data); err == nil {
				return data
			}
		}
	}
	t.Skip("no shared test data")
	return ""
}

// Real conversations of a mailing list, against what two other programs make of them.
func TestThreadsOfRealMail(t *testing.T) {
	dir := filepath.Join(sharedData(t), "mail", "threads")
	data, err := os.ReadFile(filepath.Join(dir, "threads.json"))
	if err != nil {
		t.Skip(err)
	}
	var sets map[string]struct {
		Messages int        `json:"messages"`
		Threads  int        `json:"threads_unionfind"`
		Agreed   [][]string `json:"agreed_threads"`
	}
	if err := json.Unmarshal(data, &sets); err != nil {
		t.Fatal(err)
	}
	for name, set := range sets {
		s := newStore(t)
		files, err := filepath.Glob(filepath.Join(dir, name, "*"))
		if err != nil {
			t.Fatal(err)
		}
		thread := map[string]int64{}
		ids := map[string]mail.MessageID{}
		for _, f := range files {
			file, err := os.Open(f)
			if err != nil {
				t.Fatal(err)
			}
			m, err := netmail.ReadMessage(file)
			if e := file.Close(); err != nil || e != nil {
				t.Fatal(f, err, e)
			}
			bare := func(field string) (l []string) {
				for _, w := range strings.Fields(strings.ReplaceAll(m.Header.Get(field), "><", "> <")) {
					if strings.HasPrefix(w, "<") && strings.HasSuffix(w, ">") {
						l = append(l, w[1:len(w)-1])
					}
				}
				return l
			}
			n := note{subject: m.Header.Get("Subject"), answers: bare("In-Reply-To"), refs: bare("References")}
			if own := bare("Message-Id"); len(own) > 0 {
				n.id = own[0]
			}
			ids[n.id] = add(t, s, n.arrival())[0]
		}
		threads := map[int64]bool{}
		for mid, id := range ids {
			thread[mid] = summary(t, s, id).Thread
			threads[thread[mid]] = true
		}
		if len(threads) != set.Threads {
			t.Errorf("%s: %d threads instead of %d", name, len(threads), set.Threads)
		}
		for _, l := range set.Agreed {
			for _, id := range l[1:] {
				if thread[id] == 0 || thread[id] != thread[l[0]] {
					t.Errorf("%s: %s and %s are not in one thread", name, l[0], id)
				}
			}
		}
	}
}
