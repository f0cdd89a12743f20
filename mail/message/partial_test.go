package message

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"poplar/mail"
)

func quirk(t *testing.T, name string) mail.Bytes {
	t.Helper()
	b, err := os.ReadFile("testdata/quirks/" + name + ".eml")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pieces sends a message in n pieces, as RFC 2046 section 5.2.2 has it.
func pieces(whole string, n int) []mail.Raw {
	var list []mail.Raw
	for i := range n {
		from, to := len(whole)*i/n, len(whole)*(i+1)/n
		list = append(list, mail.Bytes(fmt.Sprintf("From: Ada <ada@poplar.example>\r\nX-Outer: yes\r\nSubject: Piece %d\r\nMessage-ID: <p%d@x>\r\nMIME-Version: 1.0\r\nContent-Type: message/partial; id=\"<w@x>\"; number=%d; total=%d\r\n\r\n", i+1, i, i+1, n)+whole[from:to]))
	}
	return list
}

func TestJoin(t *testing.T) {
	data := strings.Repeat("QUJD", 19) + "\r\n"
	whole := "Subject: The whole\r\nMessage-ID: <w@x>\r\nX-Inner: no\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText.\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat(data, 100) + "--b--\r\n"
	for _, n := range []int{1, 2, 3, 7} {
		list := pieces(whole, n)
		for i, p := range list {
			m, err := Open(p)
			if err != nil || m.Piece == nil || *m.Piece != (mail.Piece{ID: "w@x", Number: i + 1, Total: n}) || !slices.Contains(m.Problems, onePiece) {
				t.Errorf("piece %d: %+v, %v", i, m.Piece, err)
			}
		}
		raw, err := Join(list)
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(mail.Reader(raw), mustRead(t, raw)); err != nil {
			t.Error(err)
		}
		m, err := Open(raw)
		if err != nil {
			t.Fatal(err)
		}
		if m.Subject != "The whole" || m.MessageID != "w@x" || m.Text != "Text." || len(m.Parts) != 1 || m.Parts[0].Size != 5700 || m.Piece != nil || len(m.Problems) != 1 {
			t.Errorf("in %d pieces: %+v", n, m)
		}
		if f := fmt.Sprint(m.Header); !strings.Contains(f, "X-Outer") || strings.Contains(f, "X-Inner") || strings.Contains(f, "partial") {
			t.Errorf("the header is %s", f)
		}
		if err := raw.Close(); err != nil {
			t.Error(err)
		}
	}
	list := pieces(whole, 3)
	slices.Reverse(list)
	if _, err := Join(list); err == nil {
		t.Error("pieces out of their order make a whole")
	}
}

func mustRead(t *testing.T, raw mail.Raw) []byte {
	t.Helper()
	b, err := io.ReadAll(mail.Reader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPiece(t *testing.T) {
	tests := []struct {
		params string
		want   *mail.Piece
	}{
		{"id=a; number=2", &mail.Piece{ID: "a", Number: 2}},
		{"id=a; number=2; total=1", &mail.Piece{ID: "a", Number: 2}},
		{"id=a; number=0; total=1", nil},
		{"number=1; total=1", nil},
		{"id=a; number=x", nil},
		{"id=a; number=1000000000; total=1000000000", nil},
	}
	for _, tt := range tests {
		got := Scan(mail.Bytes("Content-Type: message/partial; " + tt.params + "\r\n\r\nSubject: x\r\n\r\nx\r\n")).Piece
		if (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
			t.Errorf("%s is %+v", tt.params, got)
		}
	}
}

func TestExternal(t *testing.T) {
	tests := []struct {
		params, head string
		want         mail.External
	}{
		{`access-type=anon-ftp; site=ftp.poplar.example; directory=pub; name="plan.pdf"; size=12; expiration="Fri, 14 Jun 2030 19:13:14 -0400"`, "Content-Type: application/pdf\r\nContent-ID: <p@x>", mail.External{Access: "anon-ftp", Where: "ftp.poplar.example/pub/plan.pdf", Type: "application/pdf", Name: "plan.pdf", Size: 12, Expires: "Fri, 14 Jun 2030 19:13:14 -0400"}},
		{"access-type=URL; URL*0=\"https://poplar.example/\"; URL*1=\"a b\"", "Content-Type: image/png; name=p.png", mail.External{Access: "url", Where: "https://poplar.example/ab", Type: "image/png", Name: "p.png"}},
		{"access-type=mail-server; server=\"get@poplar.example\"; subject=plan", "", mail.External{Access: "mail-server", Where: "get@poplar.example (plan)"}},
		{"access-type=local-file; name=\"/etc/passwd\"; size=-4", "", mail.External{Access: "local-file", Where: "/etc/passwd", Name: "/etc/passwd"}},
		{"", "", mail.External{}},
	}
	for _, tt := range tests {
		m, err := Open(mail.Bytes("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n--b\r\nContent-Type: message/external-body; " + tt.params + "\r\n\r\n" + tt.head + "\r\n\r\n--b--\r\n"))
		if err != nil || len(m.Parts) != 1 || m.Parts[0].External == nil || *m.Parts[0].External != tt.want {
			t.Errorf("%s: %+v, %v", tt.params, m.Parts, err)
		} else if strings.ContainsAny(m.Parts[0].Name, "/\\") {
			t.Errorf("the name is %q", m.Parts[0].Name)
		}
	}
}
