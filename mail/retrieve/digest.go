package retrieve

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strconv"
	"strings"

	"poplar/mail"
)

const (
	// topLines is how many lines of the body a header digest covers, and TOP is asked for: enough to tell messages
	// with equal headers apart, few enough to be cheap.
	topLines = 20
	// headLimit bounds the part of a message that a header digest looks at.
	headLimit = 256 << 10
)

// volatile are the header fields that differ between two looks at the same message, or between a message and its copy
// on another server: traces of the way, marks of mail stores, and what the receiving side adds.
var volatile = map[string]bool{
	"received": true, "return-path": true, "delivered-to": true, "x-delivered-to": true, "x-original-to": true,
	"envelope-to": true, "x-envelope-to": true, "x-envelope-from": true, "delivery-date": true, "x-received": true,
	"received-spf": true, "authentication-results": true, "x-authentication-results": true,
	"status": true, "x-status": true, "x-uid": true, "x-uidl": true, "x-keywords": true, "x-imap": true, "x-imapbase": true,
	"content-length": true, "lines": true, "x-google-smtp-source": true, "x-gmail-labels": true,
}

var volatilePrefixes = []string{"x-mozilla-", "x-evolution-", "arc-", "x-spam-", "x-virus-", "x-ms-exchange-", "x-forefront-", "x-microsoft-antispam", "x-rspamd-", "x-gm-"}

func isVolatile(name string) bool {
	if volatile[name] {
		return true
	}
	for _, p := range volatilePrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// split finds the end of the header: the length of the header with the empty line behind it. A message without an
// empty line is all header.
func split(head []byte) int {
	if bytes.HasPrefix(head, []byte("\r\n")) {
		return 2
	}
	if i := bytes.Index(head, []byte("\r\n\r\n")); i >= 0 {
		return i + 4
	}
	return len(head)
}

// stable appends the header without its volatile fields: names in lower case, folding undone, since servers refold.
func stable(to, header []byte) []byte {
	skip := false
	for len(header) > 0 {
		line := header
		if i := bytes.IndexByte(header, '\n'); i >= 0 {
			line, header = header[:i], header[i+1:]
		} else {
			header = nil
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
			if !skip {
				to = squeeze(to, line)
			}
			continue
		}
		if skip = bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From ")); skip {
			continue // a mailbox file's separator that got into a header
		}
		start := len(to)
		to = append(to, '\n')
		if i := bytes.IndexByte(line, ':'); i > 0 {
			for _, c := range bytes.TrimRight(line[:i], " \t") {
				if 'A' <= c && c <= 'Z' {
					c += 'a' - 'A'
				}
				to = append(to, c)
			}
			if skip = isVolatile(string(to[start+1:])); skip {
				to = to[:start]
				continue
			}
			to = append(to, ':')
			line = line[i+1:]
		}
		to = squeeze(to, line)
	}
	return append(to, "\n\n"...)
}

// squeeze appends line's words, each with one space before it.
func squeeze(to, line []byte) []byte {
	for {
		start := 0
		for start < len(line) && (line[start] == ' ' || line[start] == '\t') {
			start++
		}
		end := start
		for end < len(line) && line[end] != ' ' && line[end] != '\t' {
			end++
		}
		if start == end {
			return to
		}
		to = append(append(to, ' '), line[start:end]...)
		line = line[end:]
	}
}

// top returns the digest of a message's beginning: stable header and first lines. header is the header's length. head
// may go on beyond that, as some servers send the whole message in answer to TOP.
func top(head []byte) (sum string, header int) {
	head = head[:min(len(head), headLimit)]
	header = split(head)
	return begin(stable(make([]byte, 0, header+2), head[:header]), head[header:]), header
}

func begin(header, body []byte) string {
	end := 0
	for range topLines {
		i := bytes.IndexByte(body[end:], '\n')
		if i < 0 {
			end = len(body)
			break
		}
		end += i + 1
	}
	h := sha256.New()
	h.Write(header)
	h.Write(body[:end])
	return hex.EncodeToString(h.Sum(nil))
}

// digests are what recognises a message again, as a ledger row keeps them.
type digests struct {
	header string // digest of the beginning, and after a colon the octets of the body
	body   string // SHA-256 of all but the volatile fields
}

// digester makes the digests of a message as it comes.
type digester struct {
	sum    string // of the beginning
	header int64  // octets of the header
	all    hash.Hash
}

// newDigester begins with head, which is the whole message or holds at least headLimit octets of it.
func newDigester(head []byte) *digester {
	first := head[:min(len(head), headLimit)]
	n := split(first)
	fields := stable(make([]byte, 0, n+2), first[:n])
	d := &digester{sum: begin(fields, first[n:]), header: int64(n), all: sha256.New()}
	d.all.Write(fields)
	d.all.Write(head[n:])
	return d
}

// Write takes in what follows.
func (d *digester) Write(p []byte) (int, error) { return d.all.Write(p) }

// end returns the digests of the message, which has size octets.
func (d *digester) end(size int64) digests {
	return digests{d.sum + ":" + strconv.FormatInt(size-d.header, 10), hex.EncodeToString(d.all.Sum(nil))}
}

// digestsOf returns those of a message that has been read.
func digestsOf(raw mail.Raw) digests {
	if s, ok := raw.(*spooled); ok {
		return s.digests
	}
	whole, _ := raw.(mail.Bytes)
	return newDigester(whole).end(raw.Size())
}

// Digest returns the digest that LedgerRow.Body keeps, of a message that is stored.
func Digest(raw mail.Raw) (string, error) {
	head := make([]byte, min(raw.Size(), headLimit))
	if n, err := raw.ReadAt(head, 0); n < len(head) {
		return "", err
	}
	d := newDigester(head)
	if _, err := io.Copy(d, io.NewSectionReader(raw, int64(len(head)), raw.Size()-int64(len(head)))); err != nil {
		return "", err
	}
	return d.end(raw.Size()).body, nil
}

// glimpse is what TOP told of a message.
type glimpse struct {
	sum    string // as top gives it
	header int64  // octets of the header
}

// looksLike says whether a row may be the message of which TOP gave g: the beginnings agree.
func (g glimpse) looksLike(row mail.LedgerRow) bool {
	sum, _, _ := strings.Cut(row.Header, ":")
	return sum != "" && sum == g.sum
}

// is says whether, beyond that, the lengths agree, by which it is taken for the same message without reading its body.
// size is what the server announces now.
func (g glimpse) is(row mail.LedgerRow, size int64) bool {
	_, length, _ := strings.Cut(row.Header, ":")
	body, err := strconv.ParseInt(length, 10, 64)
	return g.looksLike(row) && size > 0 && (size == row.Size || err == nil && size-g.header == body)
}
