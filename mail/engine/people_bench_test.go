package engine

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"poplar/mail"
)

// BenchmarkAddressBook is the first start with a store that was there before the address book: how long a batch of
// learning takes, during which nobody else writes, how long all of it, and how long a suggestion while it goes on and
// afterwards. POPLAR_BENCH_MESSAGES is how many messages there are, from a tenth as many people.
func BenchmarkAddressBook(b *testing.B) {
	n := 5000
	if s := os.Getenv("POPLAR_BENCH_MESSAGES"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	ctx := context.Background()
	e, err := Open(ctx, Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	a := mail.DefaultAccount()
	a.ID, a.Address = "a1", "anna@birch.example"
	if err := e.SetAccounts(ctx, []mail.Account{a}); err != nil {
		b.Fatal(err)
	}
	family := []string{"Weber", "Berg", "Lindqvist", "陈", "李", "Novák", "Smith"}
	var batch []mail.Arrival
	for i := range n {
		who := i % max(n/10, 1)
		raw := mail.Bytes(fmt.Sprintf("From: \"P%d %s\" <p%d@x%d.example>\r\nTo: anna@birch.example\r\nSubject: s%d\r\nMessage-ID: <%d@x.example>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n",
			who, family[who%len(family)], who, who%500, i, i))
		arrival := e.own(a, raw)
		arrival.Role = mail.Inbox
		if batch = append(batch, arrival); len(batch) == 1000 || i == n-1 {
			if _, err := e.store.Add(ctx, a.ID, batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	var batches, during []time.Duration
	timed := func(list *[]time.Duration, f func()) {
		start := time.Now()
		f()
		*list = append(*list, time.Since(start))
	}
	start := time.Now()
	for more, k := true, 1; more; k++ {
		timed(&batches, func() {
			if more, err = e.learn(ctx); err != nil {
				b.Fatal(err)
			}
		})
		if !more || k%renewEvery == 0 { // as keepLearning does
			e.renewBook(ctx)
		}
		timed(&during, func() { _, err = e.Suggest(ctx, "p1", 8, nil) })
	}
	total := time.Since(start)
	var after []time.Duration
	b.ResetTimer()
	for i := range max(b.N, 20) {
		timed(&after, func() { _, err = e.Suggest(ctx, []string{"p", "web", "li", "p1", "x9"}[i%5], 8, nil) })
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	p95 := func(list []time.Duration) time.Duration {
		slices.Sort(list)
		return list[len(list)*95/100]
	}
	b.ReportMetric(ms(total), "ms/all")
	b.ReportMetric(ms(slices.Max(batches)), "ms/longest-batch")
	b.ReportMetric(ms(p95(during)), "ms/suggestion-meanwhile-p95")
	b.ReportMetric(ms(p95(after)), "ms/suggestion-p95")
}
