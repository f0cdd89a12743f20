package store

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"poplar/mail"
)

// author writes messages that look like mail to the index: words of very unequal frequency, some of it Chinese.
type author struct {
	rng   *rand.Rand
	words []string
	zipf  *rand.Zipf
}

func newAuthor(seed uint64) *author {
	rng := rand.New(rand.NewPCG(seed, 7))
	a := &author{rng: rng, words: make([]string, 40000)}
	for i := range a.words {
		if i%10 == 9 {
			var b strings.Builder
			for range 2 + rng.IntN(3) {
				b.WriteRune(rune(0x4E00 + int(3000*rng.Float64()*rng.Float64())))
			}
			a.words[i] = b.String()
			continue
		}
		// Letters as unequal as in a language, consonants and vowels in turn; common words are short.
		var b strings.Builder
		for n := 2 + rng.IntN(2+min(6, i/40)); b.Len() < n; {
			const consonants, vowels = "tnsrhldcmfpgwybvkxjqz", "eaiou"
			b.WriteByte(consonants[int(float64(len(consonants))*rng.Float64()*rng.Float64())])
			if rng.IntN(4) > 0 {
				b.WriteByte(vowels[int(float64(len(vowels))*rng.Float64()*rng.Float64())])
			}
		}
		a.words[i] = b.String()
	}
	a.zipf = rand.NewZipf(rng, 1.1, 5, uint64(len(a.words)-1))
	return a
}

func (a *author) word() string { return a.words[a.zipf.Uint64()] }

func (a *author) text(octets int) string {
	var b strings.Builder
	for b.Len() < octets {
		b.WriteString(a.word())
		if a.rng.IntN(12) == 0 {
			b.WriteString("\r\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()[:octets]
}

// message is the nth message: a raw of so many octets, of which text octets are indexed.
func (a *author) message(n, octets, text int) mail.Arrival {
	body := strings.ToValidUTF8(a.text(text), "")
	subject := a.word() + " " + a.word() + " " + a.word() + fmt.Sprint(" ", n)
	arrival := letter(n, subject, body)
	arrival.Summary.Snippet = strings.ToValidUTF8(body[:min(len(body), 120)], "")
	raw := make([]byte, octets)
	copy(raw, arrival.Raw.(mail.Bytes))
	arrival.Raw = mail.Bytes(raw)
	arrival.Summary.From = []mail.Address{{Name: a.word() + " " + a.word(), Addr: fmt.Sprintf("%s@example.org", a.words[a.rng.IntN(500)])}}
	if n%3 == 0 {
		arrival.Summary.Flags = mail.Seen
	}
	if n%5 == 4 {
		arrival.References = []string{fmt.Sprintf("%d@example.org", n-4)}
		arrival.InReplyTo = arrival.References
	}
	arrival.Ledger = &mail.LedgerRow{
		Account: home, UIDL: fmt.Sprintf("%016x%08x", n*7919, n), State: mail.Stored, Size: int64(octets), First: epoch, Listed: epoch,
		Header: strings.Repeat("ab", 32), Body: fmt.Sprintf("%064x", n),
	}
	return arrival
}

// BenchmarkIngest stores messages of 8 KB in batches of 100, durable and listed after each batch; b.N is messages.
func BenchmarkIngest(b *testing.B) {
	for _, batch := range []int{1, 25, 100, 500} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			s := newStore(b)
			a := newAuthor(1)
			all := make([]mail.Arrival, b.N)
			for i := range all {
				all[i] = a.message(i, 8<<10, 7<<10)
			}
			b.ResetTimer()
			for part := range slices.Chunk(all, batch) {
				add(b, s, part...)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/message")
			start := time.Now()
			if err := s.Flush(context.Background()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(start).Microseconds())/float64(b.N), "µs-index/message")
		})
	}
}

const bigSize = 100_000

var big struct {
	once sync.Once
	dir  string
	err  error
}

// bigStore opens the store of a hundred thousand messages, which is made once per run.
func bigStore(b *testing.B) *Store {
	big.once.Do(func() {
		big.dir, big.err = os.MkdirTemp("", "poplar-bench-")
		if big.err != nil {
			return
		}
		start := time.Now()
		s, err := Open(context.Background(), big.dir, Options{})
		if err != nil {
			big.err = err
			return
		}
		big.err = s.EnsureAccount(context.Background(), home)
		a := newAuthor(2)
		for n := 0; n < bigSize && big.err == nil; n += 1000 {
			batch := make([]mail.Arrival, 1000)
			for i := range batch {
				batch[i] = a.message(n+i, 4<<10, 3500)
			}
			_, big.err = s.Add(context.Background(), home, batch)
		}
		if big.err == nil {
			big.err = s.Flush(context.Background())
		}
		if big.err == nil {
			big.err = s.Close()
		}
		b.Logf("store of %d messages made in %v", bigSize, time.Since(start).Round(time.Second))
	})
	if big.err != nil {
		b.Fatal(big.err)
	}
	s, err := Open(context.Background(), big.dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// removeBig deletes what bigStore made.
func removeBig() error {
	if big.dir == "" {
		return nil
	}
	return os.RemoveAll(big.dir)
}

func BenchmarkOpen(b *testing.B) {
	if err := bigStore(b).Close(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		s, err := Open(context.Background(), big.dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.List(context.Background(), mail.Query{Limit: 50}); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkList(b *testing.B) {
	s := bigStore(b)
	ctx := context.Background()
	inbox, err := s.RoleFolder(ctx, home, mail.Inbox)
	if err != nil {
		b.Fatal(err)
	}
	for _, q := range []struct {
		name string
		mail.Query
	}{
		{"folder", mail.Query{Folder: inbox, Limit: 50}},
		{"folder-deep", mail.Query{Folder: inbox, Limit: 50, Offset: bigSize / 2}},
		{"folder-end", mail.Query{Folder: inbox, Limit: 50, Offset: bigSize - 50}},
		{"role", mail.Query{Role: mail.Inbox, Limit: 50, Offset: 1000}},
		{"account-deep", mail.Query{Account: home, Limit: 50, Offset: bigSize / 2}},
		{"unread-deep", mail.Query{Folder: inbox, Unread: true, Limit: 50, Offset: bigSize / 3}},
		{"flagged", mail.Query{Folder: inbox, Flagged: true, Limit: 50}},
		{"thread", mail.Query{Thread: 1}},
	} {
		b.Run(q.name, func(b *testing.B) {
			for range b.N {
				if _, err := s.List(ctx, q.Query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("ids", func(b *testing.B) {
		for range b.N {
			if ids, err := s.IDs(ctx, mail.Query{Folder: inbox}); err != nil || len(ids) != bigSize {
				b.Fatal(len(ids), err)
			}
		}
	})
	b.Run("count-flagged", func(b *testing.B) {
		for range b.N {
			if _, err := s.Count(ctx, mail.Query{Folder: inbox, Flagged: true}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSearch looks for the newest 200 messages; p95 is over words of all frequencies, common ones as often as rare ones.
func BenchmarkSearch(b *testing.B) {
	s := bigStore(b)
	ctx := context.Background()
	a := newAuthor(2)
	rng := rand.New(rand.NewPCG(3, 3))
	// As many words from each octave of frequency, the few that stand in every message left out.
	word := func() string { return a.words[int(50*math.Pow(float64(len(a.words))/50, rng.Float64()))] }
	for _, kind := range []struct {
		name  string
		query func() string
	}{
		{"word", word}, // and its continuations
		{"whole-word", func() string { return `"` + word() + `"` }},
		{"common", func() string { return a.words[rng.IntN(20)] }},
		{"two-words", func() string { return word() + " " + word() }},
		{"prefix3", func() string { w := word(); return w[:min(len(w), 3)] }},
		{"chinese", func() string { return string(rune(0x4E00 + rng.IntN(3000))) }},
		{"chinese2", func() string { return a.words[rng.IntN(1000)*10+9] }},
		{"from", func() string { return "from:" + a.words[rng.IntN(500)] }},
	} {
		b.Run(kind.name, func(b *testing.B) {
			took := make([]time.Duration, 0, b.N)
			for range b.N {
				q := kind.query()
				start := time.Now()
				if _, err := s.List(ctx, mail.Query{Text: q, Limit: 200}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-max")
		})
	}
}

func BenchmarkLedger(b *testing.B) {
	s := bigStore(b)
	for range b.N {
		if rows, err := s.Ledger(context.Background(), home); err != nil || len(rows) != bigSize {
			b.Fatal(len(rows), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/bigSize*10000/1000, "ms/10,000-rows")
}
