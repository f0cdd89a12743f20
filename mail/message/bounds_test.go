package message

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

// huge is a Raw of head, then a line again and again, then tail; it takes no memory.
type huge struct {
	head, line, tail string
	lines            int64
}

func (h huge) Size() int64 {
	return int64(len(h.head)) + h.lines*int64(len(h.line)) + int64(len(h.tail))
}
func (h huge) Close() error { return nil }

func (h huge) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	middle := h.lines * int64(len(h.line))
	for n < len(p) {
		at := off + int64(n)
		switch {
		case at < int64(len(h.head)):
			n += copy(p[n:], h.head[at:])
		case at < int64(len(h.head))+middle:
			i := (at - int64(len(h.head))) % int64(len(h.line))
			room := min(int64(len(p)-n), int64(len(h.head))+middle-at)
			n += copy(p[n:n+int(min(room, int64(len(h.line))-i))], h.line[i:])
		case at < h.Size():
			n += copy(p[n:], h.tail[at-int64(len(h.head))-middle:])
		default:
			return n, io.EOF
		}
	}
	return n, nil
}

// What a message may cost, whatever is in it. The time is generous, as other programs run meanwhile; what the bounds
// keep away takes minutes or all memory.
func TestBounds(t *testing.T) {
	if testing.Short() {
		t.Skip("reads messages of hundreds of megabytes")
	}
	const top = "From: Ada <ada@poplar.example>\r\nSubject: Huge\r\n"
	nested := func(n int) mail.Bytes {
		var b bytes.Buffer
		b.WriteString(top)
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		b.WriteString("Content-Type: text/plain\r\n\r\nDeep inside.\r\n")
		return b.Bytes()
	}
	tests := []struct {
		name    string
		raw     mail.Raw
		problem string
		memory  uint64 // bytes in use afterwards, beyond the message's own
	}{
		{"200 MiB attachment", huge{top + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText.\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n", strings.Repeat("QUJD", 19) + "\r\n", "--b--\r\n", 200 << 20 / 78 / boundsScale}, "", 8 << 20},
		{"200 MiB of text", huge{top + "\r\n", "The same line of text, over and over again, for ever and a day.\r\n", "", 200 << 20 / 66 / boundsScale}, textCut, 64 << 20},
		{"200 MiB of one line", huge{top + "Content-Type: text/plain\r\n\r\n", "x", "", 200 << 20 / boundsScale}, textCut, 64 << 20},
		{"200 MiB of HTML", huge{top + "Content-Type: text/html\r\n\r\n", "<p>The <b>same</b> paragraph.</p>\r\n", "", 200 << 20 / 35 / boundsScale}, textCut, 128 << 20},
		{"100,000 parts", huge{top + "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\nContent-Type: image/gif; name=a.gif\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lG\r\n", "--b--\r\n", 100_000}, tooManyParts, 64 << 20},
		{"100,000 texts", huge{top + "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\nText\r\n", "--b--\r\n", 100_000}, tooManyParts, 64 << 20},
		{"10,000 nested multiparts", nested(10_000), tooDeep, 64 << 20},
		{"header of a gigabyte", huge{top + "X-Long: ", "all work and no play\r\n ", "\r\n\r\nText.\r\n", 1 << 30 / 23 / boundsScale}, headerCut, 96 << 20},
		{"header of a million fields", huge{top, "X-A: b\r\n", "\r\nText.\r\n", 1_000_000}, headerCut, 64 << 20},
		{"lines of dashes", huge{top + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n", "--\r\n", "--b--\r\n", 20_000_000 / boundsScale}, "", 64 << 20},
		{"brackets in an address", mail.Bytes(top + "To: " + strings.Repeat("(", 300_000) + strings.Repeat("<\"", 300_000) + "\r\n\r\n"), "", 16 << 20},
		{"colons and commas in an address", mail.Bytes(top + "To: " + strings.Repeat("a:", 200_000) + strings.Repeat("<a,", 200_000) + ";\r\n\r\n"), "", 16 << 20},
		{"encoded words without end", mail.Bytes("Subject: " + strings.Repeat("=?utf-8?Q?", 80_000) + "\r\n\r\n"), "", 16 << 20},
		{"parameters without end", mail.Bytes(top + "Content-Type: text/plain" + strings.Repeat("; a=\"b", 100_000) + "\r\n\r\n"), "", 16 << 20},
		{"a report of addresses", mail.Bytes("Return-Path: <>\r\nFrom: MAILER-DAEMON\r\nSubject: failure notice\r\n\r\n" + strings.Repeat("<ada@poplar.example>: unknown user bo@poplar.example\r\n", 20_000)), "", 32 << 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			m, err := Open(tt.raw)
			took := time.Since(start)
			if err != nil {
				t.Fatal(err)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
			if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > int64(tt.memory) {
				t.Errorf("%d MiB are in use afterwards", used>>20)
			}
			if tt.problem != "" && !slices.Contains(m.Problems, tt.problem) {
				t.Errorf("the problem is not named: %q", m.Problems)
			}
			if len(m.Parts) > partLimit {
				t.Errorf("%d parts", len(m.Parts))
			}
			t.Logf("%v, text %d bytes, %d parts", took.Round(time.Millisecond), len(m.Text), len(m.Parts))
			runtime.KeepAlive(m)
		})
	}
}
