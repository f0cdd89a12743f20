package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
)

// separator is the line before each message of an mbox file. Programs differ in what stands between "From " and the
// time, but all give the time; a sentence that begins with "From" does not.
var separator = regexp.MustCompile(`^From .*\d:\d\d.*\d{4}|^From .*\d{4}.*\d:\d\d`)

var quotedFrom = regexp.MustCompile(`^>+From `)

// maxSeparator is how much of a separator is looked at, in octets.
const maxSeparator = 1 << 10

func isSeparator(piece []byte) bool {
	return bytes.HasPrefix(piece, []byte("From ")) && separator.Match(piece[:min(len(piece), maxSeparator)])
}

// readMbox tells t of each message of an mbox file.
func readMbox(r io.Reader, where string, folder []string, t Taker) error {
	in := newLineReader(r)
	line, _, last, err := in.next()
	for n := 1; err == nil; n++ {
		at := fmt.Sprintf("%s, message %d", where, n)
		if !isSeparator(line) {
			return fmt.Errorf("%s is no mbox file: it does not begin with a line \"From \"", where)
		}
		received := separatorTime(string(line))
		for err == nil && !last { // the rest of an endless separator
			_, _, last, err = in.next()
		}
		m := &boxed{in: in}
		expunged := m.readHeader()
		if !expunged && (m.err == nil || m.header.Len() > 0) {
			item := Item{Where: at, Folder: folder, Flags: m.flags, Received: received, WriteTo: m.writeTo}
			if err := t.Take(item); err != nil {
				return err
			}
		}
		if err := m.writeTo(io.Discard); err != nil {
			t.Failed(at, err)
		}
		line, last, err = m.next, m.last, m.err
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// boxed is one message of an mbox file that is being read.
type boxed struct {
	in     *lineReader
	out    letterWriter
	header bytes.Buffer // what has been read ahead for the status fields
	flags  mail.Flags
	blank  bool // an empty line was read and not yet written: it may belong to the file

	begun bool
	next  []byte // the separator of the next message
	last  bool
	err   error // what ended the file
}

// maxHeader is how much of a message is held in memory to read its status fields, in octets.
const maxHeader = 1 << 20

// readHeader reads the header, and says whether the message was deleted before.
func (m *boxed) readHeader() (expunged bool) {
	m.out.w = &m.header
	for m.header.Len() < maxHeader && !m.blank {
		piece, first, last, err := m.in.next()
		if err != nil {
			m.err = err
			return expunged
		}
		m.blank = first && last && len(piece) == 0
		if first && m.status(piece) {
			expunged = true
		}
		if !m.blank {
			_ = m.line(piece, first, last) // a buffer never fails
		}
	}
	return expunged
}

// status reads the fields in which programs keep flags, and says whether the message is marked as deleted.
func (m *boxed) status(line []byte) (deleted bool) {
	name, value, found := strings.Cut(string(line[:min(len(line), 200)]), ":")
	if !found {
		return false
	}
	value = strings.TrimSpace(value)
	has := func(letter string, f mail.Flags) {
		if strings.Contains(value, letter) {
			m.flags |= f
		}
	}
	switch strings.ToLower(name) {
	case "status":
		has("R", mail.Seen)
	case "x-status":
		has("A", mail.Answered)
		has("F", mail.Flagged)
		return strings.Contains(value, "D")
	case "x-mozilla-status":
		bits, err := strconv.ParseUint(value, 16, 32)
		if err != nil {
			return false
		}
		for bit, f := range map[uint64]mail.Flags{0x1: mail.Seen, 0x2: mail.Answered, 0x4: mail.Flagged, 0x1000: mail.Forwarded} {
			if bits&bit != 0 {
				m.flags |= f
			}
		}
		return bits&0x8 != 0
	}
	return false
}

// line writes a piece of a line without its quoting.
func (m *boxed) line(piece []byte, first, last bool) error {
	if first && quotedFrom.Match(piece) {
		piece = piece[1:]
	}
	return m.out.line(piece, first, last)
}

// writeTo writes the message and finds where the next begins. Called again it does nothing.
func (m *boxed) writeTo(w io.Writer) error {
	if m.begun {
		return nil
	}
	m.begun = true
	_, failed := w.Write(m.header.Bytes())
	m.out.w = w
	write := func(piece []byte, first, last bool) {
		if failed == nil {
			failed = m.line(piece, first, last)
		}
	}
	for m.err == nil {
		piece, first, last, err := m.in.next()
		if err != nil {
			m.err = err
			break
		}
		if m.blank && isSeparator(piece) {
			m.next, m.last = piece, last
			break
		}
		if m.blank {
			write(nil, true, true)
		}
		if m.blank = first && last && len(piece) == 0; m.blank {
			continue
		}
		write(piece, first, last)
	}
	return failed
}

// separatorTime reads the time of a separator; zero where there is none that can be read.
func separatorTime(line string) time.Time {
	fields := strings.Fields(line)
	for i := range fields {
		rest := strings.Join(fields[i:], " ")
		for _, form := range []string{"Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 MST 2006", "Mon Jan 2 15:04:05 2006 -0700", "Mon Jan 2 15:04:05 -0700 2006", "Mon, 2 Jan 2006 15:04:05 -0700", "Mon Jan 2 15:04 2006"} {
			if t, err := time.Parse(form, rest); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

// mboxWriter writes an mbox file.
type mboxWriter struct{ w io.Writer }

// put writes one message that came from sender (an addr-spec or nothing) at a time.
func (m mboxWriter) put(raw mail.Raw, sender string, at time.Time) error {
	if sender == "" || strings.ContainsAny(sender, " \t\r\n") {
		sender = "MAILER-DAEMON"
	}
	if _, err := fmt.Fprintf(m.w, "From %s %s\n", sender, at.UTC().Format("Mon Jan _2 15:04:05 2006")); err != nil {
		return err
	}
	in := newLineReader(mail.Reader(raw))
	for {
		piece, first, last, err := in.next()
		if errors.Is(err, io.EOF) {
			_, err = io.WriteString(m.w, "\n")
			return err
		}
		if err != nil {
			return err
		}
		if first && (bytes.HasPrefix(piece, []byte("From ")) || quotedFrom.Match(piece)) {
			piece = append([]byte(">"), piece...)
		}
		if _, err := m.w.Write(piece); err != nil {
			return err
		}
		if last {
			if _, err := io.WriteString(m.w, lineEnd(piece)); err != nil {
				return err
			}
		}
	}
}
