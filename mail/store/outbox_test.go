package store

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"poplar/mail"
)

// outgoing is a message on its way out, from the home account.
func outgoing(n int, answers mail.MessageID) (mail.OutboxItem, mail.Arrival) {
	a := letter(n, "Outgoing", "text")
	a.Summary.Flags = mail.Seen
	return mail.OutboxItem{
		Account: home, From: "me@example.org", Subject: "Outgoing", State: mail.Queued, Due: epoch.Add(10 * time.Second),
		Recipients: []mail.Recipient{{Addr: "jones@example.net", State: mail.Queued}, {Addr: "green@example.net"}},
		Answers:    answers, Mark: mail.Answered, Held: true, Notices: mail.Notices{Delivered: true},
	}, a
}

func enqueue(t *testing.T, s *Store, n int, answers, draft mail.MessageID) mail.MessageID {
	t.Helper()
	o, a := outgoing(n, answers)
	id, err := s.Enqueue(context.Background(), o, a, draft)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func outbox(t *testing.T, s *Store) []mail.OutboxItem {
	t.Helper()
	items, err := s.Outbox(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestOutboxItemComesBackAsItWas(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	original := add(t, s, letter(1, "Original", ""))[0]
	draft := letter(2, "Draft", "")
	draft.Role = mail.Drafts
	draftID := add(t, s, draft)[0]
	o, a := outgoing(3, original)
	id := enqueue(t, s, 3, original, draftID)
	o.ID, o.Size, o.Author = id, a.Raw.Size(), "marta@example.org"
	o.Recipients[1].State = mail.Queued
	same := func() {
		t.Helper()
		items := outbox(t, s)
		if len(items) != 1 {
			t.Fatalf("%d items", len(items))
		}
		got := items[0]
		if !got.Due.Equal(o.Due) || !got.FirstTry.Equal(o.FirstTry) {
			t.Errorf("due %v, first try %v", got.Due, got.FirstTry)
		}
		got.Due, got.FirstTry = o.Due, o.FirstTry
		if got.Problem != nil && o.Problem != nil {
			if got.Problem.Err.Error() != o.Problem.Err.Error() {
				t.Errorf("cause %v", got.Problem.Err)
			}
			got.Problem.Err = o.Problem.Err
		}
		if !reflect.DeepEqual(got, o) {
			t.Errorf("got  %+v\nwant %+v", got, o)
		}
	}
	same()
	if m := summary(t, s, id); m.Folder != folder(t, s, home, mail.Outbox) {
		t.Errorf("it lies in folder %d", m.Folder)
	}
	if _, err := s.Summary(context.Background(), draftID); !errors.Is(err, ErrNoMessage) {
		t.Errorf("the draft is still there: %v", err)
	}
	o.State, o.Tries, o.FirstTry, o.Due = mail.Deferred, 3, epoch.Add(time.Nanosecond), epoch.Add(time.Hour)
	o.Recipients = []mail.Recipient{
		{Addr: "jones@example.net", State: mail.SentOK, Code: 250, Status: "2.1.5", Said: "250 2.1.5 ok"},
		{Addr: "green@example.net", State: mail.Deferred, Code: 451, Status: "4.7.1", Said: "451 4.7.1 come back later"},
	}
	o.Problem = &mail.Problem{
		Kind: mail.UntrustedCertificate, Where: "smtp.example.org:465", Doing: "connect", Said: "no", Again: time.Minute,
		Certificate: &mail.Certificate{Host: "smtp.example.org", SHA256: "00ff", NotBefore: epoch}, Err: errors.New("the cause"),
	}
	if err := s.PutOutbox(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	same()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, dir)
	same()
	o.Problem, o.Due, o.Recipients, o.State = nil, time.Time{}, nil, mail.Failed
	if err := s.PutOutbox(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	same()
}

func TestSentIsOneStep(t *testing.T) {
	hub := mail.NewHub()
	s := newStore(t, Options{Hub: hub})
	ctx := context.Background()
	original := add(t, s, letter(1, "Original", ""))[0]
	id := enqueue(t, s, 2, original, 0)
	other := enqueue(t, s, 3, 0, 0)
	item := outbox(t, s)[0]
	item.State = mail.InFlight
	if err := s.PutOutbox(ctx, item); err != nil {
		t.Fatal(err)
	}
	if err := s.Sent(ctx, item); err != nil {
		t.Fatal(err)
	}
	if m := summary(t, s, id); m.Folder != folder(t, s, home, mail.Sent) || m.Flags&mail.Seen == 0 {
		t.Errorf("%+v", m)
	}
	if m := summary(t, s, original); m.Flags != mail.Answered {
		t.Errorf("the original has flags %v", m.Flags.Names())
	}
	if items := outbox(t, s); len(items) != 1 || items[0].ID != other {
		t.Errorf("outbox %+v", items)
	}
	fails(t, s.Sent(ctx, item), ErrNoMessage, mail.Unknown)
	fails(t, s.PutOutbox(ctx, item), ErrNoMessage, mail.Unknown)

	// The original may be gone by then.
	item = outbox(t, s)[0]
	item.Answers, item.Mark = original, mail.Forwarded
	if err := s.Delete(ctx, []mail.MessageID{original}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutOutbox(ctx, item); err != nil {
		t.Fatal(err)
	}
	if got := outbox(t, s)[0]; got.Answers != 0 {
		t.Errorf("it answers message %d, which is gone", got.Answers)
	}
	if err := s.Sent(ctx, item); err != nil {
		t.Fatal(err)
	}
}

func TestWhatLeavesTheOutbox(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name   string
		do     func(s *Store, id mail.MessageID, t *testing.T) error
		role   mail.Role // where the message is then; "" gone
		flight error     // what it says while the message is in flight
	}{
		{"taken back", func(s *Store, id mail.MessageID, _ *testing.T) error { return s.Unqueue(ctx, id) }, mail.Drafts, ErrInFlight},
		{"moved to trash", func(s *Store, id mail.MessageID, t *testing.T) error {
			return s.Move(ctx, []mail.MessageID{id}, folder(t, s, home, mail.Trash))
		}, mail.Trash, ErrInFlight},
		{"deleted", func(s *Store, id mail.MessageID, _ *testing.T) error { return s.Delete(ctx, []mail.MessageID{id}) }, "", ErrInFlight},
		{"replaced", func(s *Store, id mail.MessageID, _ *testing.T) error {
			_, err := s.Replace(ctx, id, letter(9, "Other", ""))
			if errors.Is(err, ErrQueued) { // refused always; what follows is for the next line of the table
				err = errors.Join(err, s.Unqueue(ctx, id))
			}
			return err
		}, mail.Drafts, ErrQueued},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStore(t)
			id := enqueue(t, s, 1, 0, 0)
			item := outbox(t, s)[0]
			item.State = mail.InFlight
			if err := s.PutOutbox(ctx, item); err != nil {
				t.Fatal(err)
			}
			fails(t, c.do(s, id, t), c.flight, mail.Unknown)
			if got := outbox(t, s); len(got) != 1 || got[0].State != mail.InFlight {
				t.Fatalf("outbox %+v", got)
			}
			item.State = mail.Uncertain
			if err := s.PutOutbox(ctx, item); err != nil {
				t.Fatal(err)
			}
			if err := c.do(s, id, t); err != nil && !errors.Is(err, ErrQueued) {
				t.Fatal(err)
			}
			if got := outbox(t, s); len(got) != 0 {
				t.Errorf("outbox %+v", got)
			}
			m, err := s.Summary(ctx, id)
			if c.role == "" {
				fails(t, err, ErrNoMessage, mail.Unknown)
			} else if err != nil || m.Folder != folder(t, s, home, c.role) {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
	s := newStore(t)
	ids := add(t, s, letter(1, "One", ""))
	fails(t, s.Move(ctx, ids, folder(t, s, home, mail.Outbox)), ErrOutbox, mail.Unknown)
	fails(t, s.Unqueue(ctx, ids[0]), ErrNoMessage, mail.Unknown)
	fails(t, s.Unqueue(ctx, 4711), ErrNoMessage, mail.Unknown)
	// Moving a waiting message to where it is changes nothing.
	id := enqueue(t, s, 2, 0, 0)
	if err := s.Move(ctx, []mail.MessageID{id}, folder(t, s, home, mail.Outbox)); err != nil || len(outbox(t, s)) != 1 {
		t.Errorf("%v, %+v", err, outbox(t, s))
	}
	// A state that is none of the list is refused, and the row stays as it was.
	item := outbox(t, s)[0]
	item.State = "dispatched"
	fails(t, s.PutOutbox(ctx, item), nil, mail.Unknown)
	if got := outbox(t, s)[0]; got.State != mail.Queued {
		t.Errorf("state %q", got.State)
	}
	// An account goes with all that waits in it.
	if err := s.RemoveAccount(ctx, home); err != nil || len(outbox(t, s)) != 0 {
		t.Errorf("%v, %+v", err, outbox(t, s))
	}
}

func TestCopyAndFates(t *testing.T) {
	ctx := context.Background()
	s := newStore(t)
	own, err := s.CreateFolder(ctx, home, 0, "Clients")
	if err != nil {
		t.Fatal(err)
	}
	gone, err := s.CreateFolder(ctx, home, 0, "Gone")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteFolder(ctx, gone); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct{ chosen, want mail.FolderID }{
		{0, folder(t, s, home, mail.Sent)},
		{own, own},
		{gone, folder(t, s, home, mail.Sent)},
		{folder(t, s, home, mail.Drafts), folder(t, s, home, mail.Sent)},
	} {
		o, a := outgoing(i+1, 0)
		o.Copy = c.chosen
		id, err := s.Enqueue(ctx, o, a, 0)
		if err != nil {
			t.Fatal(err)
		}
		o = outbox(t, s)[0]
		o.State = mail.SentOK
		o.Recipients[0] = mail.Recipient{Addr: "jones@example.net", State: mail.SentOK, Code: 251, Status: "2.1.5", Said: "251 2.1.5 will forward to <jones@example.com>"}
		o.Recipients[1] = mail.Recipient{Addr: "green@example.net", State: mail.Failed, Code: 550, Said: "550 no"}
		if err := s.Sent(ctx, o); err != nil {
			t.Fatal(err)
		}
		if m := summary(t, s, id); m.Folder != c.want {
			t.Errorf("chosen %d: it lies in %d, want %d", c.chosen, m.Folder, c.want)
		}
		list, err := s.Fates(ctx, id)
		if err != nil || len(list) != 2 || list[0].NewAddress != "jones@example.com" || list[0].Status != "2.1.5" || list[1].State != mail.FateFailed || list[1].Said != "550 no" {
			t.Errorf("fates %+v, %v", list, err)
		}
		if err := s.Delete(ctx, []mail.MessageID{id}); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Fates(ctx, id); err != nil || len(list) != 0 {
			t.Errorf("after its end: %+v, %v", list, err)
		}
	}
}
