package engine

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// Three visits under each policy, each by a process of its own, days apart by the clock: after the first, message 0 goes to Trash
// here, 1 is deleted, and of the copies on the server 2 and 4 are to stay and 3 is to go; after the second Trash is emptied.
func TestPoliciesOverThreeVisits(t *testing.T) {
	const size = 300 << 10 // three are less than a megabyte
	for _, c := range []struct {
		keep string
		left [3][]int // on the server after each visit
	}{
		{"forever", [3][]int{{0, 1, 2, 3, 4, 5}, {0, 1, 2, 4, 5, 6}, {0, 1, 2, 4, 5, 6, 7, 8}}},
		{"days:10", [3][]int{{0, 1, 2, 3, 4, 5}, {0, 1, 2, 4, 5, 6}, {2, 4, 6, 7, 8}}},
		{"until-deleted", [3][]int{{0, 1, 2, 3, 4, 5}, {2, 4, 5, 6}, {2, 4, 5, 6, 7, 8}}},
		{"until-trash", [3][]int{{0, 1, 2, 3, 4, 5}, {0, 2, 4, 5, 6}, {2, 4, 5, 6, 7, 8}}},
		{"never", [3][]int{{}, {}, {}}},
		{"newest:3", [3][]int{{3, 4, 5}, {4, 5, 6}, {4, 6, 7, 8}}},
		{"mb:1", [3][]int{{3, 4, 5}, {4, 5, 6}, {4, 7, 8}}},
	} {
		t.Run(c.keep, func(t *testing.T) {
			keep, err := mail.ParseKeep(c.keep)
			if err != nil {
				t.Fatal(err)
			}
			b := newBench(t, nil, nil)
			clock := mailtest.NewClock(time.Now())
			var samples [][]byte
			arrive := func(n int) {
				for range n {
					samples = append(samples, mailtest.Sample(len(samples), size))
					b.box.Add(samples[len(samples)-1])
				}
			}
			ids := map[int]mail.MessageID{}
			visit := func(n, retrieved int) {
				t.Helper()
				b.o.Now = clock.Now
				b.change(func(a *mail.Account) { a.Keep = keep })
				will, err := b.Removals(t.Context(), "a1", keep)
				if err != nil {
					t.Fatal(err)
				}
				r := b.receive()
				// What is new is not known before, and it pushes others out.
				if counts := keep.Mode == mail.KeepNewest || keep.Mode == mail.KeepSize || keep.Mode == mail.KeepNever; !counts && r.Deleted != will {
					t.Errorf("visit %d: %d were to be deleted, and %d are", n, will, r.Deleted)
				}
				if r.Retrieved != retrieved || r.Left != len(c.left[n-1]) {
					t.Errorf("visit %d: %+v", n, r)
				}
				got := []int{}
				for _, m := range b.box.Messages() {
					got = append(got, slices.IndexFunc(samples, func(s []byte) bool { return bytes.Equal(s, m.Raw) }))
				}
				if !slices.Equal(got, c.left[n-1]) {
					t.Errorf("visit %d: on the server are %v, not %v", n, got, c.left[n-1])
				}
				for _, s := range b.list(mail.Query{}) {
					for i := range samples {
						if s.MessageID == "sample-"+string(rune('0'+i))+"@example.test" {
							ids[i] = s.ID
							if on := slices.Contains(c.left[n-1], i); s.OnServer != on {
								t.Errorf("visit %d: message %d is on the server: %v, it says %v", n, i, on, s.OnServer)
							}
						}
					}
				}
			}
			again := func(days int) {
				t.Helper()
				if err := b.Close(); err != nil {
					t.Fatal(err)
				}
				b.open(b.o.Dir)
				clock.Advance(time.Duration(days) * 24 * time.Hour)
			}
			do := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			ctx := t.Context()
			arrive(6)
			visit(1, 6)
			do(b.MoveToRole(ctx, []mail.MessageID{ids[0]}, mail.Trash))
			do(b.Delete(ctx, []mail.MessageID{ids[1]}))
			do(b.Want(ctx, []mail.MessageID{ids[2], ids[4]}, mail.WishLeave))
			do(b.Want(ctx, []mail.MessageID{ids[3]}, mail.WishDelete))
			again(5)
			arrive(1)
			visit(2, 1)
			do(b.Delete(ctx, []mail.MessageID{ids[0]}))
			again(9)
			arrive(2)
			visit(3, 2)
		})
	}
}
