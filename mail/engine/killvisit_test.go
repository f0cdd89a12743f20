package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/retrieve"
)

// The environment of a process that makes one visit and is killed in it (see TestMain).
const (
	killDir     = "POPLAR_KILL_DIR"     // the store's folder
	killAccount = "POPLAR_KILL_ACCOUNT" // JSON
	killAt      = "POPLAR_KILL_AT"      // it kills itself before (odd) or after (even) so many halves of commits; 0: never
)

// visitAndDie is what the process to be killed does.
func visitAndDie() int {
	ctx := context.Background()
	var a mail.Account
	if err := json.Unmarshal([]byte(os.Getenv(killAccount)), &a); err != nil {
		return 2
	}
	e, err := Open(ctx, Options{
		Dir: os.Getenv(killDir), Wait: time.Minute,
		Secret: func(context.Context, mail.Account, mail.Direction) (string, error) { return secret, nil },
	})
	if err == nil {
		err = e.SetAccounts(ctx, []mail.Account{a})
	}
	if err != nil {
		fmt.Println(err)
		return 2
	}
	d := dying{ledger: e.store}
	d.at, _ = strconv.Atoi(os.Getenv(killAt))
	v := e.visitTo(ctx, e.all(nil)[0], a, secret)
	store := v.Store
	v.Ledger = &d
	v.Store = func(ctx context.Context, batch []retrieve.Fetched) error {
		return d.step(func() error { return store(ctx, batch) })
	}
	r := retrieve.Run(ctx, v)
	if err := e.Close(); err != nil || r.Problem != nil {
		fmt.Println(r.Problem, err)
		return 3
	}
	return 0
}

// dying is the store's ledger up to the moment of death.
type dying struct {
	ledger  retrieve.Ledger
	at, now int
}

func (d *dying) step(commit func() error) error {
	d.die()
	err := commit()
	d.die()
	return err
}

func (d *dying) die() {
	if d.now++; d.now != d.at {
		return
	}
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Kill() // SIGKILL: nothing of this process runs any more
	}
	fmt.Println("still alive:", err)
	select {}
}

func (d *dying) Ledger(ctx context.Context, a mail.AccountID) ([]mail.LedgerRow, error) {
	return d.ledger.Ledger(ctx, a)
}

func (d *dying) PutLedger(ctx context.Context, rows ...mail.LedgerRow) error {
	return d.step(func() error { return d.ledger.PutLedger(ctx, rows...) })
}

func (d *dying) ForgetLedger(ctx context.Context, rows ...mail.LedgerRow) error {
	return d.step(func() error { return d.ledger.ForgetLedger(ctx, rows...) })
}

func (d *dying) RenumberLedger(ctx context.Context, old, now mail.LedgerRow) error {
	return d.step(func() error { return d.ledger.RenumberLedger(ctx, old, now) })
}

// victim is a mailbox that processes visit which are killed.
type victim struct {
	t    *testing.T
	pop  *mailtest.POP3
	box  *mailtest.Mailbox
	a    mail.Account
	dir  string
	sent map[string]int // what was ever put into the mailbox
	n    int
}

func newVictim(t *testing.T, keep mail.KeepMode) *victim {
	v := &victim{t: t, pop: mailtest.StartPOP3(t, mailtest.POP3Options{}), dir: t.TempDir(), sent: map[string]int{}}
	v.box = v.pop.AddUser("anna", secret)
	v.a = mail.DefaultAccount()
	v.a.ID, v.a.Address, v.a.Incoming = "a1", "anna@birch.example", v.pop.Server("anna")
	v.a.Incoming.AllowPlaintext = true
	v.a.Keep.Mode = keep
	return v
}

func (v *victim) add(sizes ...int) {
	for _, size := range sizes {
		raw := mailtest.Sample(v.n, size)
		v.n++
		v.box.Add(raw)
		v.sent[string(raw)]++
	}
}

// process starts a visit in a process of its own. kill, if set, is called with it; done says that it came to its end.
func (v *victim) process(at int, kill func(*os.Process) (stop func())) (done bool) {
	v.t.Helper()
	data, err := json.Marshal(v.a)
	if err != nil {
		v.t.Fatal(err)
	}
	cmd := exec.CommandContext(v.t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), killDir+"="+v.dir, killAccount+"="+string(data), killAt+"="+strconv.Itoa(at))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	if kill != nil {
		defer kill(cmd.Process)()
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true
	case errors.As(err, &exit) && (exit.ExitCode() == 2 || exit.ExitCode() == 3):
		v.t.Fatalf("a visit failed: %s", out.String())
	case out.Len() > 0:
		v.t.Fatalf("%v: %s", err, out.String())
	}
	return false
}

// sound makes a last visit and checks that everything is stored once, octet for octet, in a store without a fault, and
// that the server's mailbox is as the policy wants it.
func (v *victim) sound() {
	v.t.Helper()
	if !v.process(0, nil) {
		v.t.Fatal("the last visit did not come to its end")
	}
	ctx := context.Background()
	e, err := Open(ctx, Options{Dir: v.dir, Secret: func(context.Context, mail.Account, mail.Direction) (string, error) { return secret, nil }})
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			v.t.Error(err)
		}
	}()
	if wrong, err := e.Check(ctx); err != nil || len(wrong) > 0 {
		v.t.Errorf("the store: %v %v", wrong, err)
	}
	list, err := e.List(ctx, mail.Query{})
	if err != nil {
		v.t.Fatal(err)
	}
	got := map[string]int{}
	large := 0
	for _, s := range list {
		if s.Size > 1<<20 {
			large++
		}
		raw, err := e.Raw(ctx, s.ID)
		if err != nil {
			v.t.Fatal(err)
		}
		text, err := io.ReadAll(mail.Reader(raw))
		if err = errors.Join(err, raw.Close()); err != nil {
			v.t.Fatal(err)
		}
		got[string(text)]++
	}
	for text, n := range v.sent {
		if got[text] != n {
			v.t.Errorf("a message of %d octets is stored %d times, not %d", len(text), got[text], n)
		}
	}
	if len(got) != len(v.sent) {
		v.t.Errorf("%d different messages are stored, not %d", len(got), len(v.sent))
	}
	for folder, want := range map[string]int{"large": large, "spool": 0} {
		files, err := os.ReadDir(filepath.Join(v.dir, folder))
		if err != nil || len(files) != want {
			v.t.Errorf("in the folder %s lie %d files instead of %d: %v", folder, len(files), want, err)
		}
	}
	left := 0
	if v.a.Keep.Mode == mail.KeepForever {
		left = v.n
	}
	if v.box.Len() != left {
		v.t.Errorf("%d messages are on the server, not %d", v.box.Len(), left)
	}
}

var killPolicies = []mail.KeepMode{mail.KeepForever, mail.KeepNever}

// A process that is killed right before or right after any of its commits loses nothing and stores nothing twice.
func TestSIGKILLAtEveryCommit(t *testing.T) {
	for _, keep := range killPolicies {
		t.Run(string(keep), func(t *testing.T) {
			for at := 1; ; at++ {
				v := newVictim(t, keep)
				v.add(700, 900, 1500<<10, 2000)
				if v.process(at, nil) {
					if at < 3 {
						t.Errorf("it was killed at %d moments only", at-1)
					}
					return
				}
				v.add(800)
				v.sound()
			}
		})
	}
}

// The same at random moments: some in every test, as many as POPLAR_KILLS says where somebody wants to know.
func TestSIGKILLAtRandomMoments(t *testing.T) {
	rounds := 8
	if n, err := strconv.Atoi(os.Getenv("POPLAR_KILLS")); err == nil {
		rounds = n
	}
	for _, keep := range killPolicies {
		t.Run(string(keep), func(t *testing.T) {
			v := newVictim(t, keep)
			v.add(900, 20<<10)
			start := time.Now()
			if !v.process(0, nil) {
				t.Fatal("nobody killed it")
			}
			whole := time.Since(start)
			killed := 0
			for range rounds {
				v.add(1000, 1200<<10, 600, 40<<10)
				// Not the beginning, in which a process only starts.
				after := whole/4 + rand.N(whole)
				if !v.process(0, func(p *os.Process) func() {
					timer := time.AfterFunc(after, func() { _ = p.Kill() })
					return func() { timer.Stop() }
				}) {
					killed++
				}
			}
			t.Logf("%d of %d visits were killed, within %s", killed, rounds, whole)
			v.sound()
		})
	}
}
