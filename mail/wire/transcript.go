package wire

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// The bounds of a transcript: characters of one line, and secrets remembered for masking.
const (
	lineLength = 400
	maxSecrets = 64
)

// Transcript keeps the last lines of the conversations with an account's servers, without secrets: what Sent shows of
// PASS, APOP and AUTH is cut, and every secret it was told of, or has seen go by, is masked wherever it turns up, also
// in a server's echo and in base64. The secrets themselves stay in memory. It may be used by several connections at
// once. A nil Transcript keeps nothing.
type Transcript struct {
	mu      sync.Mutex
	lines   []string // a ring once it is full
	next    int
	size    int
	tee     io.Writer
	secrets []string
}

// NewTranscript returns a transcript of the last capacity lines.
func NewTranscript(capacity int) *Transcript { return &Transcript{size: max(capacity, 1)} }

// Lines returns what is held, oldest first. Client lines begin with "C: ", server lines with "S: ".
func (t *Transcript) Lines() []string {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) < t.size {
		return append([]string(nil), t.lines...)
	}
	return append(append([]string(nil), t.lines[t.next:]...), t.lines[:t.next]...)
}

// Tee has every further line written to w, too, with a line end. Nil stops that.
func (t *Transcript) Tee(w io.Writer) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tee = w
}

// Mask has secret masked in all further lines.
func (t *Transcript) Mask(secret string) {
	secret = strings.TrimSpace(secret) // an echo may have lost the blanks around it
	if t == nil || secret == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.secrets {
		if s == secret {
			return
		}
	}
	if len(t.secrets) >= maxSecrets {
		t.secrets = t.secrets[1:]
	}
	t.secrets = append(t.secrets, secret)
}

func (t *Transcript) add(prefix, line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line = Redact(line, t.secrets...)
	// Once more after escaping, which may have spelt out a secret; and only then is the line cut, so that no half of
	// a secret stays at its end.
	line = prefix + shorten(Redact(printable(line), t.secrets...))
	if len(t.lines) < t.size {
		t.lines = append(t.lines, line)
	} else {
		t.lines[t.next] = line
		t.next = (t.next + 1) % t.size
	}
	if t.tee != nil {
		_, _ = io.WriteString(t.tee, line+"\n")
	}
}

// printable spells out control characters and octets that are no UTF-8.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i])|0x100, 16)[1:])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
		i += n
	}
	return b.String()
}

func shorten(s string) string {
	n := 0
	for i := range s {
		if n++; n > lineLength {
			return s[:i] + "…"
		}
	}
	return s
}

// Sent notes a line that went to the server, without its secrets. The line end may be there or not.
func (c *Conn) Sent(line string) {
	if c.o.Transcript == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	shown, secrets := c.script.sent(line)
	for _, s := range secrets {
		c.o.Transcript.Mask(s)
	}
	c.o.Transcript.add("C: ", shown)
}

// Received notes a line that came from the server.
func (c *Conn) Received(line string) {
	if c.o.Heard != nil {
		c.o.Heard(strings.TrimRight(line, "\r\n"))
	}
	if c.o.Transcript == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.script.received(line)
	c.o.Transcript.add("S: ", strings.TrimRight(line, "\r\n"))
}
