package retrieve_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// fault is one row of the table in docs/pop3.md: a server with four messages that does one thing wrong, and what three
// visits must come to.
type fault struct {
	name    string
	options mailtest.POP3Options
	script  func() mailtest.Script // in force from the first visit on
	fill    func(b *mailtest.Mailbox)
	between func(m *mailbox, visit int) // after visit 1 and 2

	want    []string          // what is stored in the end; nil: the four letters
	left    int               // messages on the server in the end in delete mode (in keep mode all stay)
	refused []string          // the server's words in the last report
	retrs   map[string]int    // by policy: RETR commands altogether
	known   int               // renumbered, altogether
	fails   map[int]mail.Kind // visits that end with a problem
	only    mail.KeepMode     // policy the row is about; empty: both
	first   bool              // all are stored after the first visit already
}

func script(list ...mailtest.Script) func() mailtest.Script {
	return func() mailtest.Script { return mailtest.Scripts(list...) }
}

// once makes a script that is built anew for each run of a row, since it counts.
func once(make func() mailtest.Script) func() mailtest.Script { return make }

var (
	keepRetrs = func(n int) map[string]int { return map[string]int{"forever": n} }
	bothRetrs = func(n int) map[string]int { return map[string]int{"forever": n, "never": n} }
)

func faults() []fault {
	four := letters(4)
	long := "Subject: long\r\n\r\n" + strings.Repeat("z", 1<<20) + "\r\n"
	odd := "Subject: odd\r\n\r\n\x00\xff\xfe\r\n.\r\n..\r\nbare\r\n"
	return []fault{
		{name: "no fault", retrs: bothRetrs(4)},
		// One message is refused.
		{
			name: "RETR of message 2 answers -ERR, always", script: script(mailtest.On("RETR 2", mailtest.Refuse("", "unable to open message"))),
			want: []string{four[0], four[2], four[3]}, left: 1, refused: []string{"unable to open message"}, only: mail.KeepForever,
		},
		{
			name: "RETR of one message answers -ERR, always", script: script(refuseLetter(2)),
			want: []string{four[0], four[2], four[3]}, left: 1, refused: []string{"unable to open message"},
		},
		{
			name: "RETR of one message answers -ERR, always, no UIDL", script: script(refuseLetter(2)), options: mailtest.POP3Options{Without: []string{"UIDL"}},
			want: []string{four[0], four[2], four[3]}, left: 1, refused: []string{"unable to open message"},
		},
		{
			name: "RETR of one message answers -ERR, always, no UIDL, no TOP", script: script(refuseLetter(2)), options: mailtest.POP3Options{Without: []string{"UIDL", "TOP"}},
			want: []string{four[0], four[2], four[3]}, left: 1, refused: []string{"unable to open message"},
		},
		{name: "RETR answers -ERR once", script: once(func() mailtest.Script { return mailtest.Once("RETR 2", mailtest.Refuse("", "not now")) })},
		{name: "RETR answers [SYS/TEMP] once", script: once(func() mailtest.Script { return mailtest.Once("RETR 2", mailtest.Refuse("SYS/TEMP", "busy")) }), retrs: bothRetrs(5), first: true},
		{name: "RETR answers +ERR once", script: once(func() mailtest.Script { return mailtest.Once("RETR 2", mailtest.Instead("+ERR disk")) })},
		{name: "RETR answers with nothing once", script: once(func() mailtest.Script { return mailtest.Once("RETR 2", mailtest.Instead("+OK\r\n.")) }), retrs: bothRetrs(5), first: true},
		{
			name: "RETR of one message answers with nothing, always", script: script(nothingOfLetter(2)),
			want: []string{four[0], four[2], four[3]}, left: 1, refused: []string{mail.SaidNothing},
		},
		{name: "DELE answers -ERR once", script: once(func() mailtest.Script { return mailtest.Once("DELE 2", mailtest.Refuse("", "locked")) }), retrs: bothRetrs(4)},
		{name: "QUIT answers -ERR once", script: once(func() mailtest.Script {
			return mailtest.Once("QUIT", mailtest.Refuse("", "some messages not removed"))
		}), retrs: bothRetrs(4), fails: map[int]mail.Kind{1: mail.ServerPermanent}, only: mail.KeepNever},
		// The link is cut.
		{name: "cut inside message 3", script: once(func() mailtest.Script { return mailtest.Once("RETR 3", mailtest.CutAt(60)) }), first: true},
		{name: "cut inside message 3, twice", script: script(firstIn(1, "RETR 3"), firstIn(3, "RETR 3"))},
		{name: "cut between the last line and the dot", script: once(func() mailtest.Script { return mailtest.Once("RETR 3", mailtest.CutAt(-3)) }), first: true},
		{name: "cut inside the dot's line", script: once(func() mailtest.Script { return mailtest.Once("RETR 3", mailtest.CutAt(-1)) }), first: true},
		{name: "cut right after a DELE", script: once(func() mailtest.Script { return mailtest.Once("DELE 2", mailtest.CutAfter) }), retrs: bothRetrs(4)},
		{name: "cut at QUIT before the server commits", script: once(func() mailtest.Script { return mailtest.Once("QUIT", mailtest.CutBefore) }), retrs: bothRetrs(4)},
		{name: "cut at QUIT after the server has committed", script: once(func() mailtest.Script { return mailtest.Once("QUIT", mailtest.CutUnanswered) }), retrs: bothRetrs(4)},
		{name: "cut inside UIDL", script: once(func() mailtest.Script { return mailtest.Once("UIDL", mailtest.CutAt(20)) }), retrs: bothRetrs(4)},
		{name: "cut inside LIST", script: once(func() mailtest.Script { return mailtest.Once("LIST", mailtest.CutAt(8)) }), retrs: bothRetrs(4)},
		{name: "the link ends in one message every time", script: script(cutLetter(3)), want: []string{four[0], four[1], four[3]}, left: 1, refused: []string{"the connection ends whenever this message is asked for"}},
		{name: "hangs up after 1 message each session", script: script(mailtest.HangUpAfter(1)), first: true},
		{name: "hangs up after 3 messages each session", script: script(mailtest.HangUpAfter(3)), first: true},
		{name: "hangs up after 600 octets each session", script: hangUpAfterOctets(600), first: true},
		// The listing lies.
		{name: "listed empty once", script: inSecond(mailtest.Empty()), retrs: keepRetrs(4)},
		{name: "listed empty at the first visit", script: script(mailtest.InSession(1, mailtest.Empty())), retrs: bothRetrs(4)},
		{name: "UIDL lists only message 1 once", script: inSecond(mailtest.On("UIDL", mailtest.FirstLines(1))), retrs: keepRetrs(4)},
		{name: "UIDL lists only message 1 at the first visit", script: script(mailtest.InSession(1, mailtest.On("UIDL", mailtest.FirstLines(1)))), retrs: bothRetrs(4)},
		{name: "UIDL and LIST list only message 1 once", script: inSecond(mailtest.Scripts(mailtest.On("UIDL", mailtest.FirstLines(1)), mailtest.On("LIST", mailtest.FirstLines(1)))), retrs: keepRetrs(4)},
		{name: "STAT says 9", script: script(mailtest.On("STAT", mailtest.Say("+OK 9 99999"))), retrs: bothRetrs(4)},
		{name: "STAT says 0", script: script(mailtest.On("STAT", mailtest.Say("+OK 0 0"))), retrs: bothRetrs(4)},
		{name: "STAT answers nonsense", script: script(mailtest.On("STAT", mailtest.Say("+OK maybe"))), retrs: bothRetrs(4)},
		{name: "STAT answers -ERR", script: script(mailtest.On("STAT", mailtest.Refuse("", "no"))), retrs: bothRetrs(4)},
		{name: "LIST answers -ERR", script: script(mailtest.On("LIST", mailtest.Refuse("", "no"))), retrs: bothRetrs(4)},
		{name: "UIDL answers -ERR once", script: inSecond(mailtest.On("UIDL", mailtest.Refuse("", "no"))), retrs: keepRetrs(4)},
		{name: "the mailbox shrinks between LIST and RETR", script: once(func() mailtest.Script {
			return mailtest.Once("RETR", func(t *mailtest.Turn) { t.Mailbox.Remove(uidlOf(t.Mailbox, letter(2))) })
		}), want: []string{four[0], four[2], four[3]}, only: mail.KeepForever},
		{name: "the mailbox grows between LIST and RETR", script: once(func() mailtest.Script {
			return mailtest.Once("RETR", func(t *mailtest.Turn) { t.Mailbox.Add([]byte(letter(5))) })
		}), want: letters(5)},
		// Unique-ids change their meaning.
		{name: "the server renumbers", between: renumber(1), known: 4, retrs: keepRetrs(4)},
		{name: "the server renumbers, no TOP", options: mailtest.POP3Options{Without: []string{"TOP"}}, between: renumber(1), known: 4},
		{name: "the server renumbers, TOP gives the whole body", script: script(mailtest.WholeBody()), between: renumber(1), known: 4, retrs: keepRetrs(4)},
		{name: "the server renumbers, TOP gives no body at all", script: script(mailtest.On("TOP", headerOnly)), between: renumber(1), known: 4},
		{name: "the server renumbers and adds trace fields", between: func(m *mailbox, visit int) {
			if visit == 1 {
				replace(m.box, func(i int, raw string) string {
					return "Return-Path: <x@y>\r\nReceived: by new\r\n\tserver\r\nX-UIDL: 77\r\nStatus: RO\r\n" + raw
				})
			}
		}, known: 4, retrs: keepRetrs(4)},
		{name: "the server renumbers after it was listed empty", script: inSecond(mailtest.Empty()), between: renumber(2), known: 4, retrs: keepRetrs(4)},
		{name: "the server renumbers with the same ids, shuffled", between: func(m *mailbox, visit int) {
			if visit == 1 {
				ids := m.box.UIDLs()
				m.box.Renumber(func(i int, _ string) string { return ids[(i+1)%len(ids)] })
				m.box.Add([]byte(letter(5)))
			}
		}, fill: sized(4), want: append(sizedLetters(4), letter(5)), known: 4, retrs: keepRetrs(5)},
		{name: "the server renumbers with the same ids, shuffled, no TOP", options: mailtest.POP3Options{Without: []string{"TOP"}}, between: func(m *mailbox, visit int) {
			if visit == 1 {
				ids := m.box.UIDLs()
				m.box.Renumber(func(i int, _ string) string { return ids[(i+1)%len(ids)] })
				m.box.Add([]byte(letter(5)))
			}
		}, fill: sized(4), want: append(sizedLetters(4), letter(5)), known: 4},
		{name: "messages that only look alike, renumbered", fill: alike, want: alikes, between: renumber(1), known: 4},
		{name: "a longer look-alike comes in the place of a renumbered message", fill: alike, want: append(slices.Clone(alikes), alikes[1]+"and more\r\n"), between: func(m *mailbox, visit int) {
			if visit == 1 {
				m.box.Renumber(func(i int, _ string) string { return fmt.Sprintf("migrated-%d", i) })
				m.box.Remove("migrated-1")
				m.box.Remove("migrated-3")
				m.box.Add([]byte(alikes[1] + "and more\r\n"))
			}
		}, known: 2, only: mail.KeepForever},
		{name: "a look-alike of the same length joins a renumbered message", fill: func(b *mailtest.Mailbox) { b.Add([]byte(alikes[1])) }, want: []string{alikes[1], alikes[3]}, between: func(m *mailbox, visit int) {
			if visit == 1 {
				m.box.Renumber(func(i int, _ string) string { return fmt.Sprintf("migrated-%d", i) })
				m.box.Add([]byte(alikes[3]))
			}
		}, known: 1, only: mail.KeepForever},
		{name: "identical messages are kept as often as they are listed", fill: func(b *mailtest.Mailbox) {
			for range 4 {
				b.Add([]byte(four[0]))
			}
		}, want: []string{four[0], four[0], four[0], four[0]}, between: renumber(1), known: 4, retrs: keepRetrs(4)},
		{name: "unique-ids are given to other messages", between: func(m *mailbox, visit int) {
			if visit == 1 {
				reuse(m.box, 4)
			}
		}, want: append(letters(4), "Subject: new 0\r\n\r\nx\r\n", "Subject: new 1\r\n\r\nxx\r\n", "Subject: new 2\r\n\r\nxxx\r\n", "Subject: new 3\r\n\r\nxxxx\r\n")},
		{name: "unique-ids are given to other messages, no TOP", options: mailtest.POP3Options{Without: []string{"TOP"}}, between: func(m *mailbox, visit int) {
			if visit == 1 {
				reuse(m.box, 4)
			}
		}, want: append(letters(4), "Subject: new 0\r\n\r\nx\r\n", "Subject: new 1\r\n\r\nxx\r\n", "Subject: new 2\r\n\r\nxxx\r\n", "Subject: new 3\r\n\r\nxxxx\r\n")},
		{name: "announced sizes change at each visit", script: script(wobble("LIST"), wobble("STAT")), retrs: keepRetrs(4)},
		{name: "announced sizes change at each visit, no TOP", options: mailtest.POP3Options{Without: []string{"TOP"}}, script: script(wobble("LIST"), wobble("STAT"))},
		{name: "one listing repeats a unique-id", fill: func(b *mailtest.Mailbox) {
			for i, l := range letters(4) {
				b.Put(mailtest.Message{Raw: []byte(l), UIDL: []string{"same", "same", "other", "same"}[i]})
			}
		}, retrs: bothRetrs(4)},
		{name: "a repeated unique-id loses its first message and gets another", fill: func(b *mailtest.Mailbox) {
			for _, l := range sizedLetters(4) {
				b.Put(mailtest.Message{Raw: []byte(l), UIDL: "same"})
			}
		}, between: func(m *mailbox, visit int) {
			if visit == 1 {
				m.box.Remove("same")
				m.box.Put(mailtest.Message{Raw: []byte("Subject: later\r\n\r\n"), UIDL: "same"})
			}
		}, want: append(sizedLetters(4), "Subject: later\r\n\r\n"), only: mail.KeepForever},
		{name: "a repeated unique-id loses its first message and gets another of the same length", fill: func(b *mailtest.Mailbox) {
			for _, l := range four {
				b.Put(mailtest.Message{Raw: []byte(l), UIDL: "same"})
			}
		}, between: func(m *mailbox, visit int) {
			if visit == 1 {
				m.box.Remove("same")
				m.box.Put(mailtest.Message{Raw: []byte(letter(5)), UIDL: "same"})
			}
		}, want: letters(5), known: 3, retrs: keepRetrs(5), only: mail.KeepForever},
		{name: "unique-ids of 70 characters and of odd octets", fill: func(b *mailtest.Mailbox) {
			for i, l := range letters(4) {
				b.Put(mailtest.Message{Raw: []byte(l), UIDL: []string{strings.Repeat("~", 70), "\xff\xfe\x01", "a b  c", "'; --"}[i]})
			}
		}, retrs: bothRetrs(4)},
		{name: "a unique-id of 100,000 characters", fill: func(b *mailtest.Mailbox) {
			for i, l := range letters(4) {
				b.Put(mailtest.Message{Raw: []byte(l), UIDL: strings.Repeat("x", 100_000*(i%2)) + fmt.Sprint(i)})
			}
		}, retrs: bothRetrs(4)},
		// The server knows less than others, or says so.
		{name: "no UIDL", options: mailtest.POP3Options{Without: []string{"UIDL"}}, retrs: bothRetrs(4)},
		{name: "no UIDL, no TOP", options: mailtest.POP3Options{Without: []string{"UIDL", "TOP"}}},
		{name: "no UIDL, identical messages", options: mailtest.POP3Options{Without: []string{"UIDL"}}, fill: func(b *mailtest.Mailbox) {
			for _, i := range []int{0, 0, 1, 0} {
				b.Add([]byte(four[i]))
			}
		}, want: []string{four[0], four[0], four[0], four[1]}, retrs: bothRetrs(4)},
		{name: "UIDL from the second visit on", script: script(mailtest.InSession(1, mailtest.On("UIDL", mailtest.Refuse("", "unknown")))), retrs: keepRetrs(4)},
		{name: "UIDL in CAPA only after login", script: script(mailtest.BeforeLogin(mailtest.On("CAPA", mailtest.Capa("USER", "SASL PLAIN")))), retrs: bothRetrs(4)},
		{name: "no CAPA", options: mailtest.POP3Options{Without: []string{"CAPA"}}, retrs: bothRetrs(4)},
		{name: "no PIPELINING", options: mailtest.POP3Options{Without: []string{"PIPELINING"}}, retrs: bothRetrs(4)},
		{name: "CAPA denies what there is", script: script(mailtest.On("CAPA", mailtest.Capa("USER"))), retrs: bothRetrs(4)},
		{name: "CAPA promises what there is not", options: mailtest.POP3Options{Without: []string{"UIDL", "TOP"}}, script: script(mailtest.On("CAPA", mailtest.Capa("USER", "UIDL", "TOP", "PIPELINING")))},
		// What is retrieved is odd.
		{name: "octet counts too small", fill: announced(1), retrs: bothRetrs(4)},
		{name: "octet counts too large", fill: announced(1 << 40), retrs: bothRetrs(4)},
		{name: "messages of 2 GiB are announced", fill: announced(2 << 30), retrs: bothRetrs(4)},
		{name: "bare LF, NUL, 8-bit, lone dots", fill: func(b *mailtest.Mailbox) {
			for range 2 {
				b.Put(mailtest.Message{Raw: []byte(odd), Wire: []byte("Subject: odd\n\n\x00\xff\xfe\n..\n...\nbare\n")})
			}
			b.Add([]byte(long))
		}, want: []string{odd, odd, long}, retrs: bothRetrs(3)},
		{name: "no line end at the end", fill: func(b *mailtest.Mailbox) { b.Add([]byte("Subject: x\r\n\r\ntext")) }, want: []string{"Subject: x\r\n\r\ntext\r\n"}, retrs: bothRetrs(1)},
		{name: "an empty message", fill: func(b *mailtest.Mailbox) { b.Add([]byte{}) }, want: []string{""}, retrs: bothRetrs(1)},
		{name: "one octet at a time", script: script(mailtest.On("RETR 2", mailtest.Trickle(1, 0))), retrs: bothRetrs(4)},
		// Refused at the door.
		{name: "the greeting is -ERR", script: script(mailtest.InSession(1, mailtest.On("GREETING", mailtest.Instead("-ERR come back later")))), fails: map[int]mail.Kind{1: mail.ServerTemporary}, retrs: bothRetrs(4)},
		{name: "[IN-USE]", script: script(mailtest.InSession(1, mailtest.On("AUTH", mailtest.Refuse("IN-USE", "locked")))), fails: map[int]mail.Kind{1: mail.MailboxInUse}, retrs: bothRetrs(4)},
		{name: "[LOGIN-DELAY]", script: script(mailtest.InSession(1, mailtest.On("AUTH", mailtest.Refuse("LOGIN-DELAY", "wait")))), fails: map[int]mail.Kind{1: mail.LoginDelay}, retrs: bothRetrs(4)},
		{name: "[AUTH]", script: script(mailtest.InSession(1, mailtest.On("AUTH", mailtest.Refuse("AUTH", "no")))), fails: map[int]mail.Kind{1: mail.LoginRefused}, retrs: bothRetrs(4)},
		{name: "[SYS/TEMP]", script: script(mailtest.InSession(1, mailtest.On("AUTH", mailtest.Refuse("SYS/TEMP", "disk")))), fails: map[int]mail.Kind{1: mail.ServerTemporary}, retrs: bothRetrs(4)},
		{name: "[SYS/PERM]", script: script(mailtest.InSession(1, mailtest.On("AUTH", mailtest.Refuse("SYS/PERM", "gone")))), fails: map[int]mail.Kind{1: mail.ServerPermanent}, retrs: bothRetrs(4)},
		{name: "[SYS/TEMP] for UIDL", script: script(mailtest.InSession(1, mailtest.On("UIDL", mailtest.Refuse("SYS/TEMP", "disk")))), fails: map[int]mail.Kind{1: mail.ServerTemporary}, retrs: bothRetrs(4)},
	}
}

// refuseLetter refuses to give one letter, wherever it stands.
func refuseLetter(n int) mailtest.Script {
	return onLetter(n, mailtest.Refuse("", "unable to open message"))
}

// nothingOfLetter answers with +OK and no message whenever one letter is asked for.
func nothingOfLetter(n int) mailtest.Script { return onLetter(n, mailtest.Instead("+OK\r\n.")) }

// cutLetter breaks the link whenever one letter is asked for.
func cutLetter(n int) mailtest.Script { return onLetter(n, mailtest.CutAt(70)) }

func onLetter(n int, do func(*mailtest.Turn)) mailtest.Script {
	return mailtest.On("RETR", func(t *mailtest.Turn) {
		var at int
		_, _ = fmt.Sscan(t.Arg, &at)
		if all := t.Mailbox.Messages(); at >= 1 && at <= len(all) && string(all[at-1].Raw) == letter(n) {
			do(t)
		}
	})
}

// firstIn breaks the link inside the first such command of one session.
func firstIn(session int, command string) mailtest.Script {
	return mailtest.InSession(session, mailtest.On(command, mailtest.CutAt(60)))
}

// hangUpAfterOctets breaks the link in each session once so many octets of messages have been sent.
func hangUpAfterOctets(most int) func() mailtest.Script {
	return func() mailtest.Script {
		var mu sync.Mutex
		sent := map[int]int{}
		return mailtest.On("RETR", func(t *mailtest.Turn) {
			session := t.Session
			t.Edit(func(reply []byte) []byte {
				mu.Lock()
				defer mu.Unlock()
				sent[session] += len(reply)
				return reply
			})
			mu.Lock()
			defer mu.Unlock()
			if room := most - sent[session]; room < len(letter(1))+40 {
				t.CutAt(max(room, 0))
			}
		})
	}
}

// inSecond puts a script into force for the second session, which is the second visit.
func inSecond(s mailtest.Script) func() mailtest.Script { return script(mailtest.InSession(2, s)) }

func renumber(after int) func(*mailbox, int) {
	return func(m *mailbox, visit int) {
		if visit == after {
			m.box.Renumber(func(i int, old string) string { return fmt.Sprintf("migrated-%d", 1000-i) })
		}
	}
}

// replace changes the octets of all messages and gives them new unique-ids.
func replace(b *mailtest.Mailbox, f func(i int, raw string) string) {
	for i, m := range b.Messages() {
		b.Remove(m.UIDL)
		b.Put(mailtest.Message{UIDL: fmt.Sprintf("new-%d", i), Raw: []byte(f(i, string(m.Raw)))})
	}
}

// reuse puts other messages in the place of those there, under ids that were theirs.
func reuse(b *mailtest.Mailbox, n int) {
	ids := []string{"00000001", "00000002", "00000003", "00000004"}
	if old := b.UIDLs(); len(old) == n {
		ids = old
	}
	for _, id := range b.UIDLs() {
		b.Remove(id)
	}
	for i, id := range ids {
		b.Put(mailtest.Message{UIDL: id, Raw: []byte(fmt.Sprintf("Subject: new %d\r\n\r\n%s\r\n", i, strings.Repeat("x", i+1)))})
	}
}

func sizedLetters(n int) []string {
	all := letters(n)
	for i := range all {
		all[i] += strings.Repeat("more\r\n", i)
	}
	return all
}

func sized(n int) func(*mailtest.Mailbox) {
	return func(b *mailtest.Mailbox) {
		for _, l := range sizedLetters(n) {
			b.Add([]byte(l))
		}
	}
}

// alikes have one header and one length.
var alikes = func() []string {
	var all []string
	for i := range 4 {
		all = append(all, fmt.Sprintf("From: robot@example.test\r\nSubject: report\r\nMessage-ID: <1@x>\r\n\r\n%sDisk %d is full\r\n", strings.Repeat("line\r\n", 30*(i%2)), i))
	}
	return all
}()

func alike(b *mailtest.Mailbox) {
	for _, l := range alikes {
		b.Add([]byte(l))
	}
}

func announced(size int64) func(*mailtest.Mailbox) {
	return func(b *mailtest.Mailbox) {
		for _, l := range letters(4) {
			b.Put(mailtest.Message{Raw: []byte(l), Announced: size})
		}
	}
}

// wobble adds the session's number to the sizes.
func wobble(command string) mailtest.Script {
	return mailtest.On(command, func(t *mailtest.Turn) {
		n := t.Session
		t.Edit(func(reply []byte) []byte {
			var b bytes.Buffer
			for _, line := range strings.SplitAfter(string(reply), "\r\n") {
				var i, size int
				if k, _ := fmt.Sscanf(strings.TrimPrefix(line, "+OK "), "%d %d", &i, &size); k == 2 {
					pre := ""
					if strings.HasPrefix(line, "+OK") {
						pre = "+OK "
					}
					line = fmt.Sprintf("%s%d %d\r\n", pre, i, size+n)
				}
				b.WriteString(line)
			}
			return b.Bytes()
		})
	})
}

func headerOnly(t *mailtest.Turn) {
	t.Edit(func(reply []byte) []byte {
		i := bytes.Index(reply, []byte("\r\n\r\n"))
		if i < 0 {
			return reply
		}
		return append(bytes.Clone(reply[:i+4]), ".\r\n"...)
	})
}

func uidlOf(b *mailtest.Mailbox, raw string) string {
	for _, m := range b.Messages() {
		if string(m.Raw) == raw {
			return m.UIDL
		}
	}
	return ""
}

func TestFaults(t *testing.T) {
	for _, f := range faults() {
		for _, keep := range []mail.KeepMode{mail.KeepForever, mail.KeepNever} {
			if f.only != "" && f.only != keep {
				continue
			}
			t.Run(f.name+", "+string(keep), func(t *testing.T) {
				t.Parallel()
				f.run(t, keep)
			})
		}
	}
}

func (f fault) run(t *testing.T, keep mail.KeepMode) {
	m := newMailbox(t, keep, f.options)
	if f.fill != nil {
		f.fill(m.box)
	} else {
		for _, l := range letters(4) {
			m.box.Add([]byte(l))
		}
	}
	if f.script != nil {
		m.server.SetScript(f.script())
	}
	var last mail.VisitReport
	known := 0
	for visit := 1; visit <= 3; visit++ {
		last = m.run()
		known += last.Renumbered
		if f.first && visit == 1 {
			m.once(letters(4)...)
		}
		kind := mail.Kind("")
		if last.Problem != nil {
			kind = last.Problem.Kind
		}
		if kind != f.fails[visit] {
			t.Errorf("visit %d ends with %q (%v), not %q", visit, kind, last.Problem, f.fails[visit])
		}
		if visit < 3 && f.between != nil {
			f.between(m, visit)
		}
	}
	want := f.want
	if want == nil {
		want = letters(4)
	}
	m.once(want...)
	if keep == mail.KeepNever && m.box.Len() != f.left {
		t.Errorf("%d messages are left on the server, not %d", m.box.Len(), f.left)
	}
	if last.Left != m.box.Len() {
		t.Errorf("the report says %d are left; it is %d", last.Left, m.box.Len())
	}
	var said []string
	for _, r := range last.Refused {
		said = append(said, r.Said)
	}
	if !slices.Equal(said, f.refused) {
		t.Errorf("refused: %q, not %q", said, f.refused)
	}
	if n, ok := f.retrs[string(keep)]; ok && m.retrs() != n {
		t.Errorf("%d messages were retrieved, not %d: %q", m.retrs(), n, m.server.Lines(0))
	}
	if keep == mail.KeepForever {
		if known != f.known {
			t.Errorf("%d are reported as renumbered, not %d", known, f.known)
		}
		if n := m.server.Count("DELE"); n > 0 {
			t.Errorf("DELE was sent %d times", n)
		}
	}
	if n := m.store.states()[mail.Doomed]; n > 0 {
		t.Errorf("%d rows are still doomed", n)
	}
}

// The page tells what the table tests.
func TestFaultsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/pop3.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults() {
		if !bytes.Contains(page, []byte("| "+f.name+" |")) {
			t.Errorf("docs/pop3.md has no row for %q", f.name)
		}
	}
}
