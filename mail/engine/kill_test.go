package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// victimRole is set in the environment of a process that sends what waits in the store named by it until it is killed.
const victimRole = "POPLAR_SENDING_VICTIM"

// sendingVictim submits the outbox of the store at dir, whose account stands beside it.
func sendingVictim(dir string) int {
	err := func() error {
		raw, err := os.ReadFile(dir + "/account.json")
		if err != nil {
			return err
		}
		var a mail.Account
		if err := json.Unmarshal(raw, &a); err != nil {
			return err
		}
		ctx := context.Background()
		e, err := Open(ctx, Options{Dir: dir, Secret: func(context.Context, mail.Account, mail.Direction) (string, error) { return secret, nil }})
		if err != nil {
			return err
		}
		if err := e.SetAccounts(ctx, []mail.Account{a}); err != nil {
			return err
		}
		if _, err := e.Flush(ctx); err != nil {
			return err
		}
		return e.Close()
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// The process is killed at each step of the dialogue in turn, by the server, which knows what it has accepted. Whatever
// was known when it died, no message is accepted twice unless the person asks for it, none is lost, and it stays the same
// message.
func TestKilledWhileSending(t *testing.T) {
	for _, c := range []struct {
		name     string
		o        mailtest.SMTPOptions
		messages int
	}{
		{"at once", mailtest.SMTPOptions{Chunking: true}, 1},
		{"pipelined", mailtest.SMTPOptions{}, 1},
		{"one by one", mailtest.SMTPOptions{Without: []string{"PIPELINING"}}, 1},
		{"one behind the other", mailtest.SMTPOptions{}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := map[mail.SendState]int{}
			for n := 1; ; n++ {
				state, reached := killedAt(t, c.o, n, c.messages)
				if !reached {
					if n < 7 {
						t.Errorf("the dialogue has only %d steps", n-1)
					}
					break
				}
				seen[state]++
			}
			if seen[mail.Uncertain] == 0 || seen[mail.SentOK] == 0 {
				t.Errorf("the kills did not reach all states: %v", seen)
			}
		})
	}
}

// killedAt sends messages from a process that is killed when the server is about to answer its nth line, sees to what that
// has left, and returns how the messages stood: sent, or perhaps sent if that is said of any. reached is false when the
// dialogue has fewer lines.
func killedAt(t *testing.T, o mailtest.SMTPOptions, n, messages int) (state mail.SendState, reached bool) {
	t.Helper()
	var mu sync.Mutex
	var victim *os.Process
	ended := make(chan struct{})
	lines := 0
	o.Users = map[string]string{"anna": secret}
	o.Script = func(*mailtest.Turn) {
		mu.Lock()
		defer mu.Unlock()
		if victim == nil {
			return
		}
		if lines++; lines == n {
			reached = true
			_ = victim.Kill()
			victim = nil
			<-ended
		}
	}
	b := newBench(t, nil, nil)
	b.smtp = mailtest.StartSMTP(t, o)
	b.account.Outgoing = b.smtp.Server("anna")
	b.account.Outgoing.AllowPlaintext = true
	if err := b.SetAccounts(t.Context(), []mail.Account{b.account}); err != nil {
		t.Fatal(err)
	}
	ids := make([]mail.MessageID, messages)
	for i := range ids {
		ids[i] = b.queue(10*n+i, "jonas@weber.example, klara@weber.example")
	}
	dir := b.o.Dir
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(b.account)
	if err == nil {
		err = os.WriteFile(dir+"/account.json", raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimRole+"="+dir)
	cmd.Stderr = os.Stderr
	mu.Lock()
	err = cmd.Start()
	victim = cmd.Process
	mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it says that it was killed
	close(ended)
	mu.Lock()
	victim = nil
	mu.Unlock()

	b.open(dir)
	if _, err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	accepted := func(i int) (times int) {
		for _, m := range b.smtp.Messages() {
			if strings.Contains(string(m.Raw), fmt.Sprintf("Message-ID: <%d@birch.example>", 10*n+i)) {
				times++
			}
		}
		return times
	}
	out, err := b.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := b.list(mail.Query{Role: mail.Sent})
	state = mail.SentOK
	for i, id := range ids {
		left := slices.IndexFunc(out, func(o mail.OutboxItem) bool { return o.ID == id })
		copied := slices.ContainsFunc(sent, func(s mail.Summary) bool { return s.ID == id })
		switch times := accepted(i); {
		case times > 1:
			t.Errorf("killed at line %d: message %d is accepted %d times", n, i, times)
		case left < 0 && (times != 1 || !copied):
			t.Errorf("killed at line %d: message %d is lost", n, i)
		case left < 0:
			continue
		case out[left].State != mail.Uncertain:
			t.Errorf("killed at line %d: %+v", n, out[left])
		}
		state = mail.Uncertain
		// The person chooses to send it again.
		if err := b.Resend(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if tried, err := b.Flush(t.Context(), id); err != nil || len(tried) != 1 || tried[0].State != mail.SentOK || accepted(i) == 0 {
			t.Errorf("killed at line %d, sent again: %+v, %v", n, tried, err)
		}
	}
	total := 0
	for i := range ids {
		total += accepted(i)
	}
	if total != len(b.smtp.Messages()) {
		t.Errorf("killed at line %d: it is another message now", n)
	}
	return state, reached
}
