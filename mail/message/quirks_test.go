package message

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

var update = flag.Bool("update", false, "write the golden files of this run")

// slow is a Raw that is not in memory: it is read through the window.
type slow struct{ b []byte }

func (s slow) ReadAt(p []byte, off int64) (int, error) { return mail.Bytes(s.b).ReadAt(p, off) }
func (s slow) Close() error                            { return nil }
func (s slow) Size() int64                             { return int64(len(s.b)) }

// Each quirk that is tolerated has a message of our own in testdata/quirks and what is read of it beside it; docs/mime.md
// names them all.
func TestQuirks(t *testing.T) {
	t.Setenv("TZ", "UTC")
	time.Local = time.UTC
	files, err := filepath.Glob("testdata/quirks/*.eml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	doc, err := os.ReadFile("../../docs/mime.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".eml")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got := describe(t, mail.Bytes(raw))
			if windowed := describe(t, slow{raw}); windowed != got {
				t.Errorf("read through a window:\n%s\nin memory:\n%s", windowed, got)
			}
			golden := strings.TrimSuffix(f, ".eml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if !bytes.Contains(doc, []byte("`"+name+"`")) {
				t.Errorf("docs/mime.md does not name %s", name)
			}
		})
	}
}

// describe writes down everything that Open reads, and the bytes of each part.
func describe(t *testing.T, raw mail.Raw) string {
	t.Helper()
	m, err := Open(raw)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	line := func(name string, v any) {
		if s := fmt.Sprint(v); s != "" && s != "[]" {
			fmt.Fprintf(&b, "%s: %s\n", name, s)
		}
	}
	addresses := func(list []mail.Address) string {
		var s []string
		for _, a := range list {
			s = append(s, fmt.Sprintf("%q <%s>", a.Name, a.Addr))
		}
		return strings.Join(s, ", ")
	}
	line("subject", m.Subject)
	line("from", addresses(m.From))
	line("to", addresses(m.To))
	if !m.Date.IsZero() {
		line("date", m.Date.UTC().Format(time.RFC3339))
	}
	line("message-id", m.MessageID)
	line("in-reply-to", m.InReplyTo)
	line("references", m.References)
	if m.Flowed {
		line("flowed", true)
	}
	line("protection", m.Protection)
	for _, v := range m.Invitations {
		line("invitation", fmt.Sprintf("%s %q at %q, %s to %s, by %s, for %s", v.Method, v.Summary, v.Location, v.Start.UTC().Format(time.RFC3339), v.End.UTC().Format(time.RFC3339), addresses([]mail.Address{v.Organizer}), addresses(v.Attendees)))
	}
	for i, p := range m.Parts {
		if p.Index != i {
			t.Errorf("part %d has index %d", i, p.Index)
		}
		r, err := PartReader(raw, p.Index)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if int64(len(data)) != p.Size {
			t.Errorf("part %d has %d bytes and says %d", i, len(data), p.Size)
		}
		sum := sha256.Sum256(data)
		line("part", fmt.Sprintf("%s, %s, %d bytes, %s", p.Name, p.Type, p.Size, hex.EncodeToString(sum[:6])))
	}
	for _, p := range m.Problems {
		line("problem", p)
	}
	if m.HTML != "" {
		line("html", "\n"+m.HTML)
	}
	line("text", "\n"+m.Text)
	return b.String()
}
