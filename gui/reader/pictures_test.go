package reader

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/mail"
)

const shopMail = `<p>Sale! <img src="https://cdn.example/a.png"><img src="http://cdn.example/b.png" width=40 height=20>
<div style="background:url(https://cdn.example/c.png)">x</div><img src="https://t.example/wf/open?id=1"><img src="https://cdn.example/p.gif" width=1 height=1>`

// letters gives out one message for each source.
type letters struct {
	box
	from    string
	sources []string
}

func (l *letters) Glance(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	return l.Read(ctx, id)
}

func (l *letters) Read(_ context.Context, id mail.MessageID) (*mail.Message, error) {
	return &mail.Message{
		Subject: "Letter", From: []mail.Address{{Addr: l.from}}, Date: noon, Text: "The text alone.", HTML: l.sources[id-1],
		To: []mail.Address{{Name: "Anna", Addr: "anna@example.org"}}, Parts: []mail.Part{{Name: "Plan.pdf", Size: 2048}},
	}, nil
}

func dot(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asked notes what is fetched.
type asked struct {
	mu   sync.Mutex
	list []string
	give func(address string) []byte
}

func (a *asked) fetch(_ context.Context, addresses []string, got func(string, []byte)) (missing int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, x := range addresses {
		a.list = append(a.list, x)
		if data := a.give(x); data != nil {
			got(x, data)
		} else {
			missing++
		}
	}
	return missing
}

func (a *asked) all() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Sorted(slices.Values(a.list))
}

func bar(r *Reader) *pictureBar {
	b, _ := r.notes.slots[notePictures].(*pictureBar)
	return b
}

func TestPicturesComeOnAWordOnly(t *testing.T) {
	pic := dot(t)
	a := &asked{give: func(string) []byte { return pic }}
	b := &letters{from: "news@shop.example", sources: []string{shopMail, shopMail, "<p>none</p>", `<img src="https://t.example/wf/open">`}}
	r, q := newReader(t, &b.box)
	r.box = b
	var allowed []string
	r.SetPictures(Pictures{
		Fetch: a.fetch, Always: func(addr string) bool { return slices.Contains(allowed, addr) },
		OnAlways: func(whom string) { allowed = append(allowed, whom) },
	})
	open(t, r, q, 1)
	if got := bar(r); got == nil || got.title.Text() != "3 pictures from the internet are held back" || got.text.Text() != "2 trackers are blocked" {
		t.Fatalf("the bar is %+v", got)
	}
	if len(a.all()) != 0 {
		t.Fatalf("asked for %q unbidden", a.all())
	}
	bar(r).show.OnTapped()
	want := []string{"http://cdn.example/b.png", "https://cdn.example/a.png", "https://cdn.example/c.png"}
	if !q.Until(time.Minute, func() bool { return !r.fetch.busy && len(r.body.HeldPictures()) == 0 && r.body.Laid() != nil }) {
		t.Fatal("the pictures do not come")
	}
	if got := a.all(); !slices.Equal(got, want) {
		t.Errorf("asked for %q", got)
	}
	if bar(r) != nil {
		t.Error("the bar stays")
	}

	open(t, r, q, 2) // the word held for one message
	if bar(r) == nil || len(a.all()) != 3 {
		t.Errorf("asked for %q", a.all())
	}
	allowed = append(allowed, "news@shop.example")
	open(t, r, q, 3)
	if bar(r) != nil {
		t.Error("a bar over a message without pictures")
	}
	open(t, r, q, 2)
	if !q.Until(time.Minute, func() bool { return len(a.all()) == 6 && !r.fetch.busy }) {
		t.Errorf("asked for %q", a.all())
	}
	open(t, r, q, 4)
	if got := bar(r); got == nil || got.title.Text() != "1 tracker is blocked" || got.show.Visible() {
		t.Errorf("the bar over a tracker is %+v", got)
	}
	bar(r).cross.OnTapped()
	if bar(r) != nil {
		t.Error("the bar cannot be closed")
	}
}

// A sender that is always believed is not, where something speaks against the message being from it.
func TestDoubtfulSendersHaveNoPicturesByThemselves(t *testing.T) {
	a := &asked{give: func(string) []byte { return nil }}
	b := &letters{from: "news@shop.example", sources: []string{shopMail}}
	r, q := newReader(t, &b.box)
	r.box = b
	r.SetPictures(Pictures{Fetch: a.fetch, Always: func(string) bool { return true }})
	r.OnShown = func(mail.MessageID, *mail.Message) { r.notes.set(noteWarning, kit.NewBar(kit.ToneWarn, "", "Beware")) }
	open(t, r, q, 1)
	if len(a.all()) != 0 {
		t.Errorf("asked for %q", a.all())
	}
	r.notes.set(noteWarning, nil)
	r.showPictures()
	if !q.Until(time.Minute, func() bool { return len(a.all()) == 3 && !r.fetch.busy }) {
		t.Fatal("nothing is fetched on a word")
	}
	if got := bar(r); got == nil || got.title.Text() != "3 pictures could not be loaded" || got.show.Label() != "Try again" {
		t.Errorf("the bar is %+v", got)
	}
}

// Another message ends the fetching of the one before.
func TestLeavingEndsFetching(t *testing.T) {
	ended := make(chan error, 1)
	b := &letters{from: "news@shop.example", sources: []string{shopMail, "<p>other</p>"}}
	r, q := newReader(t, &b.box)
	r.box = b
	r.SetPictures(Pictures{Fetch: func(ctx context.Context, _ []string, got func(string, []byte)) int {
		<-ctx.Done()
		got("https://cdn.example/a.png", []byte("late"))
		ended <- ctx.Err()
		return 3
	}})
	open(t, r, q, 1)
	r.showPictures()
	open(t, r, q, 2)
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the fetching goes on")
	}
	q.Run()
	if bar(r) != nil || r.fetch.busy {
		t.Error("the message that follows has to do with it")
	}
}

// TestNoRequestWithoutConsent shows every sample and every hostile payload there is, with all their addresses pointing
// at a listener, and does to them what a reader does: nobody connects, and nothing is asked of the one who fetches.
func TestNoRequestWithoutConsent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var connections atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = c.Close()
		}
	}()
	at := l.Addr().String()
	sources := []string{
		shopMail, `<link rel=stylesheet href="https://cdn.example/a.css"><style>@import "https://cdn.example/b.css";@font-face{font-family:x;src:url(https://cdn.example/f.woff)}
p{font-family:x;background:image-set("https://cdn.example/i.png" 1x);list-style-image:url(https://cdn.example/l.png);cursor:url(https://cdn.example/c.cur),auto}</style><p>x`,
		`<base href="https://cdn.example/"><img src=a.png><img srcset="https://cdn.example/s.png 2x"><picture><source srcset="https://cdn.example/t.png"><img src=b.png></picture>`,
		`<meta http-equiv=refresh content="0;url=https://cdn.example/"><iframe src="https://cdn.example/"></iframe><object data="https://cdn.example/"></object><embed src="https://cdn.example/">`,
		`<video src="https://cdn.example/v" poster="https://cdn.example/p.png"></video><audio src="https://cdn.example/a"></audio><input type=image src="https://cdn.example/i.png"><body background="https://cdn.example/b.png">`,
		`<svg><image href="https://cdn.example/s.png"/><use href="https://cdn.example/u.svg#x"/></svg><a ping="https://cdn.example/" href="https://cdn.example/">x</a><table background="//cdn.example/t.png"><tr><td>x`,
	}
	shared := func(path string) string {
		dir := os.Getenv("POPLAR_SHARED")
		if dir == "" {
			dir, _ = os.Getwd()
			for dir != filepath.Dir(dir) {
				if _, err := os.Stat(filepath.Join(dir, "..", "shared", path)); err == nil {
					return filepath.Join(dir, "..", "shared", path)
				}
				dir = filepath.Dir(dir)
			}
		}
		return filepath.Join(dir, path)
	}
	files, _ := filepath.Glob(filepath.Join(shared("data/html"), "*.html"))
	for _, f := range files {
		if raw, err := os.ReadFile(f); err == nil {
			sources = append(sources, strings.ReplaceAll(string(raw), "img/", "https://cdn.example/img/"))
		}
	}
	payloads := 0
	for _, name := range []string{"bluemonday_half.json", "dompurify_half.json"} {
		raw, err := os.ReadFile(filepath.Join(shared("data/mail/html"), name))
		if err != nil {
			continue // without the samples, our own remain
		}
		var all any
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		// Many payloads in one message: their brokenness is contained by the cells they stand in, and what is not is a test too.
		var page strings.Builder
		walkStrings(all, func(s string) {
			payloads++
			page.WriteString("<table><tr><td>" + s + "</td></tr></table>")
			if page.Len() > 60_000 {
				sources = append(sources, page.String())
				page.Reset()
			}
		})
		sources = append(sources, page.String())
	}
	for i, s := range sources {
		for _, host := range []string{"cdn.example", "pictures.example", "example.com", "x.example"} {
			s = strings.ReplaceAll(s, host, at)
		}
		s = strings.ReplaceAll(s, "https://", "http://")
		sources[i] = s
	}
	a := &asked{give: func(string) []byte { return nil }}
	b := &letters{from: "news@shop.example", sources: sources}
	r, q := newReader(t, &b.box)
	r.box = b
	r.SetPictures(Pictures{Fetch: a.fetch, Always: func(string) bool { return false }})
	for i := range sources {
		open(t, r, q, mail.MessageID(i+1))
		r.Find()
		r.body.SelectAll()
		r.SetOriginal(true)
		r.SetOriginal(false)
		done := false
		if !r.Document(t.Context(), true, func(src string, err error) {
			done = true
			if strings.Contains(src, "src=\"http") {
				t.Errorf("source %d: the page for the browser asks for something", i)
			}
		}) {
			continue
		}
		if !q.Until(time.Minute, func() bool { return done }) {
			t.Fatal("no page for the browser")
		}
	}
	if n := connections.Load(); n > 0 || len(a.all()) > 0 {
		t.Errorf("%d connections, %q asked for", n, a.all())
	}
	t.Logf("%d messages, %d payloads", len(sources), payloads)
}

func walkStrings(v any, f func(string)) {
	switch v := v.(type) {
	case string:
		f(v)
	case []any:
		for _, x := range v {
			walkStrings(x, f)
		}
	case map[string]any:
		for _, x := range v {
			walkStrings(x, f)
		}
	}
}

func TestWhatWasSearchedForIsFoundInEarlierTextToo(t *testing.T) {
	earlier := "<blockquote type=cite>" + strings.Repeat("<p>The old willow</p>", 30) + "</blockquote>"
	b := &letters{from: "a@b.example", sources: []string{"<p>One poplar</p><div>On Monday A wrote:</div>" + earlier}}
	r, q := newReader(t, &b.box)
	r.box = b
	for _, c := range []struct {
		word     string
		want     int
		unfolded bool
	}{{"poplar", 1, false}, {"willow", 30, true}} {
		r.Clear()
		r.Open(mail.Summary{ID: 1}, []string{c.word})
		if !q.Until(time.Minute, func() bool { n, _ := r.body.FindNext(0); return r.Message() != nil && n == c.want }) {
			n, _ := r.body.FindNext(0)
			t.Fatalf("%s: %d places are marked", c.word, n)
		}
		if folds := r.body.Unfold(); folds == c.unfolded {
			t.Errorf("%s: there was something folded: %v", c.word, folds)
		}
	}
}

func TestFindInAMessage(t *testing.T) {
	b := &letters{from: "a@b.example", sources: []string{"<p>One poplar</p><p>Two POPLAR</p><p>Three poplars</p>"}}
	r, q := newReader(t, &b.box)
	r.box = b
	if r.Find() {
		t.Error("there is nothing to look in")
	}
	open(t, r, q, 1)
	if !r.Find() || !kit.Focused(r.find.entry) {
		t.Fatal("the field has not the keyboard")
	}
	r.find.entry.SetText("poplar")
	r.find.search()
	for i, want := range []string{"1 / 3", "2 / 3", "3 / 3", "1 / 3"} {
		if i > 0 {
			r.find.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		}
		if got := r.find.count.Text(); got != want {
			t.Errorf("step %d: %q, want %q", i, got, want)
		}
	}
	r.find.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	if got := r.find.count.Text(); got != "3 / 3" {
		t.Errorf("back: %q", got)
	}
	r.find.entry.SetText("willow")
	r.find.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := r.find.count.Text(); got != "not found" {
		t.Errorf("%q", got)
	}
	r.find.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.find.Visible() || r.FindNext(1) {
		t.Error("the bar stays")
	}
}

func TestPlainTextAndPrinting(t *testing.T) {
	b := &letters{from: "a@b.example", sources: []string{"<p><b>Styled</b> text</p><script>bad()</script>"}}
	r, q := newReader(t, &b.box)
	r.box = b
	open(t, r, q, 1)
	laid := func() string {
		q.Until(time.Minute, func() bool { return r.body.Laid() != nil })
		return r.body.Laid().Text
	}
	if s := laid(); !strings.Contains(s, "Styled text") {
		t.Errorf("%q", s)
	}
	r.SetPlain(true)
	if s := laid(); !strings.Contains(s, "The text alone.") || !r.Plain() {
		t.Errorf("%q", s)
	}
	r.SetPlain(false)
	if s := laid(); !strings.Contains(s, "Styled text") {
		t.Errorf("%q", s)
	}
	var page string
	r.Document(t.Context(), true, func(src string, _ error) { page = src })
	if !q.Until(time.Minute, func() bool { return page != "" }) {
		t.Fatal("no page")
	}
	for _, want := range []string{"<h1>Letter</h1>", "a@b.example", "Anna &lt;anna@example.org&gt;", "Plan.pdf (2", "window.print()"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in %s", want, page)
		}
	}
	if strings.Contains(page, "bad()") {
		t.Error("the script is still there")
	}
}
