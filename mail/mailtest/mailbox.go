package mailtest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Message is one message of a Mailbox.
type Message struct {
	UIDL string // empty: the mailbox gives one
	Raw  []byte // CRLF lines, dots unstuffed
	// Announced is what LIST and STAT say of the size; 0: the truth.
	Announced int64
	// Wire, if set, is sent by RETR as it is, before the final dot and instead of Raw: bare line feeds, unstuffed dots.
	Wire []byte
	// Open, if set, streams the message for RETR in the form that goes over the wire. It is for messages too large
	// to hold.
	Open func() io.Reader

	id int // its place in the mailbox's history
}

func (m *Message) size() int64 {
	switch {
	case m.Announced != 0:
		return m.Announced
	case m.Raw == nil:
		return int64(len(m.Wire))
	}
	return int64(len(m.Raw))
}

// wire returns the message with its dots stuffed and its end, before the final dot. Lines limits the body; below 0
// all of it is given.
func (m *Message) wire(lines int) io.Reader {
	if lines < 0 && m.Open != nil {
		return m.Open()
	}
	if lines < 0 && m.Wire != nil {
		return bytes.NewReader(m.Wire)
	}
	raw := m.Raw
	if lines >= 0 {
		raw = top(raw, lines)
	}
	var b bytes.Buffer
	b.Grow(len(raw) + 64)
	for len(raw) > 0 {
		if raw[0] == '.' {
			b.WriteByte('.')
		}
		i := bytes.Index(raw, []byte("\r\n"))
		if i < 0 {
			b.Write(raw)
			b.WriteString("\r\n")
			break
		}
		b.Write(raw[:i+2])
		raw = raw[i+2:]
	}
	return &b
}

// top returns the header, the empty line and the first n lines of the body.
func top(raw []byte, n int) []byte {
	i := bytes.Index(raw, []byte("\r\n\r\n"))
	if i < 0 {
		return raw
	}
	for i += 4; n > 0; n-- {
		j := bytes.IndexByte(raw[i:], '\n')
		if j < 0 {
			return raw
		}
		i += j + 1
	}
	return raw[:i]
}

// Mailbox is one user's mail on a POP3 server. It may be changed at any time; a session keeps the numbering it began
// with, as RFC 1939 wants, and is told that a message which has gone meanwhile is not there.
type Mailbox struct {
	mu       sync.Mutex
	messages []*Message
	next     int
	limit    int
	exclude  bool
	locked   bool
}

// Add appends a message and returns its unique-id.
func (b *Mailbox) Add(raw []byte) string { return b.Put(Message{Raw: raw}) }

// Put appends a message with all its oddities and returns its unique-id.
func (b *Mailbox) Put(m Message) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	m.id = b.next
	if m.UIDL == "" {
		m.UIDL = fmt.Sprintf("%08x6a7b%04x", b.next, b.next*7919&0xffff)
	}
	b.messages = append(b.messages, &m)
	return m.UIDL
}

// Remove takes the first message of that unique-id away, as another client would.
func (b *Mailbox) Remove(uidl string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.messages, func(m *Message) bool { return m.UIDL == uidl })
	if i >= 0 {
		b.messages = slices.Delete(b.messages, i, i+1)
	}
	return i >= 0
}

// Messages returns what is there, in order.
func (b *Mailbox) Messages() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]Message, len(b.messages))
	for i, m := range b.messages {
		list[i] = *m
	}
	return list
}

// Len is the number of messages.
func (b *Mailbox) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.messages)
}

// UIDLs returns the unique-ids, in order.
func (b *Mailbox) UIDLs() []string {
	var list []string
	for _, m := range b.Messages() {
		list = append(list, m.UIDL)
	}
	return list
}

// Renumber gives every message the unique-id that f makes of its place (from 0) and its old one, as a migration does.
func (b *Mailbox) Renumber(f func(i int, old string) string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, m := range b.messages {
		c := *m // sessions under way keep the old one
		c.UIDL = f(i, m.UIDL)
		b.messages[i] = &c
	}
}

// Limit shows only the oldest n messages to each session, as large providers do; 0 shows all.
func (b *Mailbox) Limit(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = n
}

// Exclusive lets in one session at a time; a second is told [IN-USE].
func (b *Mailbox) Exclusive(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.exclude = on
}

// enter begins a session: it returns the messages as they are now, false when the mailbox is in use.
func (b *Mailbox) enter() ([]*Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.exclude && b.locked {
		return nil, false
	}
	b.locked = true
	list := slices.Clone(b.messages)
	if b.limit > 0 && len(list) > b.limit {
		list = list[:b.limit]
	}
	return list, true
}

func (b *Mailbox) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.locked = false
}

func (b *Mailbox) has(m *Message) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.messages, func(o *Message) bool { return o.id == m.id })
}

// commit takes away the messages whose ids are in deleted.
func (b *Mailbox) commit(deleted map[int]bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = slices.DeleteFunc(b.messages, func(m *Message) bool { return deleted[m.id] })
}
