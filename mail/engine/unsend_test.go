package engine

import (
	"context"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// What is taken back is whole in Drafts at once: a composer that is closed without a change, or a program that ends, loses
// nothing of what only the outbox knew.
func TestTakenBackIsKeptWhole(t *testing.T) {
	b := newBench(t, nil, func(turn *mailtest.Turn) {
		if turn.Name == "RCPT" && turn.N == 2 {
			turn.Refuse("550 5.1.1", "nobody here")
		}
	})
	b.undo = time.Hour
	b.box.Add([]byte("From: jonas@weber.example\r\nTo: anna@birch.example\r\nSubject: Lunch\r\nMessage-ID: <1@weber.example>\r\n\r\nwhen?\r\n"))
	if _, err := b.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := b.List(t.Context(), mail.Query{Role: mail.Inbox})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d messages, %v", len(list), err)
	}
	d, err := b.Answer(t.Context(), list[0].ID, mail.ReplySender)
	if err != nil {
		t.Fatal(err)
	}
	d.Cc = []mail.Address{{Addr: "typo@weber.example"}}
	d.Bcc = []mail.Address{{Addr: "secretly@weber.example"}}
	d.Notices.Delivered = true
	id, err := b.Send(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	check := func(back mail.Draft, to int) {
		t.Helper()
		for _, got := range []func() (mail.Draft, error){
			func() (mail.Draft, error) { return back, nil },
			func() (mail.Draft, error) { return b.OpenDraft(t.Context(), back.ID) },
		} {
			d, err := got()
			if err != nil || len(d.To) != to || len(d.Cc) != 1 || d.Answers != list[0].ID || d.Mark != mail.Answered || !d.Notices.Delivered {
				t.Errorf("taken back: %+v, %v", d, err)
			}
			if to == 1 && (len(d.Bcc) != 1 || d.Bcc[0].Addr != "secretly@weber.example") {
				t.Errorf("blind copies to %v", d.Bcc)
			}
		}
		if out, err := b.Outbox(t.Context()); err != nil || len(out) != 0 {
			t.Errorf("%d in the outbox, %v", len(out), err)
		}
		if drafts, err := b.List(t.Context(), mail.Query{Role: mail.Drafts}); err != nil || len(drafts) != 1 || drafts[0].ID != back.ID {
			t.Errorf("%d drafts, %v", len(drafts), err)
		}
	}
	back, err := b.Unsend(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	check(back, 1)

	// Those who have it are not written to again.
	if id, err = b.Send(t.Context(), back); err != nil {
		t.Fatal(err)
	}
	if tried, err := b.Flush(t.Context(), id); err != nil || len(tried) != 1 || tried[0].State != mail.Failed {
		t.Fatalf("%+v, %v", tried, err)
	}
	if back, err = b.Unsend(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	check(back, 0)
	if len(back.Bcc) != 0 || back.Cc[0].Addr != "typo@weber.example" {
		t.Errorf("%+v", back)
	}
}

// "Stop" counts whenever it comes: while the submission is being broken off by the end of the program, and when the message
// waits again already.
func TestStopComesLate(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	reached := make(chan struct{})
	b := newBench(t, nil, mailtest.Once("DATA", func(turn *mailtest.Turn) {
		close(reached)
		turn.Stall(release)
	}))
	id := b.queue(1, "jonas@weber.example")
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := b.Flush(ctx)
		done <- err
	}()
	<-reached
	end() // and only then
	b.StopSending(id)
	if err := <-done; err != nil {
		t.Error(err)
	}
	held := func() bool {
		out, err := b.Outbox(t.Context())
		if err != nil || len(out) != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		return out[0].Held
	}
	b.tasks.Wait()
	if !held() {
		t.Error("stopped while the program ended, it leaves by itself")
	}
	if err := b.HoldBack(t.Context(), id, false); err != nil || held() {
		t.Fatal(err)
	}
	b.StopSending(id)
	b.tasks.Wait()
	if !held() {
		t.Error("stopped when it waited again, it leaves by itself")
	}
}

// A message that goes on as it is becomes no draft in the person's own name when that is taken back: it is where it was.
func TestPassingOnIsTakenBack(t *testing.T) {
	b := newBench(t, nil, nil)
	b.undo = time.Hour
	b.box.Add([]byte("From: jonas@weber.example\r\nTo: anna@birch.example\r\nSubject: Lunch\r\nMessage-ID: <1@weber.example>\r\n\r\nwhen?\r\n"))
	if _, err := b.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	count := func(role mail.Role) []mail.Summary {
		t.Helper()
		list, err := b.List(t.Context(), mail.Query{Role: role})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	original := count(mail.Inbox)[0].ID
	pass := func() mail.MessageID {
		t.Helper()
		id, err := b.Redirect(t.Context(), original, []mail.Address{{Addr: "li@example.test"}})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	d, err := b.Unsend(t.Context(), pass())
	if err != nil || !d.PassedOn || d.ID != 0 || d.Answers != original || len(d.To) != 1 || d.To[0].Addr != "li@example.test" {
		t.Errorf("%+v, %v", d, err)
	}
	if len(count(mail.Inbox)) != 1 || len(count(mail.Drafts))+len(count(mail.Outbox))+len(count(mail.Trash)) != 0 {
		t.Error("something was kept of it")
	}
	// The message itself is gone meanwhile: what was to go on is the last of it.
	id := pass()
	if err := b.Delete(t.Context(), []mail.MessageID{original}); err != nil {
		t.Fatal(err)
	}
	if d, err = b.Unsend(t.Context(), id); err != nil || !d.PassedOn || d.Answers != 0 {
		t.Errorf("%+v, %v", d, err)
	}
	if trash := count(mail.Trash); len(trash) != 1 || trash[0].ID != id || len(count(mail.Drafts)) != 0 {
		t.Errorf("in Trash: %v", trash)
	}
	if out, err := b.Outbox(t.Context()); err != nil || len(out) != 0 {
		t.Errorf("%d in the outbox, %v", len(out), err)
	}
}
