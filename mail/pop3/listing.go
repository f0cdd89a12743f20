package pop3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
)

// The limits of a listing. The largest mailboxes seen have a few hundred thousand messages.
const (
	maxEntries = 1 << 20
	maxText    = 32 << 20 // octets of all unique-ids
	maxUIDL    = 1 << 10  // RFC 1939 allows 70; longer ones than this are kept as their digest
)

var errTooLong = errors.New("the listing is longer than any mailbox can be")

// UID is a message's number in this session and its unique-id. RFC 1939 allows 1 to 70 printable characters; what a
// server really gave, any octets, stands here. It is empty where the server gave none.
type UID struct {
	N    int
	UIDL string
}

// Size is a message's number in this session and its octets as announced: a hint, for servers miscount.
type Size struct {
	N      int
	Octets int64
}

// UIDL lists the unique-ids of all messages, in the server's order. Lines without a message number are passed over.
func (c *Client) UIDL(ctx context.Context) ([]UID, error) {
	if _, err := c.cmd(ctx, doingList, "UIDL"); err != nil {
		return nil, err
	}
	// One string holds all ids: a mailbox of 10,000 costs two allocations, not 10,000.
	room := min(c.count, 1<<16)
	text := make([]byte, 0, 24*room)
	ends := make([]int, 0, room)
	list := make([]UID, 0, room)
	err := c.lines(doingList, func(line []byte) error {
		n, id := parseUIDL(line)
		if n == 0 {
			return nil
		}
		if len(list) == maxEntries || len(text) > maxText {
			return errTooLong
		}
		text = append(text, id...)
		list, ends = append(list, UID{N: n}), append(ends, len(text))
		return nil
	})
	if err != nil {
		return nil, err
	}
	all, start := string(text), 0
	for i, end := range ends {
		list[i].UIDL, start = all[start:end], end
	}
	return list, nil
}

// UIDLOne returns the unique-id of one message.
func (c *Client) UIDLOne(ctx context.Context, n int) (string, error) {
	text, err := c.cmd(ctx, doingList, "UIDL "+strconv.Itoa(n))
	if err != nil {
		return "", err
	}
	got, id := parseUIDL([]byte(text))
	if got != n {
		return "", c.unclear(text)
	}
	return string(id), nil
}

// List lists the sizes of all messages, in the server's order. Lines without a message number are passed over.
func (c *Client) List(ctx context.Context) ([]Size, error) {
	if _, err := c.cmd(ctx, doingList, "LIST"); err != nil {
		return nil, err
	}
	list := make([]Size, 0, min(c.count, 1<<16))
	err := c.lines(doingList, func(line []byte) error {
		s := parseLIST(line)
		if s.N == 0 {
			return nil
		}
		if len(list) == maxEntries {
			return errTooLong
		}
		list = append(list, s)
		return nil
	})
	return list, err
}

// ListOne returns the announced size of one message.
func (c *Client) ListOne(ctx context.Context, n int) (int64, error) {
	text, err := c.cmd(ctx, doingList, "LIST "+strconv.Itoa(n))
	if err != nil {
		return 0, err
	}
	s := parseLIST([]byte(text))
	if s.N != n {
		return 0, c.unclear(text)
	}
	return s.Octets, nil
}

// parseUIDL reads "n unique-id". The id may be any octets, blanks inside and at its end included. n is 0 for a line
// that is none.
func parseUIDL(line []byte) (n int, id []byte) {
	v, rest := number(line)
	if v <= 0 || v > maxEntries {
		return 0, nil
	}
	if len(rest) > maxUIDL {
		sum := sha256.Sum256(rest)
		rest = []byte("long:" + hex.EncodeToString(sum[:]))
	}
	return int(v), rest
}

// parseLIST reads "n octets". N is 0 for a line that is none; octets that make no sense are 0, which means unknown.
func parseLIST(line []byte) Size {
	v, rest := number(line)
	if v <= 0 || v > maxEntries {
		return Size{}
	}
	octets, _ := number(rest)
	return Size{N: int(v), Octets: max(octets, 0)}
}

// number reads a decimal number after blanks, and returns what follows it and the blanks behind. It returns -1 where
// there is no number, and the largest int64 for greater ones.
func number(b []byte) (int64, []byte) {
	b = leftBlanks(b)
	var v int64
	i := 0
	for ; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		if d := int64(b[i] - '0'); v > (1<<63-1-d)/10 {
			v = 1<<63 - 1
		} else {
			v = v*10 + d
		}
	}
	if i == 0 || i < len(b) && b[i] != ' ' && b[i] != '\t' {
		return -1, b
	}
	return v, leftBlanks(b[i:])
}

func leftBlanks(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}
