package submit_test

import (
	"bufio"
	"context"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/submit"
	"poplar/mail/wire"
)

// A server that offers CHUNKING and says that it does not know it gets the message by DATA, over another connection: it has
// perhaps taken the text for commands, and its answers to them mean nothing.
func TestChunkingThatDoesNotWork(t *testing.T) {
	s := start(t, mailtest.SMTPOptions{Chunking: true, Script: mailtest.Once("DOT", mailtest.Refuse("502 5.5.1", "unknown command"))})
	flights := 0
	r, err := submit.Send(t.Context(), s.to, users["anna"], wire.Options{Idle: 20 * time.Second}, message(bert), func(context.Context) error {
		flights++
		return nil
	})
	if err != nil || r.State != mail.SentOK || len(s.Messages()) != 1 || len(lines(s, "BDAT")) != 1 || len(lines(s, "DATA")) != 1 || flights != 2 {
		t.Errorf("%v, %v, %q", r, err, lines(s))
	}
	// It is known from now on.
	if r, err := send(t, s, message(bert)); err != nil || r.State != mail.SentOK || len(lines(s, "BDAT")) != 1 {
		t.Errorf("again: %v, %v, %q", r, err, lines(s))
	}
}

// The same of one that does take the text for commands.
func TestTextIsTakenForCommands(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	var taken []string
	serving.Go(func() {
		for range 2 {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if text := ignorant(c); text != "" {
				taken = append(taken, text)
			}
			_ = c.Close()
		}
	})
	port, err := strconv.Atoi(l.Addr().String()[strings.LastIndexByte(l.Addr().String(), ':')+1:])
	if err != nil {
		t.Fatal(err)
	}
	to := mail.Server{Host: "127.0.0.1", Port: port, Security: mail.NoTLS, Auth: mail.AuthNone}
	r, err := submit.Send(t.Context(), to, "", wire.Options{Idle: 20 * time.Second}, message(bert), quietly)
	_ = l.Close()
	serving.Wait()
	if err != nil || r.State != mail.SentOK || len(taken) != 1 || !strings.HasPrefix(taken[0], "Subject: x\r\n") {
		t.Errorf("%+v, %v, taken %q", r, err, taken)
	}
}

// ignorant is a session of a server that offers CHUNKING and has never heard of BDAT. It returns what came by DATA.
func ignorant(c net.Conn) string {
	in := bufio.NewReader(c)
	say := func(s string) { _, _ = c.Write([]byte(s + "\r\n")) } // a client that has left sees nothing
	text, data := "", false
	say("220 hello")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return text
		}
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case data && word == ".":
			data = false
			say("250 taken")
		case data:
			text += line
		case word == "EHLO":
			say("250-me\r\n250-PIPELINING\r\n250 CHUNKING")
		case word == "MAIL", word == "RCPT", word == "RSET":
			say("250 ok")
		case word == "DATA":
			data = true
			say("354 go on")
		case word == "QUIT":
			say("221 bye")
			return text
		default:
			say("500 what?")
		}
	}
}
