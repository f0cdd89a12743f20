package model

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// OutboxTone says how a message in the outbox does, for colour and mark.
type OutboxTone int

// The tones.
const (
	Waiting OutboxTone = iota // it leaves in a moment
	Sending
	Delayed // tried, and tried again later
	Refused
	Doubtful // perhaps sent
)

// OutboxAct is what may be done with a message in the outbox.
type OutboxAct string

// The acts.
const (
	SendNow   OutboxAct = "send-now"
	TakeBack  OutboxAct = "take-back" // it becomes a draft again, opened for editing
	SendAgain OutboxAct = "send-again"
	Throw     OutboxAct = "throw-away"
)

// OutboxRow is one message of the outbox as the window shows it.
type OutboxRow struct {
	ID       mail.MessageID
	Subject  string
	To       string
	Tone     OutboxTone
	Sentence string
	Said     string      // the server's own line, for the curious
	Acts     []OutboxAct // the first is the likely one
}

// LoadOutbox reads the outbox, with the recipients' names where they are known.
func LoadOutbox(ctx context.Context, p interface {
	Outbox(ctx context.Context) ([]mail.OutboxItem, error)
	Summary(ctx context.Context, id mail.MessageID) (mail.Summary, error)
},
) ([]mail.OutboxItem, map[string]string, error) {
	items, err := p.Outbox(ctx)
	if err != nil {
		return nil, nil, err
	}
	names := map[string]string{}
	for _, o := range items {
		s, err := p.Summary(ctx, o.ID)
		if err != nil { // names are a nicety; the addresses are in the item
			continue
		}
		for _, a := range slices.Concat(s.To, s.Cc) {
			if a.Name != "" {
				names[strings.ToLower(a.Addr)] = a.Name
			}
		}
	}
	slices.SortStableFunc(items, func(a, b mail.OutboxItem) int { return cmp.Compare(a.ID, b.ID) })
	return items, names, nil
}

// Row words one message of the outbox. names maps addresses, lower case, to the names of people.
func Row(o mail.OutboxItem, names map[string]string, now time.Time, clock func(t, now time.Time) string, tr Translate) OutboxRow {
	r := OutboxRow{ID: o.ID, Subject: o.Subject, To: recipients(o, names, tr)}
	if strings.TrimSpace(r.Subject) == "" {
		r.Subject = tr("(no subject)")
	}
	if o.Problem != nil {
		r.Said = o.Problem.Said
	}
	switch o.State {
	case mail.InFlight:
		r.Tone, r.Sentence = Sending, tr("Sending")
	case mail.Deferred:
		r.Tone = Delayed
		r.Acts = []OutboxAct{SendNow, TakeBack, Throw}
		what := tr("The server cannot do this now")
		if o.Problem != nil {
			what = Tell(o.Problem, tr).What
		}
		if o.Due.After(now) {
			r.Sentence = tr("%s. Next try at %s.", what, clock(o.Due, now))
		} else {
			r.Sentence = tr("%s.", what)
		}
	case mail.Failed:
		r.Tone = Refused
		r.Sentence = refusal(o, tr)
		r.Acts = []OutboxAct{TakeBack, SendAgain, Throw}
	case mail.Uncertain:
		r.Tone = Doubtful
		r.Sentence = tr("Perhaps sent: the line broke before the server answered.")
		r.Acts = []OutboxAct{SendAgain, TakeBack, Throw}
	default: // mail.Queued, and mail.SentOK for the moment until its row is gone
		r.Tone = Waiting
		r.Acts = []OutboxAct{TakeBack, SendNow, Throw}
		switch wait := o.Due.Sub(now); {
		case wait <= 0 && o.Problem != nil && o.Problem.Kind == mail.Offline:
			r.Sentence = tr("Offline. It leaves when the line is back.")
			r.Acts = []OutboxAct{SendNow, TakeBack, Throw}
		case wait <= 0:
			r.Sentence = tr("Waiting to be sent")
			r.Acts = []OutboxAct{SendNow, TakeBack, Throw}
		case wait < time.Minute+30*time.Second:
			n := int((wait + time.Second - 1) / time.Second)
			r.Sentence = count(n, "Leaves in %d second", "Leaves in %d seconds", tr)
		default:
			r.Sentence = tr("Leaves at %s", clock(o.Due, now))
		}
	}
	return r
}

// Countdown reports whether the sentence of o changes by itself with every second.
func Countdown(o mail.OutboxItem, now time.Time) bool {
	return o.State == mail.Queued && o.Due.After(now) && o.Due.Sub(now) < 2*time.Minute
}

// refusal says who was refused, why, and how the others fared.
func refusal(o mail.OutboxItem, tr Translate) string {
	var refused []mail.Recipient
	sent := 0
	for _, r := range o.Recipients {
		switch r.State {
		case mail.Failed:
			refused = append(refused, r)
		case mail.SentOK:
			sent++
		case mail.Queued, mail.Deferred, mail.InFlight, mail.Uncertain:
		}
	}
	if len(refused) == 0 {
		if o.Problem == nil {
			return tr("The server refuses this message.")
		}
		return Tell(o.Problem, tr).Line(tr)
	}
	said := refused[0].Said
	if said == "" && o.Problem != nil {
		said = Tell(o.Problem, tr).What
	}
	first := tr("%s was refused: %s", refused[0].Addr, strings.TrimRight(said, ". "))
	if len(refused) > 1 {
		first = count(len(refused)-1, "%[2]s and %[1]d other were refused: %[3]s", "%[2]s and %[1]d others were refused: %[3]s",
			func(text string, args ...any) string {
				return tr(text, append(args, refused[0].Addr, strings.TrimRight(said, ". "))...)
			})
	}
	switch sent {
	case 0:
		return tr("%s.", first)
	case 1:
		return tr("%s. The other has it.", first)
	}
	return tr("%s. The other %d have it.", first, sent)
}

func recipients(o mail.OutboxItem, names map[string]string, tr Translate) string {
	if len(o.Recipients) == 0 {
		return ""
	}
	if n := len(o.Recipients); n > 1 {
		return tr("to %d people", n)
	}
	who := o.Recipients[0].Addr
	if name := names[strings.ToLower(who)]; name != "" {
		who = name
	}
	return tr("to %[1]s", who)
}

// Remaining is a message taken back from the outbox without the recipients who already have it, and their number: so
// that mending one address does not send to the others again.
func Remaining(d mail.Draft, o mail.OutboxItem) (mail.Draft, int) {
	has := map[string]bool{}
	for _, r := range o.Recipients {
		if r.State == mail.SentOK {
			has[strings.ToLower(r.Addr)] = true
		}
	}
	gone := 0
	for _, list := range []*[]mail.Address{&d.To, &d.Cc, &d.Bcc} {
		*list = slices.DeleteFunc(slices.Clone(*list), func(a mail.Address) bool {
			if has[strings.ToLower(a.Addr)] {
				gone++
				return true
			}
			return false
		})
	}
	return d, gone
}
