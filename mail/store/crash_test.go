package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

// victimRole is set in the environment of a process that works on the store named by it until it is killed.
const victimRole = "POPLAR_STORE_VICTIM"

// victim changes the store without end, saying on its standard output what has been acknowledged to it, one line a
// step. It returns only when something fails.
func victim(dir string) int {
	err := func() error {
		ctx := context.Background()
		s, err := Open(ctx, dir, Options{Wait: time.Minute})
		if err != nil {
			return err
		}
		if err := s.EnsureAccount(ctx, home); err != nil {
			return err
		}
		archive, err := s.RoleFolder(ctx, home, mail.Archive)
		if err != nil {
			return err
		}
		rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
		say := func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
		var mine []mail.MessageID
		var waiting []mail.OutboxItem
		for n := 0; ; n++ {
			switch rng.IntN(9) {
			case 0, 1, 2:
				var batch []mail.Arrival
				for i := range 1 + rng.IntN(8) {
					a := retrieved(0, fmt.Sprintf("Letter %d-%d", n, i), strings.Repeat("words and more words ", 1+rng.IntN(500)))
					switch rng.IntN(20) {
					case 0:
						a.Raw = mail.Bytes(strings.Repeat("x", chunkSize+rng.IntN(chunkSize)))
					case 1:
						a.Raw = mail.Bytes(strings.Repeat("y", largeFrom+1+rng.IntN(chunkSize)))
					case 2:
						if a.Raw, err = spooledIn(dir, strings.Repeat("z", largeFrom+1+rng.IntN(chunkSize))); err != nil {
							return err
						}
					}
					a.Ledger.UIDL = fmt.Sprintf("%d-%d-%d", os.Getpid(), n, i)
					batch = append(batch, a)
				}
				ids, err := s.Add(ctx, home, batch)
				if err != nil {
					return err
				}
				for _, a := range batch {
					if err := a.Raw.Close(); err != nil {
						return err
					}
				}
				mine = append(mine, ids...)
				for i, id := range ids {
					say("added %d %d %s", id, batch[i].Raw.Size(), batch[i].Ledger.UIDL)
				}
			case 3:
				if len(mine) > 0 {
					id := mine[rng.IntN(len(mine))]
					if err := s.Move(ctx, []mail.MessageID{id}, archive); err != nil {
						return err
					}
					say("moved %d", id)
				}
			case 4:
				if len(mine) > 0 {
					id := mine[rng.IntN(len(mine))]
					if err := s.Mark(ctx, []mail.MessageID{id}, mail.Seen|mail.Flagged, 0); err != nil {
						return err
					}
					say("marked %d", id)
				}
			case 5:
				if len(mine) > 3 {
					id := mine[0]
					mine = mine[1:]
					say("deleting %d", id) // from here on it may be gone, from the next line on it must be
					if err := s.Delete(ctx, []mail.MessageID{id}); err != nil {
						return err
					}
					say("deleted %d", id)
				}
			case 6:
				o, a := outgoing(n, 0)
				if o.ID, err = s.Enqueue(ctx, o, a, 0); err != nil {
					return err
				}
				waiting = append(waiting, o)
				say("state %d queued", o.ID)
			case 7:
				if len(waiting) > 0 {
					o := waiting[0]
					waiting = waiting[1:]
					o.State = mail.InFlight
					if err := s.PutOutbox(ctx, o); err != nil {
						return err
					}
					say("state %d in-flight", o.ID)
					say("state %d sending", o.ID) // in flight or sent
					if err := s.Sent(ctx, o); err != nil {
						return err
					}
					say("state %d sent", o.ID)
				}
			case 8:
				if _, err := s.Index(ctx, 1+rng.IntN(30)); err != nil {
					return err
				}
			}
		}
	}()
	fmt.Println("failed", err)
	return 1
}

// A process is killed at a moment of chance, again and again on the same store: whatever it was told is done is
// there, nothing is half done, and the store needs no repair.
func TestKilledAtAnyMoment(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	dir := t.TempDir()
	sizes := map[mail.MessageID]int64{}
	uidls := map[string]mail.MessageID{}
	seen, archived, gone, maybe := map[mail.MessageID]bool{}, map[mail.MessageID]bool{}, map[mail.MessageID]bool{}, map[mail.MessageID]bool{}
	states := map[mail.MessageID]string{}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	steps := 0
	for round := range rounds {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), victimRole+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		kill := 1 + rng.IntN(150) // after so many acknowledged steps, and a little later
		for n := 0; lines.Scan(); n++ {
			var id mail.MessageID
			var size int64
			var word string
			line := lines.Text()
			switch {
			case scanned(line, 3, "added %d %d %s", &id, &size, &word):
				sizes[id] = size
				uidls[word] = id
			case scanned(line, 1, "moved %d", &id):
				archived[id] = true
			case scanned(line, 1, "marked %d", &id):
				seen[id] = true
			case scanned(line, 1, "deleting %d", &id):
				maybe[id] = true
			case scanned(line, 1, "deleted %d", &id):
				gone[id] = true
			case scanned(line, 2, "state %d %s", &id, &word):
				states[id] = word
			default:
				t.Errorf("the process says %q", line)
			}
			steps++
			if n == kill {
				timer := time.AfterFunc(time.Duration(rng.IntN(20_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
				defer timer.Stop()
			}
		}
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || !killed(exit) {
			t.Fatalf("round %d: the process was not killed but ended: %v", round, err)
		}
		s := openStore(t, dir)
		checkStore(t, s)
		rows := ledger(t, s, home)
		for uidl, id := range uidls {
			m, err := s.Summary(context.Background(), id)
			switch {
			case gone[id] && !errors.Is(err, ErrNoMessage):
				t.Errorf("round %d: deleted message %d is there (%v)", round, id, err)
			case err != nil && !maybe[id]:
				t.Errorf("round %d: message %d is lost: %v", round, id, err)
			case err == nil && (m.Size != sizes[id] || archived[id] && m.Folder != folder(t, s, home, mail.Archive) || seen[id] && m.Flags != mail.Seen|mail.Flagged):
				t.Errorf("round %d: message %d is not as it was acknowledged: %+v", round, id, m)
			}
			if err == nil && m.Size > largeFrom {
				if raw, err := s.Raw(context.Background(), id); err != nil {
					t.Errorf("round %d: message %d: %v", round, id, err)
				} else if _, err := io.Copy(io.Discard, mail.Reader(raw)); errors.Join(err, raw.Close()) != nil {
					t.Errorf("round %d: message %d: %v", round, id, err)
				}
			}
			if r := rows[uidl+"0"]; r.State != mail.Stored || gone[id] && !r.GoneHere || err == nil && r.Message != id {
				t.Errorf("round %d: ledger row of message %d: %+v", round, id, r)
			}
		}
		queued := map[mail.MessageID]mail.SendState{}
		for _, o := range outbox(t, s) {
			queued[o.ID] = o.State
		}
		for id, state := range states {
			got := queued[id]
			switch state {
			case "queued":
				if got != mail.Queued && got != mail.InFlight { // the next step may have been committed and not told
					t.Errorf("round %d: message %d is %q instead of %s", round, id, got, state)
				}
			case "in-flight":
				if got != mail.InFlight {
					t.Errorf("round %d: message %d is %q instead of %s", round, id, got, state)
				}
			case "sending":
				if got != mail.InFlight && got != "" {
					t.Errorf("round %d: message %d is %q", round, id, got)
				}
			case "sent":
				if m := summary(t, s, id); got != "" || m.Folder != folder(t, s, home, mail.Sent) {
					t.Errorf("round %d: message %d is %q in %+v", round, id, got, m)
				}
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d acknowledged steps, %d messages", steps, len(sizes))
}

func scanned(line string, n int, format string, into ...any) bool {
	got, err := fmt.Sscanf(line, format, into...)
	return err == nil && got == n
}

// killed reports whether a process was ended from outside: Windows gives such an end the code 1.
func killed(e *exec.ExitError) bool {
	return e.ExitCode() == -1 || runtime.GOOS == "windows" && e.ExitCode() == 1
}
