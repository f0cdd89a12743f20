package pop3

import (
	"bytes"
	"context"
	"io"
	"net/mail"
	"time"
)

// FirstSince returns the place in ns, ascending numbers of messages, of the first whose Date is not before since;
// len(ns) where none is. A message that tells no date counts as older. The error is one that has ended the connection:
// a server that refuses TOP finds all messages recent.
func (c *Client) FirstSince(ctx context.Context, ns []int, since time.Time) (int, error) {
	low, high := 0, len(ns)
	for low < high {
		mid := low + (high-low)/2
		date, err := c.dated(ctx, ns[mid])
		switch {
		case err != nil && Refused(err) != nil:
			return 0, nil
		case err != nil:
			return 0, err
		case date.Before(since):
			low = mid + 1
		default:
			high = mid
		}
	}
	return low, nil
}

// maxHead bounds what is kept of a header to read its date.
const maxHead = 64 << 10

func (c *Client) dated(ctx context.Context, n int) (time.Time, error) {
	var head bytes.Buffer
	if _, err := c.Top(ctx, n, 0, &headOf{to: &head, left: maxHead}); err != nil {
		return time.Time{}, err
	}
	m, err := mail.ReadMessage(io.MultiReader(&head, bytes.NewReader([]byte("\r\n\r\n"))))
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // no date is an answer
	}
	date, err := m.Header.Date()
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // as above
	}
	return date, nil
}

// headOf keeps the first octets of what is written to it.
type headOf struct {
	to   *bytes.Buffer
	left int
}

// Write implements io.Writer.
func (h *headOf) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.to.Write(p[:n])
	h.left -= n
	return len(p), nil
}
