package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

// found is what a Read told, as lines.
type found struct {
	items  []string // folder, flags, octets
	times  []time.Time
	failed []string
	stop   error
}

func (f *found) Take(i Item) error {
	var b bytes.Buffer
	if err := i.WriteTo(&b); err != nil {
		return err
	}
	f.items = append(f.items, fmt.Sprintf("%s|%s|%s", strings.Join(i.Folder, "/"), strings.Join(i.Flags.Names(), " "), b.String()))
	f.times = append(f.times, i.Received)
	return f.stop
}

func (f *found) Failed(where string, _ error) { f.failed = append(f.failed, filepath.Base(where)) }

// tree writes files below a new directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadMbox(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{
			"two", "From a@b Thu Jan  1 00:00:00 1970\nSubject: 1\n\none\n\nFrom c@d Thu Jan  1 00:00:00 1970\nSubject: 2\n\ntwo\n",
			[]string{"box||Subject: 1\r\n\r\none\r\n", "box||Subject: 2\r\n\r\ntwo\r\n"},
		},
		{"CRLF lines", "From - Mon Mar  2 10:11:12 2026\r\nSubject: 1\r\n\r\none\r\n\r\n", []string{"box||Subject: 1\r\n\r\none\r\n"}},
		{"quoted", "From a Thu Jan  1 00:00:00 1970\nS: 1\n\n>From me\n>>From you\n>from\n\n", []string{"box||S: 1\r\n\r\nFrom me\r\n>From you\r\n>from\r\n"}},
		{"a sentence", "From a Thu Jan  1 00:00:00 1970\nS: 1\n\nHi\n\nFrom here it is not far.\n\n", []string{"box||S: 1\r\n\r\nHi\r\n\r\nFrom here it is not far.\r\n"}},
		{"no empty line before", "From a Thu Jan  1 00:00:00 1970\nS: 1\n\nHi\nFrom a Thu Jan  1 00:00:00 1970\n", []string{"box||S: 1\r\n\r\nHi\r\nFrom a Thu Jan  1 00:00:00 1970\r\n"}},
		{"empty lines", "From a Thu Jan  1 00:00:00 1970\nS: 1\n\n\n\nHi\n\n\n\n", []string{"box||S: 1\r\n\r\n\r\n\r\nHi\r\n\r\n\r\n"}},
		{"header only", "From a Thu Jan  1 00:00:00 1970\nS: 1\n\nFrom a Thu Jan  1 00:00:00 1970\nS: 2\n", []string{"box||S: 1\r\n", "box||S: 2\r\n"}},
		{"no last line end", "From a Thu Jan  1 00:00:00 1970\nS: 1\n\nHi", []string{"box||S: 1\r\n\r\nHi\r\n"}},
		{"read, answered, flagged", "From a Thu Jan  1 00:00:00 1970\nStatus: RO\nX-Status: AF\n\n\n", []string{"box|seen answered flagged|Status: RO\r\nX-Status: AF\r\n\r\n"}},
		{
			"Thunderbird", "From - Thu Jan  1 00:00:00 1970\nX-Mozilla-Status: 1005\nS: 1\n\n\nFrom - Thu Jan  1 00:00:00 1970\nX-Mozilla-Status: 0009\nS: deleted\n\nx\n\n",
			[]string{"box|seen forwarded flagged|X-Mozilla-Status: 1005\r\nS: 1\r\n\r\n"},
		},
		{"a draft's secret field", "From - Thu Jan  1 00:00:00 1970\nX-Poplar-Draft: {\n \"Path\"}\nS: 1\n\nX-Poplar-Draft: text\n", []string{"box||S: 1\r\n\r\nX-Poplar-Draft: text\r\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f found
			if err := Read(t.Context(), filepath.Join(tree(t, map[string]string{"box.mbox": c.file}), "box.mbox"), &f); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(f.items, c.want) {
				t.Errorf("read  %q\nwanted %q", f.items, c.want)
			}
		})
	}
}

func TestSeparatorTime(t *testing.T) {
	want := time.Date(2026, 3, 2, 10, 11, 12, 0, time.UTC)
	for _, line := range []string{
		"From a@b.example Mon Mar  2 10:11:12 2026", "From - Mon Mar 2 10:11:12 2026", "From a Mon Mar  2 11:11:12 +0100 2026", "From a@b Mon Mar  2 11:11:12 2026 +0100",
	} {
		if got := separatorTime(line); !got.Equal(want) {
			t.Errorf("%s: %v", line, got)
		}
	}
	if got := separatorTime("From nobody at 10:11 in 2026"); !got.IsZero() {
		t.Errorf("a time was made up: %v", got)
	}
}

// TestLongLines: a line that does not fit any buffer, with its CR where a buffer ends, comes through whole.
func TestLongLines(t *testing.T) {
	for _, length := range []int{64<<10 - 2, 64<<10 - 1, 64 << 10, 64<<10 + 1, 1 << 20} {
		long := strings.Repeat("x", length)
		var b bytes.Buffer
		if err := copyLetter(&b, strings.NewReader("S: 1\r\n\r\n"+long+"\r\nend\r\n")); err != nil {
			t.Fatal(err)
		}
		if b.String() != "S: 1\r\n\r\n"+long+"\r\nend\r\n" {
			t.Errorf("%d: %d octets came out", length, b.Len())
		}
	}
}

func TestReadTrees(t *testing.T) {
	one := "Subject: 1\n\none\n"
	box := "From a Thu Jan  1 00:00:00 1970\n" + one + "\n"
	is := func(folder, flags string) string { return folder + "|" + flags + "|Subject: 1\r\n\r\none\r\n" }
	for _, c := range []struct {
		name   string
		files  map[string]string
		path   string
		want   []string
		failed []string
	}{
		{"one message", map[string]string{"a.eml": one}, "a.eml", []string{is("", "")}, nil},
		{"named, whatever its name", map[string]string{"letter.txt": one}, "letter.txt", []string{is("", "")}, nil},
		{"Maildir", map[string]string{"M/cur/1700000000.x:2,RS": one, "M/new/1700000001.y": one, "M/cur/2.z:2,ST": one, "M/tmp/3": one}, "M", []string{is("M", "seen answered"), is("M", "")}, nil},
		{"Maildir++", map[string]string{"M/cur/": "", "M/new/": "", "M/.Work.2026/cur/1:2,F": one, "M/.Work.2026/new/": "", "M/.&V4NXPnux-/cur/1": one, "M/.&V4NXPnux-/new/": ""}, "M", []string{is("垃圾箱", ""), is("Work/2026", "flagged")}, nil},
		{"Maildirs side by side", map[string]string{"M/Inbox/cur/1": one, "M/Inbox/new/": "", "M/Inbox/Old/cur/1:2,S": one, "M/Inbox/Old/new/": ""}, "M", []string{is("Inbox", ""), is("Inbox/Old", "seen")}, nil},
		{"mbox tree", map[string]string{"T/Inbox": box, "T/Inbox.msf": "// <!-- <mdb:mork -->", "T/Archives.sbd/2024.mbox": box, "T/Empty": ""}, "T", []string{is("Archives/2024", ""), is("Inbox", "")}, nil},
		{"MH", map[string]string{"MH/inbox/1": one, "MH/inbox/2": one, "MH/inbox/.mh_sequences": "cur: 1"}, "MH", []string{is("inbox", ""), is("inbox", "")}, nil},
		{"messages", map[string]string{"E/Work/a.eml": one, "E/b.eml": one, "E/picture.png": "\x89PNG"}, "E", []string{is("Work", ""), is("E", "")}, nil},
		{"one is broken", map[string]string{"E/a.eml": one, "E/b.eml": "\x00\x01\x02"}, "E", []string{is("E", "")}, []string{"b.eml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f found
			if err := Read(t.Context(), filepath.Join(tree(t, c.files), c.path), &f); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(f.items, c.want) || !slices.Equal(f.failed, c.failed) {
				t.Errorf("read  %q\nwanted %q\nfailed %q", f.items, c.want, f.failed)
			}
		})
	}
}

func TestReadSaysWhatIsNoMail(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"picture.png": {"picture.png": "\x89PNG\r\n"}, "empty": {"empty": ""}, "folder": {"folder/notes.txt": "Dear diary\n"}, "missing": {},
	} {
		var f found
		if err := Read(t.Context(), filepath.Join(tree(t, files), name), &f); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadEndsAtOnce(t *testing.T) {
	dir := tree(t, map[string]string{"E/a.eml": "S: 1\n\n", "E/b.eml": "S: 2\n\n", "E/c": "From a Thu Jan  1 00:00:00 1970\nS: 3\n\n"})
	full := errors.New("disk full")
	f := found{stop: full}
	if err := Read(t.Context(), filepath.Join(dir, "E"), &f); !errors.Is(err, full) || len(f.items) != 1 {
		t.Errorf("%v after %d items", err, len(f.items))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f = found{}
	if err := Read(ctx, filepath.Join(dir, "E"), &f); !errors.Is(err, context.Canceled) || len(f.items) != 0 {
		t.Errorf("%v after %d items", err, len(f.items))
	}
}

// TestRoundTrip: what is written in any format is read again, octet for octet.
func TestRoundTrip(t *testing.T) {
	letters := []string{
		"Subject: plain\r\n\r\nHi\r\n",
		"Subject: From\r\n\r\nFrom a Thu Jan  1 00:00:00 1970\r\n\r\nFrom a Thu Jan  1 00:00:00 1970\r\n>From b\r\n\r\n\r\n",
		"Subject: header only\r\n",
		"Subject: 8-bit\r\n\r\n\xe4\x00\xff\r.\r\n" + strings.Repeat("x", 200_000) + "\r\n",
	}
	for _, format := range []Format{Mbox, Maildir, EML} {
		dir := filepath.Join(t.TempDir(), "out")
		w, err := NewWriter(dir, format)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, folder := range [][]string{{"Inbox"}, {"Work", "a:b"}, {"Work", "a?b"}} {
			if err := w.Folder(folder); err != nil {
				t.Fatal(err)
			}
			name := strings.Join(folder, "/")
			name = map[string]string{"Work/a:b": "Work/a_b", "Work/a?b": "Work/a?b_"}[name]
			name = strings.ReplaceAll(name, "?", "_")
			if name == "" {
				name = "Inbox"
			}
			for n, l := range letters {
				date := time.Date(2026, 3, 2, 10, 11, n, 0, time.UTC)
				err := w.Put(mail.Bytes(l), mail.Summary{ID: mail.MessageID(n + 1), Subject: "con/../" + fmt.Sprint(n), Date: date, Received: date, Flags: mail.Seen | mail.Flagged})
				if err != nil {
					t.Fatal(err)
				}
				flags := ""
				if format == Maildir {
					flags = "seen flagged"
				}
				want = append(want, name+"|"+flags+"|"+l)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		var f found
		if err := Read(t.Context(), dir, &f); err != nil {
			t.Fatal(err)
		}
		slices.Sort(f.items)
		slices.Sort(want)
		if !slices.Equal(f.items, want) || len(f.failed) > 0 {
			t.Errorf("%s: read %.300q\nwanted %.300q\nfailed %q", format, f.items, want, f.failed)
		}
		for _, at := range f.times {
			if at.Before(time.Date(2026, 3, 2, 10, 11, 0, 0, time.UTC)) || at.After(time.Date(2026, 3, 2, 10, 11, 9, 0, time.UTC)) {
				t.Errorf("%s: received at %v", format, at)
			}
		}
		if again, err := NewWriter(dir, format); err != nil {
			t.Fatal(err)
		} else if err := again.Folder([]string{"Inbox"}); err == nil {
			t.Errorf("%s: a folder that is there is written into", format)
		}
	}
}

func FuzzReadMbox(f *testing.F) {
	f.Add([]byte("From a Thu Jan  1 00:00:00 1970\nSubject: 1\n\none\n\nFrom c Thu Jan  1 00:00:00 1970\n\n>From\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		var got found
		if err := readMbox(bytes.NewReader(append([]byte("From a Thu Jan  1 00:00:00 1970\n"), file...)), "x", nil, &got); err != nil {
			t.Fatal(err)
		}
		// Written and read again, it is the same.
		var b bytes.Buffer
		for _, i := range got.items {
			_, letter, _ := strings.Cut(i[1:], "|")
			if err := (mboxWriter{&b}).put(mail.Bytes(letter), "", time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
		}
		var again found
		if err := readMbox(&b, "x", nil, &again); err != nil && len(got.items) > 0 {
			t.Fatal(err)
		}
		for n := range got.items {
			_, was, _ := strings.Cut(got.items[n][1:], "|")
			if n >= len(again.items) {
				t.Fatalf("%d messages became %d", len(got.items), len(again.items))
			}
			if _, is, _ := strings.Cut(again.items[n][1:], "|"); is != was && is+"\r\n" != was {
				t.Fatalf("%q became %q", was, is)
			}
		}
	})
}
