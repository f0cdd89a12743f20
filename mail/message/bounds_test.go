package message

import (
	"bytes"
	"encoding/binary"
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

func continuations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "; name*%d*=%%e6%%98%%a5", i)
	}
	return b.String()
}

// tnefBomb is a winmail.dat whose RTF says that it unpacks to two gigabytes, and refers back to itself all the way.
func tnefBomb() []byte {
	var rtf bytes.Buffer
	for _, v := range []uint32{1 << 20, 2 << 30, 0x75465A4C, 0} {
		_ = binary.Write(&rtf, binary.LittleEndian, v)
	}
	for range 1 << 16 {
		rtf.WriteByte(0xff) // eight references
		rtf.Write(bytes.Repeat([]byte{0x00, 0x0f}, 8))
	}
	var props bytes.Buffer
	for _, v := range []uint32{1, 0x1009<<16 | 0x0102, 1, uint32(rtf.Len())} {
		_ = binary.Write(&props, binary.LittleEndian, v)
	}
	props.Write(rtf.Bytes())
	for props.Len()%4 != 0 {
		props.WriteByte(0)
	}
	var b bytes.Buffer
	b.Write([]byte{0x78, 0x9f, 0x3e, 0x22, 1, 0})
	b.WriteByte(1) // of the message
	for _, v := range []uint32{0x00069003, uint32(props.Len())} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	sum := uint16(0)
	for _, c := range props.Bytes() {
		sum += uint16(c)
	}
	b.Write(props.Bytes())
	_ = binary.Write(&b, binary.LittleEndian, sum)
	return b.Bytes()
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
	var wrong strings.Builder // multiparts in each other, each with another boundary than it says
	for i := range 200 {
		fmt.Fprintf(&wrong, "Content-Type: multipart/mixed; boundary=gone%d\r\n\r\n--b%d\r\n", i, i)
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
		{"wrong boundaries in each other", huge{top + wrong.String() + "Content-Type: application/zip\r\n\r\n", strings.Repeat("QUJD", 19) + "\r\n", "", 200 << 20 / 78 / boundsScale}, boundaryGuess, 16 << 20},
		{"header of a gigabyte", huge{top + "X-Long: ", "all work and no play\r\n ", "\r\n\r\nText.\r\n", 1 << 30 / 23 / boundsScale}, headerCut, 96 << 20},
		{"header of a million fields", huge{top, "X-A: b\r\n", "\r\nText.\r\n", 1_000_000}, headerCut, 64 << 20},
		{"lines of dashes", huge{top + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n", "--\r\n", "--b--\r\n", 20_000_000 / boundsScale}, "", 64 << 20},
		{"brackets in an address", mail.Bytes(top + "To: " + strings.Repeat("(", 300_000) + strings.Repeat("<\"", 300_000) + "\r\n\r\n"), "", 16 << 20},
		{"colons and commas in an address", mail.Bytes(top + "To: " + strings.Repeat("a:", 200_000) + strings.Repeat("<a,", 200_000) + ";\r\n\r\n"), "", 16 << 20},
		{"encoded words without end", mail.Bytes("Subject: " + strings.Repeat("=?utf-8?Q?", 80_000) + "\r\n\r\n"), "", 16 << 20},
		{"parameters without end", mail.Bytes(top + "Content-Type: text/plain" + strings.Repeat("; a=\"b", 100_000) + "\r\n\r\n"), "", 16 << 20},
		{"a message in a message in a message", huge{top, "Content-Type: message/rfc822\r\n\r\n", "", 1_000_000}, "", 16 << 20},
		{"encoded words of one byte", mail.Bytes("Subject: " + strings.Repeat("=?utf-8?Q?=C3?= ", 60_000) + "\r\n\r\n"), "", 16 << 20},
		{"continuations without end", mail.Bytes(top + "Content-Type: text/plain" + continuations(50_000) + "\r\n\r\n"), "", 16 << 20},
		{"references without end", mail.Bytes(top + "References:" + strings.Repeat(" <a@b>\r\n", 100_000) + "\r\n"), "", 16 << 20},
		{"soft breaks without end", huge{top + "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", "=\r\n", "", max(60_000_000/boundsScale, 12_000_000)}, textCut, 16 << 20},
		{"a table in a table in a table", huge{top + "Content-Type: text/html\r\n\r\n", "<table><tr><td><b><i>", "", 200_000}, "", 128 << 20},
		{"files in a text", huge{top + "\r\n", "begin 644 a\r\n#0V%T\r\n`\r\nend\r\n", "", 200_000}, "", 64 << 20},
		{"a file in a text without end", huge{top + "\r\n", "begin 644 a\r\n#0V%T\r\n", "", 400_000}, "", 64 << 20},
		{"winmail.dat that unpacks to gigabytes", mail.Bytes(top + "Content-Type: application/ms-tnef\r\n\r\n" + string(tnefBomb())), "", 64 << 20},
		{"a report of addresses", mail.Bytes("Return-Path: <>\r\nFrom: MAILER-DAEMON\r\nSubject: failure notice\r\n\r\n" + strings.Repeat("<ada@poplar.example>: unknown user bo@poplar.example\r\n", 20_000)), "", 32 << 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := cpuTime()
			m, err := Open(tt.raw)
			took := cpuTime() - start
			if err != nil {
				t.Fatal(err)
			}
			start = cpuTime()
			Scan(tt.raw)
			list := cpuTime() - start
			start = cpuTime()
			s, err := Structure(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			apart := cpuTime() - start
			if len(s.Root.Parts) > structureNodes {
				t.Errorf("the structure has %d parts", len(s.Root.Parts))
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			// On an ordinary machine each takes less than two seconds; the bars leave room for one that is slow.
			if limit := 15 * time.Second; took > limit || list > limit || apart > limit {
				t.Errorf("opening took %v, for the list %v, taking apart %v", took, list, apart)
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
			t.Logf("%v, for the list %v, apart %v; text %d bytes, %d parts", took.Round(time.Millisecond), list.Round(time.Millisecond), apart.Round(time.Millisecond), len(m.Text), len(m.Parts))
			runtime.KeepAlive(m)
		})
	}
}
