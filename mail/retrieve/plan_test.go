package retrieve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

// names lists items by UIDL.
func names(items []Item) string {
	var s []string
	for _, it := range items {
		s = append(s, it.UIDL)
	}
	return strings.Join(s, " ")
}

func rows(list []mail.LedgerRow) string {
	var s []string
	for _, r := range list {
		s = append(s, r.UIDL+"="+string(r.State))
	}
	return strings.Join(s, " ")
}

func TestPlan(t *testing.T) {
	day := 24 * time.Hour
	row := func(uidl string, state mail.LedgerState, size int64) mail.LedgerRow {
		return mail.LedgerRow{UIDL: uidl, State: state, Size: size, First: ago(10 * day), Listed: ago(10 * day), Header: "h:1", Body: "b"}
	}
	with := func(r mail.LedgerRow, change func(*mail.LedgerRow)) mail.LedgerRow { change(&r); return r }
	tests := []struct {
		name    string
		listing []Listed
		ledger  []mail.LedgerRow
		keep    mail.Keep
		max     int64

		fetch, verify, del, skip string
		put, forget, missing     string
		sizes                    bool
	}{
		{name: "nothing"},
		{name: "first visit, sizes unknown", listing: []Listed{{N: 1, UIDL: "a"}, {N: 2, UIDL: "b"}}, fetch: "b a", sizes: true},
		{name: "first visit", listing: []Listed{{N: 1, UIDL: "a", Size: 10}, {N: 2, UIDL: "b", Size: 5 << 20}, {N: 3, UIDL: "c", Size: 90 << 10}, {N: 4, UIDL: "d", Size: 20}}, fetch: "d a c b"},
		{name: "all known, sizes not needed", listing: []Listed{{N: 1, UIDL: "a"}}, ledger: []mail.LedgerRow{row("a", mail.Stored, 10)}},
		{name: "empty listing forgets nothing", ledger: []mail.LedgerRow{row("a", mail.Stored, 10), row("b", mail.Refused, 5), row("c", mail.Skipped, 5)}, missing: "a=stored"},
		{name: "size differs", listing: []Listed{{N: 1, UIDL: "a", Size: 11}}, ledger: []mail.LedgerRow{row("a", mail.Stored, 10)}, keep: mail.Keep{Mode: mail.KeepNever}, verify: "a"},
		{name: "never", listing: []Listed{{N: 1, UIDL: "a", Size: 10}, {N: 2, UIDL: "b", Size: 5}}, ledger: []mail.LedgerRow{row("a", mail.Stored, 10)}, keep: mail.Keep{Mode: mail.KeepNever}, fetch: "b", del: "a"},
		{name: "nothing is deleted before its size is known", listing: []Listed{{N: 1, UIDL: "a"}}, ledger: []mail.LedgerRow{row("a", mail.Stored, 10)}, keep: mail.Keep{Mode: mail.KeepNever}, del: "a", sizes: true},
		{name: "days", listing: []Listed{{N: 1, UIDL: "a", Size: 10}, {N: 2, UIDL: "b", Size: 10}}, ledger: []mail.LedgerRow{row("a", mail.Stored, 10), with(row("b", mail.Stored, 10), func(r *mail.LedgerRow) { r.First = ago(9 * day) })}, keep: mail.Keep{Mode: mail.KeepDays, Days: 10}, del: "a"},
		{name: "days, but how old is unknown", listing: []Listed{{N: 1, UIDL: "a", Size: 10}}, ledger: []mail.LedgerRow{with(row("a", mail.Stored, 10), func(r *mail.LedgerRow) { r.First = time.Time{} })}, keep: mail.Keep{Mode: mail.KeepDays, Days: 1}},
		{name: "days without a number", listing: []Listed{{N: 1, UIDL: "a", Size: 10}}, ledger: []mail.LedgerRow{row("a", mail.Stored, 10)}, keep: mail.Keep{Mode: mail.KeepDays}},
		{name: "until deleted", listing: []Listed{{N: 1, UIDL: "a", Size: 10}, {N: 2, UIDL: "b", Size: 10}}, ledger: []mail.LedgerRow{row("a", mail.Stored, 10), with(row("b", mail.Stored, 10), func(r *mail.LedgerRow) { r.GoneHere = true })}, keep: mail.Keep{Mode: mail.KeepUntilDeleted}, del: "b"},
		{name: "deleted here but kept for ever", listing: []Listed{{N: 1, UIDL: "a", Size: 10}}, ledger: []mail.LedgerRow{with(row("a", mail.Stored, 10), func(r *mail.LedgerRow) { r.GoneHere = true })}},
		{name: "an unknown policy deletes nothing", listing: []Listed{{N: 1, UIDL: "a", Size: 10}}, ledger: []mail.LedgerRow{row("a", mail.Stored, 10)}, keep: mail.Keep{Mode: "sometimes"}},
		{name: "over the limit", listing: []Listed{{N: 1, UIDL: "a", Size: 101}, {N: 2, UIDL: "b", Size: 100}}, max: 100, fetch: "b", skip: "a", put: "a=skipped"},
		{name: "still over the limit", listing: []Listed{{N: 1, UIDL: "a", Size: 101}}, ledger: []mail.LedgerRow{row("a", mail.Skipped, 101)}, max: 100, skip: "a"},
		{name: "no longer over the limit", listing: []Listed{{N: 1, UIDL: "a"}}, ledger: []mail.LedgerRow{row("a", mail.Skipped, 101)}, max: 200, fetch: "a"},
		{name: "refused comes last", listing: []Listed{{N: 1, UIDL: "a", Size: 5 << 20}, {N: 2, UIDL: "b", Size: 1}}, ledger: []mail.LedgerRow{row("b", mail.Refused, 1)}, fetch: "a b"},
		{name: "doomed and still there", listing: []Listed{{N: 1, UIDL: "a", Size: 10}}, ledger: []mail.LedgerRow{row("a", mail.Doomed, 10)}, keep: mail.Keep{Mode: mail.KeepNever}, verify: "a"},
		{name: "doomed and gone", ledger: []mail.LedgerRow{row("a", mail.Doomed, 10)}, missing: "a=doomed"},
		{name: "back after it was missing", listing: []Listed{{N: 1, UIDL: "a", Size: 10}}, ledger: []mail.LedgerRow{row("a", mail.Deleted, 10)}, put: "a=stored"},
		{name: "back after we deleted it", listing: []Listed{{N: 1, UIDL: "a", Size: 10}}, ledger: []mail.LedgerRow{with(row("a", mail.Deleted, 10), func(r *mail.LedgerRow) { r.Body = "" })}, verify: "a"},
		{name: "gone for a year", ledger: []mail.LedgerRow{with(row("a", mail.Deleted, 10), func(r *mail.LedgerRow) { r.Listed = ago(366 * day) })}, forget: "a=deleted"},
		{name: "refused and gone for a month", ledger: []mail.LedgerRow{with(row("a", mail.Refused, 10), func(r *mail.LedgerRow) { r.Listed = ago(31 * day) })}, forget: "a=refused"},
		{
			name: "one id for three, by size", listing: []Listed{{N: 1, UIDL: "a", Size: 3}, {N: 2, UIDL: "a", Size: 1}, {N: 3, UIDL: "a", Size: 2}},
			ledger: []mail.LedgerRow{row("a", mail.Stored, 1), with(row("a", mail.Stored, 2), func(r *mail.LedgerRow) { r.Dup = 1 })}, fetch: "a", verify: "a a",
		},
		{
			name: "one id for two, one changed", listing: []Listed{{N: 1, UIDL: "a", Size: 7}, {N: 2, UIDL: "a", Size: 1}},
			ledger: []mail.LedgerRow{row("a", mail.Stored, 1), with(row("a", mail.Stored, 2), func(r *mail.LedgerRow) { r.Dup = 1 })}, verify: "a a",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := fmt.Sprint(tt.listing, tt.ledger)
			a := Plan(tt.listing, tt.ledger, tt.keep, tt.max, now)
			for _, c := range []struct{ what, got, want string }{
				{"fetch", names(a.Fetch), tt.fetch},
				{"verify", names(a.Verify), tt.verify},
				{"delete", names(a.Delete), tt.del},
				{"skip", names(a.Skip), tt.skip},
				{"put", rows(a.Put), tt.put},
				{"forget", rows(a.Forget), tt.forget},
				{"missing", rows(a.Missing), tt.missing},
				{"sizes", fmt.Sprint(a.Sizes), fmt.Sprint(tt.sizes)},
			} {
				if c.got != c.want {
					t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
				}
			}
			if fmt.Sprint(tt.listing, tt.ledger) != before {
				t.Error("the arguments were changed")
			}
		})
	}
}

// Every listed message has exactly one fate, whatever listing and ledger are like.
func FuzzPlan(f *testing.F) {
	f.Add([]byte("aabbcc"), []byte("abc"), uint8(0))
	f.Add([]byte("\x00\x00a"), []byte("aaaa"), uint8(3))
	f.Fuzz(func(t *testing.T, list, ledger []byte, policy uint8) {
		var listing []Listed
		for i, c := range list {
			l := Listed{N: i + 1, Size: int64(c>>3) * 10}
			if c&7 > 0 {
				l.UIDL = string('a' + rune(c&7))
			}
			listing = append(listing, l)
		}
		states := []mail.LedgerState{mail.Stored, mail.Skipped, mail.Refused, mail.Doomed, mail.Deleted}
		var known []mail.LedgerRow
		dups := map[string]int{}
		for _, c := range ledger {
			u := string('a' + rune(c&7))
			known = append(known, mail.LedgerRow{UIDL: u, Dup: dups[u], State: states[int(c>>3)%5], Size: int64(c>>4) * 10, First: ago(time.Hour), Listed: ago(time.Duration(c) * 24 * time.Hour)})
			dups[u]++
		}
		keep := mail.Keep{Mode: []mail.KeepMode{mail.KeepForever, mail.KeepNever, mail.KeepDays, mail.KeepUntilDeleted}[policy%4], Days: 1}
		a := Plan(listing, known, keep, int64(policy>>2), now)
		fate := map[int]int{}
		keys := map[key]bool{}
		for _, items := range [][]Item{a.Fetch, a.Verify, a.Delete, a.Skip, a.Nameless} {
			for _, it := range items {
				if fate[it.N]++; fate[it.N] > 1 {
					t.Errorf("message %d has two fates", it.N)
				}
				if it.UIDL != "" {
					k := key{it.UIDL, it.Dup}
					if keys[k] {
						t.Errorf("%v stands for two messages", k)
					}
					keys[k] = true
				}
			}
		}
		for _, it := range a.Delete {
			if it.Row.State != mail.Stored {
				t.Errorf("a message in state %s is deleted", it.Row.State)
			}
		}
		for _, r := range slices.Concat(a.Missing, a.Gone, a.Forget) {
			if keys[keyOf(r)] {
				t.Errorf("%q is listed and missing", r.UIDL)
			}
		}
		for _, r := range a.Forget {
			if r.State == mail.Stored || r.State == mail.Doomed {
				t.Errorf("a row in state %s is forgotten", r.State)
			}
		}
	})
}

func TestDigestsLeaveTracesOut(t *testing.T) {
	msg := "From: a\r\nSubject: a  long\r\n\tsubject\r\nMessage-ID: <1@x>\r\n\r\nbody\r\n"
	same := map[string]string{
		"traces":     "Return-Path: <x>\r\nReceived: from y\r\n\tby z; today\r\nDelivered-To: me\r\n" + msg + "",
		"marks":      "X-UIDL: 5\r\nStatus: RO\r\nX-Status: A\r\nX-Mozilla-Status: 0001\r\nX-Mozilla-Keys:   \r\n" + msg,
		"results":    "Authentication-Results: mx; spf=pass\r\nARC-Seal: i=1;\r\n a=b\r\nReceived-SPF: pass\r\n" + msg,
		"refolded":   "From: a\r\nSubject:\r\n a\r\n long subject\r\nMESSAGE-ID:   <1@x>  \r\n\r\nbody\r\n",
		"From line":  "From a@b Mon Mar  1\r\n" + msg,
		"lower case": strings.Replace(msg, "From:", "from:", 1),
	}
	want := digestsOf(mail.Bytes(msg))
	for name, other := range same {
		if digestsOf(mail.Bytes(other)) != want {
			t.Errorf("%s: it is not recognised", name)
		}
	}
	for name, other := range map[string]string{
		"subject": strings.Replace(msg, "long", "wide", 1), "body": strings.Replace(msg, "body", "text", 1), "one more line": msg + "\r\n",
		"field gone": strings.Replace(msg, "From: a\r\n", "", 1), "field into body": strings.Replace(msg, "Message-ID", "\r\nMessage-ID", 1),
	} {
		if d := digestsOf(mail.Bytes(other)); d.header == want.header || d.body == want.body {
			t.Errorf("%s: another message is taken for this one", name)
		}
	}
	// Past the lines that TOP shows, only the length and the whole tell messages apart.
	long := msg + strings.Repeat("line\r\n", 100)
	g := glimpse{}
	sum, n := top([]byte(long)[:len(msg)+6*30])
	g.sum, g.header = sum, int64(n)
	x, y := digestsOf(mail.Bytes(long+"x\r\n")), digestsOf(mail.Bytes(long+"y\r\n"))
	r := mail.LedgerRow{Header: x.header, Body: x.body, Size: 1}
	if x.header != y.header || x.body == y.body {
		t.Error("digests do not do their parts")
	}
	if !g.looksLike(r) || g.is(r, int64(len(long))) || !g.is(r, int64(len(long))+3) || g.is(r, 0) || !g.is(r, 1) {
		t.Error("a glimpse is judged wrongly")
	}
}

// TOP and the whole message give one digest.
func FuzzDigest(f *testing.F) {
	f.Add([]byte("A: b\r\n\r\nbody\r\n"))
	f.Add([]byte("\r\nno header\r\n"))
	f.Add([]byte("no empty line"))
	f.Add([]byte(": x\r\n y\r\nFrom z\r\n\tw\r\nA\r\n\r\n\r\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, msg []byte) {
		d := digestsOf(mail.Bytes(msg))
		sum, n := top(msg)
		if n > len(msg) || !(glimpse{sum, int64(n)}).looksLike(mail.LedgerRow{Header: d.header}) {
			t.Errorf("TOP gives %s, the message %s", sum, d.header)
		}
	})
}

func TestDigestsAreTheSameInMemoryAndInAFile(t *testing.T) {
	body := strings.Repeat(strings.Repeat("x", 500)+"\r\n", 5000)
	for name, msg := range map[string]string{
		"usual":        "Received: x\r\nSubject: y\r\n\r\n" + body,
		"all header":   "Subject: " + strings.Repeat("y", 2<<20) + "\r\n",
		"long header":  strings.Repeat("X-Y: z\r\n", 60_000) + "\r\n" + body,
		"empty header": "\r\n" + body,
	} {
		for _, piece := range []int{1000, 128 << 10, 4 << 20} {
			sp := newSpool(t.TempDir(), spoolName("a"), 0)
			for rest := []byte(msg); len(rest) > 0; {
				n, err := sp.Write(rest[:min(piece, len(rest))])
				if err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			raw := sp.raw()
			got, err := io.ReadAll(mail.Reader(raw))
			if err != nil || string(got) != msg {
				t.Errorf("%s: what was written is not what is read, %v", name, err)
			}
			if sum, err := Digest(raw); err != nil || sum != digestsOf(raw).body {
				t.Errorf("%s in pieces of %d: its digest later is %s (%v)", name, piece, sum, err)
			}
			if digestsOf(raw) != digestsOf(mail.Bytes(msg)) {
				t.Errorf("%s in pieces of %d: other digests", name, piece)
			}
			if err := raw.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestSpoolGoesToAFileAndIsBounded(t *testing.T) {
	sp := newSpool(t.TempDir(), spoolName("a"), 10)
	chunk := bytes.Repeat([]byte("0123456789"), 30_000)
	for range 10 {
		if _, err := sp.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	raw := sp.raw()
	defer raw.Close()
	if _, ok := raw.(*spooled); !ok || raw.Size() != 3_000_000 {
		t.Errorf("%T of %d octets", raw, raw.Size())
	}
	sp.size = sp.limit - 1
	if _, err := sp.Write(chunk); !errors.Is(err, errEndless) {
		t.Errorf("an endless message gives %v", err)
	}
}

func BenchmarkPlan(b *testing.B) {
	const n = 10_000
	var listing []Listed
	var ledger []mail.LedgerRow
	for i := range n {
		u := fmt.Sprintf("%08x4b1c%08x", i*7919, i)
		listing = append(listing, Listed{N: i + 1, UIDL: u})
		ledger = append(ledger, mail.LedgerRow{UIDL: u, State: mail.Stored, Size: 4000, Message: mail.MessageID(i + 1), First: now})
	}
	b.ReportAllocs()
	for b.Loop() {
		if a := Plan(listing, ledger, mail.Keep{}, 0, now); a.Present != n || len(a.Fetch) > 0 {
			b.Fatal(a)
		}
	}
}

func BenchmarkDigests(b *testing.B) {
	var msg bytes.Buffer
	for i := range 25 {
		fmt.Fprintf(&msg, "X-Header-%d: some value that is about as long as header fields are, and folded\r\n\tonce\r\n", i)
	}
	msg.WriteString("\r\n" + strings.Repeat(strings.Repeat("x", 76)+"\r\n", 80))
	b.SetBytes(int64(msg.Len()))
	b.ReportAllocs()
	for b.Loop() {
		digestsOf(mail.Bytes(msg.Bytes()))
	}
}
