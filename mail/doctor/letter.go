package doctor

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/pop3"
	"poplar/mail/submit"
)

// pauses are the waits between two looks into the mailbox; the last is repeated.
var pauses = []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second}

// letter sends a message to the account's own address, waits until it has come, retrieves it and deletes it on the
// server. No other message is retrieved or deleted.
func letter(ctx context.Context, in, out *examination) error {
	token := strings.ToLower(rand.Text())
	before, err := in.numbers(ctx)
	in.began = time.Now()
	if err != nil {
		return in.failed(ctx, Retrieve, err)
	}
	address := out.account.Address
	raw := fmt.Sprintf("From: <%[1]s>\r\nTo: <%[1]s>\r\nSubject: Poplar test %[2]s\r\nDate: %[3]s\r\nMessage-ID: <%[2]s@%[4]s>\r\n"+
		"Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"+
		"Poplar has sent this message to test your settings. It is deleted when it has arrived.\r\n",
		address, token, out.Now().Format("Mon, 02 Jan 2006 15:04:05 -0700"), address[strings.LastIndexByte(address, '@')+1:])
	out.began = time.Now()
	receipt, err := submit.Send(ctx, out.server, out.secret, out.quiet(), submit.Message{From: address, To: []string{address}, Raw: mail.Bytes([]byte(raw))},
		func(context.Context) error { return nil })
	if err != nil {
		return out.failed(ctx, Send, err)
	}
	out.ok(Send, receipt.Said, nil)

	in.began = time.Now()
	until := time.Now().Add(in.Patience)
	for i := 0; ; i++ {
		if err := pause(ctx, pauses[min(i, len(pauses)-1)], until); err != nil {
			return in.failed(ctx, Retrieve, err)
		}
		n, size, err := in.fetchNew(ctx, before, token)
		if err != nil {
			return in.failed(ctx, Retrieve, err)
		}
		if n > 0 {
			in.took(Retrieve, time.Since(in.began), octets(size), nil)
			break
		}
		if !time.Now().Before(until) {
			p := &mail.Problem{Kind: mail.Timeout, Where: in.server.Addr(), Doing: Retrieve, Said: "it did not arrive within " + in.Patience.String()}
			in.Report(mail.Finding{
				Direction: mail.Incoming, Step: Retrieve, Took: time.Since(in.began), Said: p.Said, Problem: p,
				Verdict: &mail.Verdict{Reason: mail.LetterNotArrived, Host: in.server.Host, Fixes: []mail.Fix{{Do: mail.RunAgain, Direction: mail.Incoming}}},
			})
			return p
		}
	}
	in.took(Delete, 0, "QUIT was answered with +OK", nil)
	return nil
}

// pause waits for d, but not beyond until; its error is that of ctx.
func pause(ctx context.Context, d time.Duration, until time.Time) error {
	timer := time.NewTimer(max(0, min(d, time.Until(until))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return &mail.Problem{Kind: mail.Cancelled, Err: ctx.Err()}
	case <-timer.C:
		return nil
	}
}

// open logs in to the mailbox, without telling steps.
func (e *examination) open(ctx context.Context) (*pop3.Client, error) {
	return pop3.Open(ctx, e.server, e.secret, pop3.Options{Wire: e.quiet()})
}

// numbers are the unique-ids of the messages that are there.
func (e *examination) numbers(ctx context.Context) (map[string]bool, error) {
	c, err := e.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	known := map[string]bool{}
	list, err := c.UIDL(ctx)
	if err != nil && pop3.Refused(err) == nil {
		return nil, err
	}
	for _, u := range list {
		known[u.UIDL] = true
	}
	c.Leave(ctx)
	return known, nil
}

// fetchNew looks for the message with a token among those that were not there before, retrieves and deletes it. n is 0
// when it has not come.
func (e *examination) fetchNew(ctx context.Context, before map[string]bool, token string) (n int, size int64, err error) {
	c, err := e.open(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = c.Close() }()
	count, _, err := c.Stat(ctx)
	if err != nil {
		return 0, 0, err
	}
	ids := map[int]string{}
	if list, err := c.UIDL(ctx); err == nil {
		for _, u := range list {
			ids[u.N] = u.UIDL
		}
	} else if pop3.Refused(err) == nil {
		return 0, 0, err
	}
	const most = 50 // newest last; more than this does not come in a minute
	for i := count; i > max(0, count-most); i-- {
		if before[ids[i]] {
			continue
		}
		var head bytes.Buffer
		if _, err := c.Top(ctx, i, 0, &head); err != nil {
			if pop3.Refused(err) == nil {
				return 0, 0, err
			}
			continue
		}
		if !bytes.Contains(head.Bytes(), []byte("Poplar test "+token)) {
			continue
		}
		var whole bytes.Buffer
		if size, err = c.Retr(ctx, i, &whole); err != nil {
			return 0, 0, err
		}
		if err := c.Dele(ctx, i); err != nil {
			return 0, 0, err
		}
		return i, size, c.Quit(ctx)
	}
	c.Leave(ctx)
	return 0, 0, nil
}
