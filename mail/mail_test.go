package mail

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestKeepIsReadBackAsWritten(t *testing.T) {
	for _, text := range []string{"forever", "days:1", "days:30", "until-deleted", "until-trash", "never", "newest:1", "newest:500", "mb:20"} {
		k, err := ParseKeep(text)
		if err != nil || k.String() != text {
			t.Errorf("%q became %q (%v)", text, k, err)
		}
	}
	for _, text := range []string{"days", "days:", "days:0", "days:-3", "days:x", "newest", "newest:0", "mb:", "mb:1.5", "never:3", "sometimes", "Never"} {
		if k, err := ParseKeep(text); err == nil {
			t.Errorf("%q was taken for %q", text, k)
		}
	}
	if got := (Keep{}).String(); got != "forever" {
		t.Errorf("no policy keeps %q", got)
	}
}

func TestWhatIsTooLarge(t *testing.T) {
	for _, c := range []struct {
		limit   int64
		headers bool
		want    int64
	}{{0, false, 0}, {-1, false, 0}, {50_000, false, 50_000}, {0, true, smallMessage}, {1 << 20, true, smallMessage}, {1000, true, 1000}} {
		if got := (Account{MaxSize: c.limit, HeadersFirst: c.headers}).Limit(); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestRecentModeIsForGmailAlone(t *testing.T) {
	for _, c := range []struct{ host, user, want string }{
		{"pop.gmail.com", "anna", "recent:anna"},
		{"POP.Gmail.com.", "anna", "recent:anna"},
		{"pop.gmail.com", "recent:anna", "recent:anna"},
		{"pop.gmail.com.example.org", "anna", "anna"},
	} {
		a := Account{Recent: true, SameAsIncoming: true, OutgoingAuth: true, Incoming: Server{Host: c.host, User: c.user}}
		if got := a.POP3().User; got != c.want {
			t.Errorf("%s at %s logs in as %s", c.user, c.host, got)
		}
		if got := a.SMTP().User; got != "anna" {
			t.Errorf("the outgoing user is %s", got)
		}
		a.Recent = false
		if got := a.POP3().User; got != c.user {
			t.Errorf("without recent mode %s logs in as %s", c.user, got)
		}
	}
}

func TestOutgoingServerFollowsTheSettings(t *testing.T) {
	a := DefaultAccount()
	a.Incoming.User, a.Outgoing.User = "in", "out"
	for _, c := range []struct {
		name       string
		auth, same bool
		wantUser   string
		wantAuth   Auth
		wantSecret Direction
	}{
		{"same as incoming", true, true, "in", AuthAuto, Incoming},
		{"own user", true, false, "out", AuthAuto, Outgoing},
		{"no authentication", false, true, "", AuthNone, Incoming},
	} {
		t.Run(c.name, func(t *testing.T) {
			a.OutgoingAuth, a.SameAsIncoming = c.auth, c.same
			if s := a.SMTP(); s.User != c.wantUser || s.Auth != c.wantAuth {
				t.Errorf("user %q with %s", s.User, s.Auth)
			}
			if d := a.SecretOf(Outgoing); d != c.wantSecret {
				t.Errorf("the %s password serves", d)
			}
		})
	}
}

type worded struct{ kind Kind }

func (w worded) Error() string     { return "worded" }
func (w worded) Problem() *Problem { return &Problem{Kind: w.kind} }

func TestProblemOf(t *testing.T) {
	direct := &Problem{Kind: Timeout}
	for _, c := range []struct {
		name string
		err  error
		want Kind
	}{
		{"itself", direct, Timeout},
		{"wrapped", fmt.Errorf("while: %w", direct), Timeout},
		{"by method", fmt.Errorf("while: %w", worded{DiskFull}), DiskFull},
		{"joined", errors.Join(errors.New("x"), worded{LoginDelay}), LoginDelay},
		{"foreign", io.ErrClosedPipe, Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			if p := ProblemOf(c.err); p.Kind != c.want {
				t.Errorf("kind %s, want %s", p.Kind, c.want)
			}
		})
	}
	if ProblemOf(nil) != nil {
		t.Error("no error is a problem")
	}
}

func TestEveryKindHasWords(t *testing.T) {
	seen := map[string]Kind{}
	for _, k := range Kinds {
		what, advice := (&Problem{Kind: k}).Words()
		if what == "" || advice == "" || strings.HasSuffix(what, ".") {
			t.Errorf("%s: %q, %q", k, what, advice)
		}
		if other, twice := seen[what]; twice {
			t.Errorf("%s and %s say the same: %q", k, other, what)
		}
		seen[what] = k
	}
}

func TestHubMergesProgressAndSaysWhatWasLost(t *testing.T) {
	h := NewHub()
	l := h.Listen()
	defer l.Close()
	for i := range 5 {
		h.Publish(Event{What: VisitProgress, Account: "a", Status: &AccountStatus{Done: i}})
		h.Publish(Event{What: VisitProgress, Account: "b", Status: &AccountStatus{Done: 10 * i}})
	}
	<-l.Wake()
	if events := l.Take(); len(events) != 2 || events[0].Status.Done != 4 || events[1].Status.Done != 40 {
		t.Errorf("progress was not merged: %+v", events)
	}
	for i := range hubCapacity + 5 {
		h.Publish(Event{What: Arrived, Messages: []MessageID{MessageID(i)}})
	}
	events := l.Take()
	if len(events) != hubCapacity || !events[0].Lost || events[0].Messages[0] != 5 || events[1].Lost {
		t.Errorf("%d events, first %+v", len(events), events[0])
	}
	h.Publish(Event{What: Counted})
	if events := l.Take(); len(events) != 1 || events[0].Lost {
		t.Errorf("after an overflow: %+v", events)
	}
	l.Close()
	h.Publish(Event{What: Counted})
	if events := l.Take(); len(events) != 0 {
		t.Errorf("a closed listener still hears %+v", events)
	}
	(*Hub)(nil).Publish(Event{What: Counted}) // nobody to tell
}

func TestBytesReadAt(t *testing.T) {
	b := Bytes("hello")
	p := make([]byte, 3)
	if n, err := b.ReadAt(p, 3); n != 2 || !errors.Is(err, io.EOF) || string(p[:n]) != "lo" {
		t.Errorf("%d %v %q", n, err, p[:n])
	}
	if n, err := b.ReadAt(p, 5); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("beyond the end: %d %v", n, err)
	}
	if n, err := b.ReadAt(p, -1); n != 0 || err == nil {
		t.Errorf("before the start: %d %v", n, err)
	}
	if all, err := io.ReadAll(Reader(b)); err != nil || string(all) != "hello" {
		t.Errorf("%q %v", all, err)
	}
}

func TestFlagNames(t *testing.T) {
	if got := strings.Join((Seen | Flagged).Names(), " "); got != "seen flagged" {
		t.Errorf("%q", got)
	}
	if Flags(0).Names() == nil {
		t.Error("no flags are null in JSON")
	}
}
