package mailtest

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"time"
)

// Script is how a server misbehaves: it is called once for each command, before it is carried out, and sets what
// shall happen by the methods of Turn. A nil Script behaves. It may be called by several sessions at once.
type Script func(t *Turn)

// Turn is one command and what becomes of it.
type Turn struct {
	Session   int    // number of the connection since the server began, from 1
	User      string // who is logged in, "" before
	Encrypted bool
	// Name is the command in capitals. Further names: GREETING for the first reply, CHALLENGE and SASL for a question
	// and a response within POP3's AUTH, and for SMTP SASL for a response within AUTH and DOT for the end of a message.
	Name string
	Arg  string // the rest of the line; for MAIL and RCPT the address alone
	N    int    // how often Name has come in this session, this time included
	// Ahead says that a POP3 command came before the one before it was answered.
	Ahead bool
	// Mailbox is that of User on a POP3 server.
	Mailbox *Mailbox

	smtp    bool
	skip    bool   // not carried out
	reply   []byte // instead of the right reply; nil: the right one
	edit    []func(reply []byte) []byte
	cut     cutKind
	cutAt   int
	stalls  []<-chan struct{}
	piece   int
	every   time.Duration
	session *pop3Session
}

type cutKind int

const (
	noCut cutKind = iota
	cutBefore
	cutUnanswered
	cutAt
	cutAfter
	cutBody
)

// CutBefore breaks the link; the command is not carried out.
func (t *Turn) CutBefore() { t.skip, t.cut = true, cutBefore }

// CutUnanswered carries the command out and breaks the link instead of replying.
func (t *Turn) CutUnanswered() { t.cut = cutUnanswered }

// CutAt breaks the link after n octets of the reply; a negative n counts from its end, so -3 leaves out a listing's
// final dot.
func (t *Turn) CutAt(n int) { t.cut, t.cutAt = cutAt, n }

// CutAfter breaks the link once the reply is sent.
func (t *Turn) CutAfter() { t.cut = cutAfter }

// CutBody breaks the link after n octets of the message that follows an SMTP DATA.
func (t *Turn) CutBody(n int) { t.cut, t.cutAt = cutBody, n }

// Stall keeps the reply back until release is closed or the server is.
func (t *Turn) Stall(release <-chan struct{}) { t.stalls = append(t.stalls, release) }

// Trickle sends the reply n octets at a time with a pause after each.
func (t *Turn) Trickle(n int, pause time.Duration) { t.piece, t.every = max(n, 1), pause }

// Say carries the command out and sends reply instead of the right one. A missing line end is added.
func (t *Turn) Say(reply string) {
	if !strings.HasSuffix(reply, "\n") {
		reply += "\r\n"
	}
	t.reply = []byte(reply)
}

// Instead sends reply and does not carry the command out.
func (t *Turn) Instead(reply string) { t.skip = true; t.Say(reply) }

// Edit has f change the right reply.
func (t *Turn) Edit(f func(reply []byte) []byte) { t.edit = append(t.edit, f) }

// Refuse does not carry the command out. For POP3, code is a response code such as "SYS/TEMP", or "" for none; for
// SMTP it is a reply code, perhaps with an enhanced one: "550 5.1.1".
func (t *Turn) Refuse(code, text string) {
	switch {
	case t.smtp:
		t.Instead(code + " " + text)
	case code == "":
		t.Instead("-ERR " + text)
	default:
		t.Instead("-ERR [" + code + "] " + text)
	}
}

// answer applies the changes to the right reply.
func (t *Turn) answer(right io.Reader) (io.Reader, error) {
	if t.reply != nil {
		right = bytes.NewReader(t.reply)
	}
	if len(t.edit) == 0 && (t.cut != cutAt || t.cutAt >= 0) {
		if t.cut == cutAt {
			right = io.LimitReader(right, int64(t.cutAt))
		}
		return right, nil
	}
	all, err := io.ReadAll(right)
	if err != nil {
		return nil, err
	}
	for _, f := range t.edit {
		all = f(all)
	}
	if t.cut == cutAt {
		n := t.cutAt
		if n < 0 {
			n += len(all)
		}
		all = all[:max(0, min(n, len(all)))]
	}
	return bytes.NewReader(all), nil
}

// Scripts joins several into one; each is called.
func Scripts(list ...Script) Script {
	return func(t *Turn) {
		for _, s := range list {
			if s != nil {
				s(t)
			}
		}
	}
}

// On does something at every command of that name, or that name and first argument: "QUIT", "RETR 2", "AUTH CRAM-MD5",
// "RCPT bob@example.test". Case does not matter.
func On(command string, do func(*Turn)) Script {
	name, arg, _ := strings.Cut(command, " ")
	return func(t *Turn) {
		first, _, _ := strings.Cut(t.Arg, " ")
		if strings.EqualFold(t.Name, name) && (arg == "" || strings.EqualFold(first, arg)) {
			do(t)
		}
	}
}

// Nth is On at the n-th such command since the server began, counted from 1, and at no other.
func Nth(n int, command string, do func(*Turn)) Script {
	var mu sync.Mutex
	seen := 0
	return On(command, func(t *Turn) {
		mu.Lock()
		seen++
		now := seen == n
		mu.Unlock()
		if now {
			do(t)
		}
	})
}

// Once is On at the first such command only.
func Once(command string, do func(*Turn)) Script { return Nth(1, command, do) }

// InSession limits a script to one connection, counted from 1.
func InSession(n int, s Script) Script {
	return func(t *Turn) {
		if t.Session == n {
			s(t)
		}
	}
}

// BeforeLogin limits a script to what comes before the login.
func BeforeLogin(s Script) Script {
	return func(t *Turn) {
		if t.User == "" {
			s(t)
		}
	}
}

// AfterLogin limits a script to what comes after the login.
func AfterLogin(s Script) Script {
	return func(t *Turn) {
		if t.User != "" {
			s(t)
		}
	}
}

// The usual things to do, for On, Once and Nth.

// CutBefore is Turn.CutBefore.
func CutBefore(t *Turn) { t.CutBefore() }

// CutUnanswered is Turn.CutUnanswered.
func CutUnanswered(t *Turn) { t.CutUnanswered() }

// CutAfter is Turn.CutAfter.
func CutAfter(t *Turn) { t.CutAfter() }

// CutAt is Turn.CutAt.
func CutAt(n int) func(*Turn) { return func(t *Turn) { t.CutAt(n) } }

// CutBody is Turn.CutBody.
func CutBody(n int) func(*Turn) { return func(t *Turn) { t.CutBody(n) } }

// Stall is Turn.Stall.
func Stall(release <-chan struct{}) func(*Turn) { return func(t *Turn) { t.Stall(release) } }

// Trickle is Turn.Trickle.
func Trickle(n int, pause time.Duration) func(*Turn) { return func(t *Turn) { t.Trickle(n, pause) } }

// Say is Turn.Say.
func Say(reply string) func(*Turn) { return func(t *Turn) { t.Say(reply) } }

// Instead is Turn.Instead.
func Instead(reply string) func(*Turn) { return func(t *Turn) { t.Instead(reply) } }

// Refuse is Turn.Refuse.
func Refuse(code, text string) func(*Turn) { return func(t *Turn) { t.Refuse(code, text) } }

// Capa replies to CAPA with these capabilities, true or not.
func Capa(list ...string) func(*Turn) {
	return Say(multi("+OK", list))
}

// FirstLines leaves the first n lines of a listing.
func FirstLines(n int) func(*Turn) {
	return func(t *Turn) {
		t.Edit(func(reply []byte) []byte {
			lines := strings.SplitAfter(string(reply), "\r\n")
			if !strings.HasPrefix(lines[0], "+OK") || len(lines) < n+3 {
				return reply
			}
			return []byte(strings.Join(lines[:n+1], "") + ".\r\n")
		})
	}
}

// Empty makes a POP3 mailbox look empty in STAT, LIST and UIDL.
func Empty() Script {
	return func(t *Turn) {
		switch {
		case t.Name == "STAT":
			t.Say("+OK 0 0")
		case (t.Name == "LIST" || t.Name == "UIDL") && t.Arg == "":
			t.Say("+OK\r\n.\r\n")
		case t.Name == "LIST" || t.Name == "UIDL":
			t.Say("-ERR no such message")
		}
	}
}

// HangUpAfter breaks the link in each session instead of giving message n+1.
func HangUpAfter(n int) Script {
	return On("RETR", func(t *Turn) {
		if t.N > n {
			t.CutBefore()
		}
	})
}

// WholeBody makes TOP give the whole message.
func WholeBody() Script {
	return On("TOP", func(t *Turn) {
		if t.session != nil {
			t.reply, _ = io.ReadAll(t.session.retr(strings.Fields(t.Arg), -1))
		}
	})
}

func multi(first string, lines []string) string {
	var b strings.Builder
	b.WriteString(first + "\r\n")
	for _, l := range lines {
		b.WriteString(l + "\r\n")
	}
	b.WriteString(".\r\n")
	return b.String()
}
