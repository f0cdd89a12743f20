package model

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"testing"

	"poplar/mail"
)

func TestFileKinds(t *testing.T) {
	for _, c := range []struct {
		name, mediaType string
		want            FileKind
	}{
		{"a.bin", "application/pdf", PDFFile},
		{"Plan.PDF", "application/octet-stream", PDFFile},
		{"x", "image/heic", PictureFile},
		{"photo.JPEG", "", PictureFile},
		{"t.csv", "text/csv", TableFile},
		{"报告.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", TextFile},
		{"notes", "text/plain", TextFile},
		{"mail", "message/rfc822", MessageFile},
		{"meet.ics", "application/octet-stream", CalendarFile},
		{"archive.tar.gz", "application/gzip", OtherFile},
		{"", "", OtherFile},
	} {
		if got := FileKindOf(c.name, c.mediaType); got != c.want || got.Icon() == "" {
			t.Errorf("%q, %q: %v", c.name, c.mediaType, got)
		}
	}
}

func TestDangerousFilesAreKnown(t *testing.T) {
	for _, c := range []struct {
		name      string
		danger    Danger
		what      string
		disguised bool
	}{
		{"setup.exe", NeverRun, "a Windows program", false},
		{"invoice.pdf.SCR", NeverRun, "a Windows program", true},
		{"invoice.pdf          .exe", NeverRun, "a Windows program", true},
		{"a.js", NeverRun, "a script", false},
		{"run.sh", NeverRun, "a script", false},
		{"照片.jpg.vbs", NeverRun, "a script", true},
		{"x.desktop", NeverRun, "a shortcut", false},
		{"y.lnk", NeverRun, "a shortcut", false},
		{"z.COMMAND", NeverRun, "a script", false},
		{"page.settingcontent-ms", NeverRun, "a shortcut", false},
		{"trick.exe.", NeverRun, "a Windows program", false},
		{"trick.exe ", NeverRun, "a Windows program", false},
		{"a.msi", NeverRun, "an installer", false},
		{"mac.app", NeverRun, "a program", false},
		{"disk.iso", NeverRun, "a disk image", false},
		{"report.docm", AskFirst, "a document with macros", false},
		{"bill.xlsb", AskFirst, "a document with macros", false},
		{"login.html", AskFirst, "a web page", false},
		{"picture.svg", AskFirst, "a web page", false},
		{"invoice.pdf.zip", AskFirst, "an archive", true},
		{"photo.jpeg.rar", AskFirst, "an archive", true},
		{"source.tar.gz", Harmless, "", false},
		{"data.csv.gz", Harmless, "", false},
		{"source.zip", Harmless, "", false},
		{"Plan.pdf", Harmless, "", false},
		{"exe", Harmless, "", false},
		{"report.final.docx", Harmless, "", false},
		{"报告.docx", Harmless, "", false},
		{"readme", Harmless, "", false},
		{"", Harmless, "", false},
	} {
		danger, what, disguised := FileDanger(c.name)
		if danger != c.danger || what != c.what || disguised != c.disguised {
			t.Errorf("%q: %v, %q, %v", c.name, danger, what, disguised)
		}
	}
}

func TestProgramsAreKnownByTheirContents(t *testing.T) {
	for head, want := range map[string]Danger{
		"MZ\x90\x00": NeverRun, "\x7fELF\x02": NeverRun, "#!/bin/sh\n": NeverRun, "[Desktop Entry]\nExec=x": NeverRun, "\xcf\xfa\xed\xfe": NeverRun,
		"%PDF-1.7": Harmless, "\xff\xd8\xff": Harmless, "": Harmless, "# heading": Harmless,
	} {
		if got, what := ContentDanger([]byte(head)); got != want || (what == "") != (want == Harmless) {
			t.Errorf("%q: %v, %q", head, got, what)
		}
	}
}

func TestMailto(t *testing.T) {
	for _, c := range []struct {
		link string
		want mail.Draft
	}{
		{"mailto:a@b.c", mail.Draft{To: []mail.Address{{Addr: "a@b.c"}}, Text: "-- "}},
		{"MAILTO:a@b.c,%20d@e.f?To=g@h.i&cc=j@k.l&Subject=Lunch%20at%20one%0d%0aBcc:%20x", mail.Draft{
			To: []mail.Address{{Addr: "a@b.c"}, {Addr: "d@e.f"}, {Addr: "g@h.i"}}, Cc: []mail.Address{{Addr: "j@k.l"}}, Subject: "Lunch at one  Bcc: x", Text: "-- ",
		}},
		{"mailto:Bo%20Berg%20%3Cbo@x.y%3E?cc=%22Weber,%20Jo%22%20%3Cjo@x.y%3E", mail.Draft{
			To: []mail.Address{{Name: "Bo Berg", Addr: "bo@x.y"}}, Cc: []mail.Address{{Name: "Weber, Jo", Addr: "jo@x.y"}}, Text: "-- ",
		}},
		{"mailto:?body=1+1%3D2%0D%0Ayes&bcc=spy@x.y&attach=/etc/passwd&from=evil@x.y", mail.Draft{Bcc: []mail.Address{{Addr: "spy@x.y"}}, Text: "1+1=2\nyes-- "}},
		{"mailto:%E6%9D%8E@x.y", mail.Draft{To: []mail.Address{{Addr: "李@x.y"}}, Text: "-- "}},
	} {
		u, err := url.Parse(c.link)
		if err != nil {
			t.Fatal(err)
		}
		d := mail.Draft{Text: "-- "}
		FillFromMailto(&d, u)
		if !slices.Equal(d.To, c.want.To) || !slices.Equal(d.Cc, c.want.Cc) || d.Subject != c.want.Subject || d.Text != c.want.Text || !slices.Equal(d.Bcc, c.want.Bcc) || d.Attach != nil || d.From.Addr != "" {
			t.Errorf("%s: %+v", c.link, d)
		}
	}
}

// moves is a Mailbox of which only folders, summaries and moves work.
type moves struct {
	Mailbox
	rows  map[mail.MessageID]mail.Summary
	asked int
	moved map[mail.FolderID][]mail.MessageID
}

func (m *moves) Folders(context.Context) ([]mail.Folder, error) {
	return []mail.Folder{{ID: 1, Role: mail.Inbox}, {ID: 2, Role: mail.Junk}}, nil
}

func (m *moves) Summary(_ context.Context, id mail.MessageID) (mail.Summary, error) {
	m.asked++
	s, ok := m.rows[id]
	if !ok {
		return s, errors.New("it is gone")
	}
	return s, nil
}

func (m *moves) Placed(_ context.Context, ids []mail.MessageID) (map[mail.FolderID][]mail.MessageID, error) {
	m.asked++
	out := map[mail.FolderID][]mail.MessageID{}
	for _, id := range ids {
		if s, ok := m.rows[id]; ok {
			out[s.Folder] = append(out[s.Folder], id)
		}
	}
	return out, nil
}

func (m *moves) Move(_ context.Context, ids []mail.MessageID, to mail.FolderID) error {
	m.moved[to] = ids
	return nil
}

func TestUndoPutsEachMessageBack(t *testing.T) {
	box := &moves{rows: map[mail.MessageID]mail.Summary{3: {ID: 3, Folder: 7}}, moved: map[mail.FolderID][]mail.MessageID{}}
	u, err := Remember(t.Context(), box, []mail.MessageID{1, 2, 3}, map[mail.MessageID]mail.FolderID{1: 5, 2: 7})
	if err != nil || u.Len() != 3 || box.asked != 1 {
		t.Fatal(u, err, box.asked)
	}
	if err := u.Take(t.Context(), box); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(box.moved[5], []mail.MessageID{1}) || !slices.Equal(box.moved[7], []mail.MessageID{2, 3}) {
		t.Errorf("%v", box.moved)
	}
	box.asked = 0
	for id := range mail.MessageID(1000) {
		box.rows[id+10] = mail.Summary{ID: id + 10, Folder: 7}
	}
	ids := slices.Collect(maps.Keys(box.rows))
	if u, err := Remember(t.Context(), box, append(ids, 9), nil); err != nil || u.Len() != len(ids) || box.asked != 1 {
		t.Errorf("one that is gone is left out, and all are asked for at once: %d of %d, %v, asked %d times", u.Len(), len(ids), err, box.asked)
	}
}

func TestNews(t *testing.T) {
	box := &moves{rows: map[mail.MessageID]mail.Summary{}}
	for id := range mail.MessageID(300) {
		box.rows[id] = mail.Summary{ID: id, Folder: 1}
	}
	box.rows[2] = mail.Summary{ID: 2, Folder: 2}                   // junk
	box.rows[3] = mail.Summary{ID: 3, Folder: 1, Flags: mail.Seen} // a copy of one's own, say
	n, err := NewsOf(t.Context(), box, []mail.MessageID{1, 2, 3, 4, 5, 6, 999})
	if err != nil || n.Count != 4 || len(n.First) != 3 || n.First[0].ID != 6 {
		t.Errorf("%d, %v, %v", n.Count, n.First, err)
	}
	if n, _ := NewsOf(t.Context(), box, []mail.MessageID{2, 3}); n.Count != 0 {
		t.Errorf("%d", n.Count)
	}
	box.asked = 0
	var all []mail.MessageID
	for id := range mail.MessageID(300) {
		all = append(all, id)
	}
	if n, _ := NewsOf(t.Context(), box, all); n.Count != 300 || box.asked > newsLooked {
		t.Errorf("%d of many, %d looked at", n.Count, box.asked)
	}
}
