package reader

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// knower is a box that knows about its messages.
type knower struct {
	model.Reading // for what no test here asks
	box
	messages map[mail.MessageID]*mail.Message
	origins  map[mail.MessageID]mail.Origin
	checked  mail.Origin
	fates    map[mail.MessageID][]mail.Fate
	sentOf   map[mail.MessageID]mail.MessageID
	parts    map[int][]byte
	mu       sync.Mutex
}

func (k *knower) Glance(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	return k.Read(ctx, id)
}

func (k *knower) Read(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	if m := k.messages[id]; m != nil {
		return m, nil
	}
	return k.box.Read(ctx, id)
}

func (k *knower) Part(ctx context.Context, id mail.MessageID, index int, w io.Writer) error {
	if b, ok := k.parts[index]; ok {
		_, err := w.Write(b)
		return err
	}
	return k.box.Part(ctx, id, index, w)
}

func (k *knower) Summary(_ context.Context, id mail.MessageID) (mail.Summary, error) {
	return mail.Summary{ID: id, Subject: "Opening", Date: noon.Add(-time.Hour), To: []mail.Address{{Addr: "bob@x.example"}, {Name: "Priya", Addr: "priya@x.example"}}}, nil
}

func (k *knower) Origin(_ context.Context, id mail.MessageID) (mail.Origin, error) {
	o, ok := k.origins[id]
	if !ok {
		return o, errors.New("not known")
	}
	return o, nil
}

func (k *knower) CheckOrigin(context.Context, mail.MessageID) (mail.Origin, error) {
	return k.checked, nil
}
func (k *knower) SetCharset(context.Context, mail.MessageID, string) error { return nil }
func (k *knower) Structure(context.Context, mail.MessageID) (mail.Structure, error) {
	return mail.Structure{}, nil
}

func (k *knower) NodeBytes(context.Context, mail.MessageID, string, io.Writer) error { return nil }

func (k *knower) Fates(_ context.Context, id mail.MessageID) ([]mail.Fate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.fates[id], nil
}

func (k *knower) SentOf(_ context.Context, id mail.MessageID) (mail.MessageID, error) {
	return k.sentOf[id], nil
}

func (k *knower) SendAgain(context.Context, mail.MessageID, string) (mail.Draft, error) {
	return mail.Draft{}, nil
}

func newKnowing(t *testing.T, k *knower) (*Reader, *kit.Queue) {
	t.Helper()
	r, q := newReader(t, &box{})
	r.box, r.Reading = k, k
	return r, q
}

// openAs opens a message whose attachments need not be seen.
func openAs(t *testing.T, r *Reader, q *kit.Queue, id mail.MessageID) {
	t.Helper()
	r.Open(mail.Summary{ID: id}, nil)
	if !q.Until(time.Minute, func() bool { return r.Message() != nil && r.id == id && r.body.Laid() != nil }) {
		t.Fatal("the message does not come")
	}
	q.Run()
}

var report = &mail.Message{
	Subject: "Undelivered Mail", From: []mail.Address{{Addr: "mailer-daemon@mx.example"}}, Date: noon, Text: "I am sorry.",
	Bounce: []mail.Bounced{{Recipient: "bob@x.example", Action: "failed", Status: "5.1.1", Diagnostic: "550 no such user", Why: "the mailbox does not exist"}},
}

func TestAReportIsTellingBeforeItIsRead(t *testing.T) {
	k := &knower{
		messages: map[mail.MessageID]*mail.Message{5: report}, sentOf: map[mail.MessageID]mail.MessageID{5: 3},
		fates: map[mail.MessageID][]mail.Fate{3: {{Addr: "bob@x.example", State: mail.FateFailed}, {Addr: "priya@x.example", State: mail.FateAccepted, At: noon}}},
	}
	r, q := newKnowing(t, k)
	var shown mail.MessageID
	again := ""
	r.OnShow = func(id mail.MessageID) { shown = id }
	r.OnAgain = func(sent mail.MessageID, failed, corrected string) {
		again = failed + " " + corrected
		shown = sent
	}
	openAs(t, r, q, 5)
	if !r.notes.shows(noteCard) || r.body.Visible() || r.Attachments.Visible() || r.header.name.Visible() {
		t.Error("the report itself is in the way")
	}
	if got := r.header.lines[0].Text(); got != "Not delivered: Opening" {
		t.Errorf("it is called %q", got)
	}
	card := r.card.box.Objects[0].(*deliveryCard)
	if card.title.Text() != "One of 2 people did not get your message" || card.text.Text() != "You sent “Opening” today at 11:00." {
		t.Errorf("%q, %q", card.title.Text(), card.text.Text())
	}
	if w := card.rows[1].state.Text(); card.rows[1].name.Text() != "Priya" || w != "delivered to the server 12:00" {
		t.Errorf("%q", w)
	}
	test.Tap(card.foot[0])
	if again != "bob@x.example bob@x.example" || shown != 3 {
		t.Errorf("%q of %d is sent again", again, shown)
	}
	shown = 0
	test.Tap(card.foot[1])
	if shown != 3 {
		t.Errorf("%d is shown in place of what was sent", shown)
	}
	before := r.column.MinSize().Height
	test.Tap(r.card.said)
	if h := r.column.MinSize().Height; h <= before || !r.card.code.Visible() || !strings.Contains(r.card.code.(*code).text.Text(), "550 no such user") {
		t.Errorf("the server's words do not unfold: %v after %v", h, before)
	}
	r.card.full.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !r.body.Visible() || !r.header.name.Visible() || r.header.lines[0].Text() != "Not delivered: Opening" {
		t.Error("the report does not unfold")
	}
	openAs(t, r, q, 7)
	if r.notes.shows(noteCard) || !r.body.Visible() || r.header.lines[0].Text() != "Subject 7" || !r.header.name.Visible() {
		t.Error("the card stays for the next message")
	}
}

func TestAReportAboutNothingOfOursOffersNothing(t *testing.T) {
	r, q := newKnowing(t, &knower{messages: map[mail.MessageID]*mail.Message{5: report}})
	r.OnAgain = func(mail.MessageID, string, string) {}
	r.OnShow = func(mail.MessageID) {}
	openAs(t, r, q, 5)
	card := r.card.box.Objects[0].(*deliveryCard)
	if len(card.foot) != 0 || !r.header.name.Visible() || r.header.lines[0].Text() != "Undelivered Mail" {
		t.Errorf("%d buttons, %q", len(card.foot), r.header.lines[0].Text())
	}
}

func TestAServersNewAddressIsOffered(t *testing.T) {
	m := *report
	m.Bounce = []mail.Bounced{{Recipient: "bob@x.example", Action: "failed", Why: "the recipient has another address now", NewAddress: "bob@new.example"}}
	r, q := newKnowing(t, &knower{messages: map[mail.MessageID]*mail.Message{5: &m}, sentOf: map[mail.MessageID]mail.MessageID{5: 3}})
	got := ""
	r.OnAgain = func(_ mail.MessageID, _, corrected string) { got = corrected }
	openAs(t, r, q, 5)
	row := r.card.box.Objects[0].(*deliveryCard).rows[0]
	if row.suggestion == nil || row.suggestion.line.Text() != "The server names a new address: bob@new.example" {
		t.Fatalf("%+v", row.suggestion)
	}
	row.suggestion.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got != "bob@new.example" {
		t.Errorf("%q", got)
	}
}

func TestASentMessageTellsWhatBecameOfIt(t *testing.T) {
	k := &knower{fates: map[mail.MessageID][]mail.Fate{
		1: {{Addr: "j@example.org", State: mail.FateAccepted}, {Addr: "anna@example.org", State: mail.FateDelivered}},
		2: {{Addr: "j@example.org", State: mail.FateDelayed, Why: "the recipient's server could not be reached in time"}},
	}}
	r, q := newKnowing(t, k)
	openAs(t, r, q, 1)
	line := r.notes.slots[noteCard].(*fyne.Container)
	f, rows := line.Objects[0].(*fold), line.Objects[1].(*fyne.Container)
	if f.line.Text() != "Handed to the server for 2 people" || rows.Visible() {
		t.Errorf("%q", f.line.Text())
	}
	before := r.notes.Height(600)
	test.Tap(f)
	if !rows.Visible() || r.notes.Height(600) != before+2*cardRow+4 {
		t.Errorf("%v high after %v", r.notes.Height(600), before)
	}
	if name := rows.Objects[0].(*deliveryRow).name.Text(); name != "Jonas Weber" {
		t.Errorf("%q", name)
	}
	openAs(t, r, q, 2)
	if card, ok := r.notes.slots[noteCard].(*deliveryCard); !ok || card.title.Text() != "Your message to j@example.org is still on its way" || len(card.d.Failed()) != 0 {
		t.Errorf("%+v", r.notes.slots[noteCard])
	}
}

func TestWhereAMessageComesFrom(t *testing.T) {
	k := &knower{
		origins: map[mail.MessageID]mail.Origin{
			1: {Trust: mail.TrustVerified, Domain: "example.pt", Reasons: []mail.OriginReason{{Kind: mail.OriginVouched}}, Results: []mail.AuthResult{{Method: "dmarc", Result: "pass"}}},
			2: {Trust: mail.TrustWarning, Domain: "evil.example", Reasons: []mail.OriginReason{{Kind: mail.OriginName, Warning: true, Address: "a@bank.example"}}},
			3: {Trust: mail.TrustUnknown, Pending: true},
			4: {Trust: mail.TrustUnknown, Reasons: []mail.OriginReason{{Kind: mail.OriginOwn}}},
		},
		checked: mail.Origin{Trust: mail.TrustVerified, Domain: "example.pt", Reasons: []mail.OriginReason{{Kind: mail.OriginSigned}}},
	}
	r, q := newKnowing(t, k)
	openAs(t, r, q, 1)
	h := r.header
	if h.origin.line.Text() != "Confirmed for example.pt by your mail server" || r.notes.shows(noteWarning) {
		t.Errorf("%q", h.origin.line.Text())
	}
	before := h.Height(600)
	test.Tap(h.origin)
	if len(h.fields) != 1 || h.fields[0].value.Text() != "DMARC fits" || h.Height(600) <= before {
		t.Errorf("%d details", len(h.fields))
	}
	openAs(t, r, q, 2)
	bar, ok := r.notes.slots[noteWarning].(*kit.Bar)
	if !ok || bar.Title() != "The name is not the sender's address" || !strings.Contains(bar.Text(), "a@bank.example") || len(h.fields) != 0 {
		t.Fatalf("%+v", r.notes.slots[noteWarning])
	}
	bar.OnClosed()
	if r.notes.shows(noteWarning) {
		t.Error("the bar stays")
	}
	r.Open(mail.Summary{ID: 3}, nil)
	if !q.Until(time.Minute, func() bool { return h.origin.line.Text() == "Confirmed by a signature of example.pt" }) {
		t.Errorf("%q", h.origin.line.Text())
	}
	openAs(t, r, q, 4)
	if h.origin.Visible() {
		t.Errorf("of one's own message it is said: %q", h.origin.line.Text())
	}
}

func TestOneBarAtATime(t *testing.T) {
	grown := 0
	n := newNotes(func() { grown++ })
	a, b, c := kit.NewBar(kit.ToneWarn, "", "a"), kit.NewBar(kit.ToneInfo, "", "b"), kit.NewPara("c", 12, false, kit.Text)
	n.set(notePictures, b)
	n.set(noteRemarks, c)
	n.set(noteWarning, a)
	if !n.shows(noteWarning) || n.shows(notePictures) || !n.shows(noteRemarks) {
		t.Error("the second bar shows")
	}
	n.set(noteWarning, nil)
	if !n.shows(notePictures) || n.Height(600) == 0 {
		t.Error("the second bar does not follow the first")
	}
	n.clear()
	n.set(noteCard, nil)
	if n.Height(600) != 0 || grown != 5 {
		t.Errorf("%v high, told %d times", n.Height(600), grown)
	}
}

func TestRemarksAndInvitations(t *testing.T) {
	m := &mail.Message{
		Subject: "x", Protection: mail.SignedPGP, Problems: []string{"a", "b", "c", "d"}, Text: "Lunch\n", TextMade: true,
		Invitations: []mail.Invitation{{Summary: "Lunch", Method: "CANCEL", Location: "Here"}},
	}
	r, q := newKnowing(t, &knower{messages: map[mail.MessageID]*mail.Message{5: m}})
	openAs(t, r, q, 5)
	lines := r.notes.slots[noteRemarks].(*fyne.Container)
	if len(lines.Objects) != mostRemarks+1 || lines.Objects[0].(*remark).text.Text() != "Signed with OpenPGP. Poplar cannot check this signature yet." {
		t.Fatalf("%d lines", len(lines.Objects))
	}
	more := lines.Objects[mostRemarks].(*fyne.Container).Objects[0].(*kit.Button)
	if more.Label() != "2 more remarks" {
		t.Errorf("%q", more.Label())
	}
	test.Tap(more)
	if len(lines.Objects) != 5 {
		t.Errorf("%d lines", len(lines.Objects))
	}
	card := r.notes.slots[noteEvent].(*fyne.Container).Objects[0].(*eventCard)
	if card.head.Text() != "Cancelled" || card.title.Text() != "Lunch" || len(card.fields) != 1 || card.fields[0].value.Text() != "Here" {
		t.Errorf("%q, %q, %d fields", card.head.Text(), card.title.Text(), len(card.fields))
	}
	if h := r.body.Height(); h > 30 {
		t.Errorf("the words of the invitation are told twice, %v high", h)
	}
}

func picture(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	img.Set(1, 1, color.White)
	var b bytes.Buffer
	_ = png.Encode(&b, img) // into memory
	return b.Bytes()
}

func TestPicturesAreShownSmall(t *testing.T) {
	m := &mail.Message{Subject: "x", Text: "y", Parts: []mail.Part{
		{Index: 0, Name: "a.png", Type: "image/png", Size: 10}, {Index: 1, Name: "b.png", Type: "image/png", Size: 10}, {Index: 2, Name: "c.png.exe", Type: "image/png", Size: 10},
	}}
	r, q := newKnowing(t, &knower{messages: map[mail.MessageID]*mail.Message{5: m}, parts: map[int][]byte{0: picture(900, 400), 1: []byte("no picture"), 2: picture(9, 9)}})
	openAs(t, r, q, 5)
	ts := r.Attachments.tickets
	if !q.Until(time.Minute, func() bool { return ts[0].thumb != nil }) {
		t.Fatal("no small picture")
	}
	if b := ts[0].thumb.Bounds(); b.Dx() > 4*ticketHeight || b.Dy() > 2*ticketHeight {
		t.Errorf("it is kept as %v", b)
	}
	q.Run()
	if ts[1].thumb != nil || ts[2].thumb != nil {
		t.Error("what is no picture is shown as one")
	}
	opened, asked := "", ""
	r.Attachments.OnOpen = func(p mail.Part) { opened = p.Name }
	r.Attachments.OnMenu = func(p mail.Part, _ fyne.Position) { asked = p.Name }
	ts[1].TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	ts[2].TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	if opened != "b.png" || asked != "c.png.exe" {
		t.Errorf("%q opened, a menu for %q", opened, asked)
	}
}

func TestPreviews(t *testing.T) {
	k := &knower{parts: map[int][]byte{0: picture(300, 200), 1: []byte("name,size\n甲,1\n"), 2: []byte("broken"), 3: {0xD6, 0xD0, 0xCE, 0xC4, 0xB2, 0xE2, 0xCA, 0xD4}}}
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	q := kit.NewQueue()
	saved := 0
	show := func(p mail.Part) *Preview {
		if !CanPreview(p) {
			t.Fatalf("%s cannot be shown", p.Name)
		}
		v := NewPreview(a, q.Loop, k, 1, p, PreviewOptions{OnOpen: func() {}, OnSave: func() { saved++ }})
		t.Cleanup(v.Window.Close)
		return v
	}
	v := show(mail.Part{Index: 0, Name: "a.png", Type: "image/png", Size: 2048})
	if !q.Until(time.Minute, func() bool { return v.line.Text() == "Picture · 2 KB · 300 × 200 pixels" }) {
		t.Errorf("%q", v.line.Text())
	}
	v = show(mail.Part{Index: 1, Name: "t.csv", Type: "text/csv"})
	if !q.Until(time.Minute, func() bool { return v.text.Doc() != nil || v.middle.Objects[0] != fyne.CanvasObject(v.note) }) {
		t.Error("no text")
	}
	v = show(mail.Part{Index: 2, Name: "b.gif", Type: "image/gif"})
	if !q.Until(time.Minute, func() bool { return v.note.bold.Text() == "This cannot be shown." }) {
		t.Error("a broken picture says nothing")
	}
	for _, p := range []mail.Part{{Name: "a.exe", Type: "image/png"}, {Name: "a.svg", Type: "image/svg+xml"}, {Name: "a.png", Type: "image/png", Size: 1 << 30}, {Name: "a.pdf", Type: "application/pdf"}, {Name: "a.html", Type: "text/html"}} {
		if CanPreview(p) {
			t.Errorf("%+v is shown", p)
		}
	}
	for text, want := range map[string]string{"\xd6\xd0\xce\xc4\xb2\xe2\xca\xd4": "中文测试", "Gr\xfc\xdfe": "Grüße", "\xff\xfea\x00": "a", "\xef\xbb\xbfok": "ok"} {
		if got := plainText([]byte(text)); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if _, _, err := decode(t.Context(), bombPNG(), screen); !errors.Is(err, errTooLarge) {
		t.Errorf("a picture of 10 gigapixels: %v", err)
	}
}

// bombPNG is a picture that says that it is very large.
func bombPNG() []byte {
	b := picture(2, 2)
	copy(b[16:], []byte{0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0})
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestAMessageIsReadAgain(t *testing.T) {
	k := &knower{messages: map[mail.MessageID]*mail.Message{5: {Subject: "Gr\uFFFD\uFFFDe", Text: "x"}}}
	r, q := newKnowing(t, k)
	openAs(t, r, q, 5)
	k.messages[5] = &mail.Message{Subject: "Grüße", Text: "x", Forced: true}
	r.Again()
	if !q.Until(time.Minute, func() bool { return r.header.lines[0].Text() == "Grüße" }) {
		t.Error("it stays as it was")
	}
}

func TestThousandsOfAttachments(t *testing.T) {
	m := &mail.Message{Subject: "x", Text: "y"}
	for i := range 5000 {
		m.Parts = append(m.Parts, mail.Part{Index: i, Name: "a.bin", Size: 1})
		m.Header = append(m.Header, mail.Field{Name: "X", Value: "y"})
	}
	r, q := newKnowing(t, &knower{messages: map[mail.MessageID]*mail.Message{5: m}})
	openAs(t, r, q, 5)
	a := r.Attachments
	if len(a.tickets) != mostTickets || a.more.Label() != "4,940 more attachments" {
		t.Errorf("%d cards, %q", len(a.tickets), a.more.Label())
	}
	before := r.column.MinSize().Height
	test.Tap(a.more)
	if len(a.tickets) != 2*mostTickets || r.column.MinSize().Height <= before {
		t.Errorf("%d cards", len(a.tickets))
	}
	test.Tap(r.header.to)
	test.Tap(r.header.more)
	if n := len(r.header.fields); n != mostFields {
		t.Errorf("%d fields", n)
	}
}
