package gui

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
)

// slow takes messages back once it may.
type slow struct {
	*fake
	may  chan struct{}
	gave mail.Draft
}

func (s slow) Unsend(ctx context.Context, id mail.MessageID) (mail.Draft, error) {
	select {
	case <-s.may:
	case <-ctx.Done():
		return mail.Draft{}, ctx.Err()
	}
	if _, err := s.fake.Unsend(ctx, id); err != nil {
		return mail.Draft{}, err
	}
	return s.gave, nil
}

// What is taken back is taken back, though the window is closed at once: else it would leave at the next start.
func TestLeavingWaitsForWhatIsTakenBack(t *testing.T) {
	s := newStage(t, nil)
	p := slow{s.f, make(chan struct{}), mail.Draft{ID: 5, Account: "a"}}
	s.w.p = p
	item := &mail.OutboxItem{ID: 99, State: mail.Queued, Due: noon.Add(7 * time.Second), Subject: "Lunch"}
	s.w.handle([]mail.Event{{What: mail.OutboxChanged, Outbox: item}})
	test.Tap(s.w.toast.bar.acts[1])
	s.w.leave()
	if s.quit != 0 {
		t.Fatal("it ends before the message is taken back")
	}
	close(p.may)
	s.until("the end", func() bool { return s.quit > 0 })
	if s.w.deciding != 0 || len(s.w.composers) != 0 {
		t.Errorf("%d under way, %d composers open at the end", s.w.deciding, len(s.w.composers))
	}
	s.did("unsend 99")
}

// A message that was to go on as it is is asked about anew when that is taken back; it does not open as the person's own.
func TestPassingOnIsAskedForAnew(t *testing.T) {
	s := newStage(t, nil)
	p := slow{s.f, make(chan struct{}), mail.Draft{PassedOn: true, Account: "a", Answers: 20, To: []mail.Address{{Addr: "li@example.cn"}, {Name: "Bo", Addr: "bo@example.org"}}}}
	close(p.may)
	s.w.p = p
	s.w.unsend(99)
	var field *kit.Field
	s.until("the question", func() bool {
		for _, o := range test.LaidOutObjects(container.NewStack(s.w.win.Canvas().Overlays().List()...)) {
			if f, ok := o.(*kit.Field); ok {
				field = f
			}
		}
		return field != nil
	})
	if field.Text() != "li@example.cn, Bo <bo@example.org>" || len(s.w.composers) != 0 {
		t.Errorf("it asks about %q with %d composers open", field.Text(), len(s.w.composers))
	}
}
