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
	Delay     OutboxAct = "later" // it leaves at another time
	Hold      OutboxAct = "hold"
	Release   OutboxAct = "release"
	Mend      OutboxAct = "correct" // the one address that was refused
	Redirect  OutboxAct = "offered" // to the address that the server names instead (OutboxRow.Offered)
	Arrived   OutboxAct = "arrived" // what was perhaps sent
	LetBe     OutboxAct = "let-be"  // those who were refused do without
	Stop      OutboxAct = "stop"
	Password  OutboxAct = "password" // for the server that it leaves by
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
	Refused  string      // with Mend and Redirect: whose address it is about
	Offered  string
}

// OutboxView is what else the rows of the outbox depend on.
type OutboxView struct {
	Names  map[string]string // of people, by address in lower case
	Paused []mail.AccountID
	Now    time.Time
	Clock  func(t, now time.Time) string
	Size   func(octets int64) string
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

// Row words one message of the outbox. done is how much of it has left, where it is on its way.
func Row(o mail.OutboxItem, v OutboxView, done int64, tr Translate) OutboxRow {
	r := OutboxRow{ID: o.ID, Subject: o.Subject, To: recipients(o, v.Names, tr)}
	if strings.TrimSpace(r.Subject) == "" {
		r.Subject = tr("(no subject)")
	}
	if o.Problem != nil {
		r.Said = o.Problem.Said
	}
	switch o.State {
	case mail.InFlight:
		r.Tone, r.Acts = Sending, []OutboxAct{Stop}
		r.Sentence = tr("Sending")
		if done > 0 && done < o.Size {
			r.Sentence = tr("Sending · %s of %s", v.Size(done), v.Size(o.Size))
		}
	case mail.Failed:
		r.refused(o, tr)
	case mail.Uncertain:
		r.Tone = Doubtful
		r.Sentence = tr("Perhaps sent: the line broke before the server answered.")
		r.Acts = []OutboxAct{SendAgain, Arrived, TakeBack, Throw}
	default:
		r.waiting(o, v, tr)
	}
	return r
}

// waiting words a message that leaves by itself sooner or later.
func (r *OutboxRow) waiting(o mail.OutboxItem, v OutboxView, tr Translate) {
	wait := o.Due.Sub(v.Now)
	r.Acts = []OutboxAct{SendNow, TakeBack, Delay, Hold, Throw}
	switch {
	case o.Held:
		r.Tone, r.Sentence = Waiting, tr("Held back until you release it")
		r.Acts = []OutboxAct{Release, TakeBack, Delay, Throw}
	case slices.Contains(v.Paused, o.Account):
		r.Tone, r.Sentence = Waiting, tr("Sending is paused for this account")
	case o.Problem != nil && o.Problem.Kind == mail.Offline:
		r.Tone, r.Sentence = Waiting, tr("Offline. It leaves when the line is back.")
	case o.State == mail.Deferred || o.Problem != nil: // it waits with another that has found out
		r.Tone = Delayed
		told := Tell(o.Problem, tr)
		what := told.What
		if what == "" {
			what = tr("The server cannot do this now")
		}
		if told.Remedy == EnterPassword || told.Remedy == SignInAgain {
			r.Acts = append([]OutboxAct{Password}, r.Acts...)
			if host, _ := split(o.Problem.Where); host != "" {
				what = tr("%[1]s: %[2]s", host, what) // a person may send through several
			}
		}
		if why := deferral(o); why != "" {
			what = tr("Not yet: %s", tr(why))
		}
		if wait > 0 {
			r.Sentence = tr("%s. Next try at %s.", what, v.Clock(o.Due, v.Now))
		} else {
			r.Sentence = tr("%s.", what)
		}
	case wait <= 0:
		r.Sentence = tr("Waiting to be sent")
	case wait < time.Minute+30*time.Second:
		r.Acts = []OutboxAct{TakeBack, SendNow, Delay, Hold, Throw}
		n := int((wait + time.Second - 1) / time.Second)
		r.Sentence = count(n, "Leaves in %d second", "Leaves in %d seconds", tr)
	default:
		r.Sentence = tr("Leaves at %s", v.Clock(o.Due, v.Now))
	}
}

// SendingLogin is the account and the direction whose password a message in the outbox needs to leave.
func SendingLogin(accounts []mail.Account, o mail.OutboxItem) (mail.Account, mail.Direction, bool) {
	find := func(id mail.AccountID) int {
		return slices.IndexFunc(accounts, func(a mail.Account) bool { return a.ID == id })
	}
	at := find(o.Account)
	if at < 0 {
		return mail.Account{}, "", false
	}
	a := accounts[at]
	for _, i := range a.Identities {
		if !strings.EqualFold(i.Address, o.From) {
			continue
		}
		if i.Own != nil {
			return a, a.Through(i).SecretOf(mail.Outgoing), true
		}
		if via := find(i.Via); i.Via != "" && via >= 0 {
			return accounts[via], mail.Outgoing, true
		}
	}
	return a, mail.Outgoing, true
}

// deferral is why a recipient has to wait, where a server has said so.
func deferral(o mail.OutboxItem) string {
	for _, r := range o.Recipients {
		if r.State == mail.Deferred && r.Code/100 == 4 {
			return r.Why()
		}
	}
	return ""
}

// refused words a message that was refused, for all or for some.
func (r *OutboxRow) refused(o mail.OutboxItem, tr Translate) {
	r.Tone, r.Sentence = Refused, refusal(o, tr)
	var refused []mail.Recipient
	sent := 0
	for _, to := range o.Recipients {
		switch to.State {
		case mail.Failed:
			refused = append(refused, to)
		case mail.SentOK:
			sent++
		case mail.Queued, mail.Deferred, mail.InFlight, mail.Uncertain:
		}
	}
	if len(refused) == 1 && !wholeMessage(o) {
		r.Refused, r.Offered = refused[0].Addr, refused[0].Offered()
		if r.Offered != "" {
			r.Acts = append(r.Acts, Redirect)
		}
		r.Acts = append(r.Acts, Mend)
		if sent > 0 {
			r.Acts = append(r.Acts, LetBe)
		}
		r.Acts = append(r.Acts, TakeBack, SendAgain, Throw)
		return
	}
	r.Acts = []OutboxAct{TakeBack, SendAgain}
	if sent > 0 {
		r.Acts = append(r.Acts, LetBe)
	}
	r.Acts = append(r.Acts, Throw)
}

// wholeMessage reports whether the message itself or its sender was refused, and no address.
func wholeMessage(o mail.OutboxItem) bool {
	return o.Problem != nil && (o.Problem.Kind == mail.TooLarge || o.Problem.Doing == "send" || o.Problem.Doing == "sender")
}

// Countdown reports whether the sentence of o changes by itself with every second.
func Countdown(o mail.OutboxItem, now time.Time) bool {
	return o.State == mail.Queued && !o.Held && o.Due.After(now) && o.Due.Sub(now) < 2*time.Minute
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
	why := refused[0].Why()
	switch {
	case why != "":
		why = tr(why)
	case refused[0].Said != "":
		why = strings.TrimRight(refused[0].Said, ". ")
	case o.Problem != nil:
		why = Tell(o.Problem, tr).What
	}
	if wholeMessage(o) && sent == 0 {
		if o.Problem.Kind == mail.TooLarge {
			return Tell(o.Problem, tr).Line(tr)
		}
		return tr("The server refuses this message: %s.", why)
	}
	first := tr("%s was refused: %s", refused[0].Addr, why)
	if len(refused) > 1 {
		first = count(len(refused)-1, "%[2]s and %[1]d other were refused: %[3]s", "%[2]s and %[1]d others were refused: %[3]s",
			func(text string, args ...any) string {
				return tr(text, append(args, refused[0].Addr, why)...)
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

// Report tells how each recipient stands, in a person's words and the server's own, and what was tried.
func Report(o mail.OutboxItem, v OutboxView, tr Translate) []OutboxReport {
	var list []OutboxReport
	for _, r := range o.Recipients {
		line := OutboxReport{Addr: r.Addr, Said: r.Said}
		why := r.Why()
		if why != "" {
			why = tr(why)
		}
		switch r.State {
		case mail.SentOK:
			line.Sentence = tr("The server has taken it.")
			if to := r.Offered(); to != "" {
				line.Sentence = tr("The server has taken it and sends it on to %s.", to)
			}
		case mail.Failed:
			line.Sentence = tr("Refused.")
			if why != "" {
				line.Sentence = tr("Refused: %s.", why)
			}
		case mail.Deferred:
			line.Sentence = tr("Tried again later.")
			if why != "" && r.Code/100 == 4 {
				line.Sentence = tr("Tried again later: %s.", why)
			}
		case mail.Uncertain:
			line.Sentence = tr("Perhaps sent: the line broke before the server answered.")
		default:
			line.Sentence, line.Said = tr("Not sent yet."), ""
		}
		list = append(list, line)
	}
	return list
}

// OutboxReport is how one recipient of a message stands.
type OutboxReport struct{ Addr, Sentence, Said string }

// Tries says how often a message was tried, and since when; empty before the first try.
func Tries(o mail.OutboxItem, v OutboxView, tr Translate) string {
	if o.Tries == 0 || o.FirstTry.IsZero() {
		return ""
	}
	return count(o.Tries, "Tried %[1]d time since %[2]s.", "Tried %[1]d times since %[2]s.", func(text string, args ...any) string {
		return tr(text, append(args, v.Clock(o.FirstTry, v.Now))...)
	})
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
	for _, list := range []*[]mail.Address{&d.To, &d.Cc, &d.Bcc} {
		*list = slices.DeleteFunc(slices.Clone(*list), func(a mail.Address) bool { return has[strings.ToLower(a.Addr)] })
	}
	return d, len(has)
}
