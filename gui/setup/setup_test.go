package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
	"poplar/settings"
)

// engine is what the set-up needs of Poplar. It records, and fails where it is told to.
type engine struct {
	model.Poplar // not called

	mu       sync.Mutex
	accounts []mail.Account
	saved    []mail.Account
	secrets  []model.Secrets
	remember []bool
	removed  []mail.AccountID
	prefs    settings.Preferences
	made     int
	locked   bool // the keyring takes nothing
	absent   bool // there is none
	fail     error
	stored   model.Secrets
	tests    []mail.Account
	with     []model.Secrets
	findings []mail.Finding
	refuse   map[string]bool // user names that are refused
	find     func(ctx context.Context, address string, report func(mail.Found)) ([]mail.Found, error)
	looked   []string
	named    []mail.Names
	unheard  error
	folders  []mail.Folder
	letters  []bool
	sending  int // logins for sending after one that was refused

	signIns    []model.SignIn
	signFails  error
	foreign    []mail.Foreign
	taken      []mail.Foreign
	withSecret []bool
	removals   int       // what any policy would delete
	asked      mail.Keep // the policy last asked about
}

func (e *engine) Removals(_ context.Context, _ mail.AccountID, k mail.Keep) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = k
	return e.removals, nil
}

func (e *engine) Find(ctx context.Context, address string, report func(mail.Found)) ([]mail.Found, error) {
	e.mu.Lock()
	e.looked = append(e.looked, address)
	find := e.find
	e.mu.Unlock()
	if find == nil {
		return nil, &mail.Problem{Kind: mail.NoSuchHost}
	}
	return find(ctx, address, report)
}

func (e *engine) FindNamed(_ context.Context, address string, names mail.Names) (mail.Found, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.named = append(e.named, names)
	f := mail.Found{Source: "typed", Users: []string{address}, Verified: e.unheard == nil}
	side := func(list []string, port int) mail.Server {
		return mail.Server{Host: list[0], OtherHost: strings.Join(list[1:], ""), Port: port, Security: mail.TLS, Auth: mail.AuthAuto}
	}
	f.Incoming, f.Outgoing = side(names.Incoming, 995), side(names.Outgoing, 465)
	return f, e.unheard
}

func (e *engine) Accounts() []mail.Account {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.accounts)
}

func (e *engine) SaveAccount(_ context.Context, a mail.Account, s model.Secrets, remember bool) (mail.Account, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if a.ID == "" {
		e.made++
		a.ID = mail.AccountID(fmt.Sprintf("new%d", e.made))
	}
	e.saved, e.secrets, e.remember = append(e.saved, a), append(e.secrets, s), append(e.remember, remember)
	if e.locked && remember && len(s) > 0 {
		return a, settings.ErrLocked
	}
	return a, e.fail
}

func (e *engine) RemoveAccount(_ context.Context, id mail.AccountID) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.removed = append(e.removed, id)
	e.accounts = slices.DeleteFunc(e.accounts, func(a mail.Account) bool { return a.ID == id })
	return e.fail
}

func (e *engine) Secrets(context.Context, mail.Account) (model.Secrets, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stored == nil {
		return nil, e.shut()
	}
	return e.stored, nil
}

func (e *engine) Test(ctx context.Context, a mail.Account, s model.Secrets, letter bool, report func(mail.Finding)) error {
	e.mu.Lock()
	e.tests, e.with = append(e.tests, a), append(e.with, s)
	e.letters = append(e.letters, letter)
	findings := e.findings
	refused := e.refuse[a.Incoming.User]
	e.mu.Unlock()
	if refused {
		p := &mail.Problem{Kind: mail.LoginRefused, Said: "-ERR no"}
		fix := mail.Fix{Do: mail.UseServer, Server: mail.Server{User: "anna@birch.example"}}
		report(mail.Finding{Direction: mail.Incoming, Step: "log in", Problem: p, Verdict: &mail.Verdict{Reason: mail.WrongPassword, Fixes: []mail.Fix{fix}}})
		if ctx.Err() == nil {
			e.mu.Lock()
			e.sending++
			e.mu.Unlock()
			report(mail.Finding{Direction: mail.Outgoing, Step: "log in", Problem: p})
		}
		return p
	}
	if letter {
		findings = append(slices.Clone(findings), mail.Finding{Direction: mail.Incoming, Step: "delete", OK: true})
	}
	for _, f := range findings {
		if f.Problem != nil && f.Problem.Certificate != nil && slices.Contains(a.Incoming.Pins, f.Problem.Certificate.SHA256) {
			f.OK, f.Problem = true, nil
		}
		report(f)
		if f.Problem != nil {
			return f.Problem
		}
	}
	return nil
}

func (e *engine) Folders(context.Context) ([]mail.Folder, error) {
	if e.folders != nil {
		return e.folders, nil
	}
	return []mail.Folder{{Account: "a", Role: mail.Inbox, Total: 7}, {Account: "a", Role: mail.Outbox, Total: 1}, {Account: "b", Total: 99}}, nil
}
func (e *engine) Status() []mail.AccountStatus       { return nil }
func (e *engine) Transcript(mail.AccountID) []string { return []string{"C: CAPA", "S: +OK"} }
func (e *engine) Trial() []string                    { return []string{"C: CAPA", "S: +OK"} }
func (e *engine) Preferences() settings.Preferences {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.prefs
}

func (e *engine) SetPreferences(p settings.Preferences) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.prefs = p
	return nil
}

func account() mail.Account {
	a := mail.DefaultAccount()
	a.ID, a.Name, a.Address = "a", "Anna", "anna@birch.example"
	a.Incoming.Host, a.Incoming.User = "mail.birch.example", "anna@birch.example"
	a.Outgoing = mail.Server{Host: "smtp.birch.example", Port: 587, Security: mail.STARTTLS, Auth: mail.AuthAuto}
	return a
}

// bench is a test with an application, an engine and a loop.
type bench struct {
	*testing.T
	app fyne.App
	e   *engine
	q   *kit.Queue
}

func start(t *testing.T) *bench {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	return &bench{T: t, app: app, e: &engine{accounts: []mail.Account{account()}, prefs: settings.DefaultPreferences()}, q: kit.NewQueue()}
}

func (b *bench) until(what string, done func() bool) {
	b.Helper()
	look := func() bool { // done may read what the engine's goroutines write
		b.e.mu.Lock()
		defer b.e.mu.Unlock()
		return done()
	}
	if !b.q.Until(5*time.Minute, look) {
		b.Fatalf("never: %s", what)
	}
}

func (b *bench) account(a *mail.Account, o Options) *AccountWindow {
	b.Helper()
	w := NewAccountWindow(b.app, b.e, b.q.Loop, a, o)
	w.Show()
	b.Cleanup(func() {
		if !w.closed {
			w.Window.Close()
		}
	})
	return w
}

// fill types into a field and leaves it.
func fill(f *kit.Field, s string) {
	f.Entry.SetText(s)
	f.Entry.FocusLost()
}

// tapButton presses the button with that label somewhere in o; it reports whether there was one.
func tapButton(o fyne.CanvasObject, label string) bool {
	for _, x := range test.LaidOutObjects(o) {
		if b, ok := x.(*kit.Button); ok && b.Label() == label && b.Visible() {
			test.Tap(b)
			return true
		}
	}
	return false
}

func (b *bench) tap(o fyne.CanvasObject, label string) {
	b.Helper()
	if !tapButton(o, label) {
		b.Fatalf("there is no button %q", label)
	}
}

func TestAccountWindowTellsWhatIsWrongWhereItIsTyped(t *testing.T) {
	b := start(t)
	w := b.account(nil, Options{})
	for _, f := range w.fields {
		if f.Wrong() != "" {
			t.Errorf("an empty window begins with: %s", f.Wrong())
		}
	}
	fill(w.in.host, "anna@birch.example")
	if w.in.host.Wrong() != "This is an address. A server's name has no @." {
		t.Errorf("host: %q", w.in.host.Wrong())
	}
	w.in.host.Entry.SetText("mail.birch.example")
	if w.in.host.Wrong() != "" {
		t.Error("mended, and still wrong")
	}
	w.Save(nil)
	if len(b.e.saved) > 0 {
		t.Fatal("an incomplete account was saved")
	}
	if got := w.Window.Canvas().Focused(); got != fyne.Focusable(w.in.user.Entry) {
		t.Errorf("the keyboard is not at the first thing to mend: %T", got)
	}
	for _, f := range []model.Field{model.FieldInUser, model.FieldInSecret, model.FieldOutHost, model.FieldAddress} {
		if w.fields[f].Wrong() == "" {
			t.Errorf("%s is empty and nothing is said", f)
		}
	}
	fill(w.in.user, "anna")
	fill(&w.in.secret.Field, "secret")
	fill(w.out.host, "smtp.birch.example")
	w.Save(nil)
	if w.tabs.Chosen() != TabIdentity || w.Window.Canvas().Focused() != fyne.Focusable(w.fields[model.FieldAddress].Entry) {
		t.Error("what is wrong on another tab is not shown")
	}
	fill(w.fields[model.FieldAddress], "anna@birch.example")
	w.Save(nil)
	b.until("saved", func() bool { return w.closed })
	a := b.e.saved[0]
	if a.Incoming.Host != "mail.birch.example" || a.Incoming.User != "anna" || a.Outgoing.Host != "smtp.birch.example" || b.e.secrets[0][mail.Incoming] != "secret" || !b.e.remember[0] {
		t.Errorf("saved %+v", a)
	}
}

func TestAccountWindowChangesEverything(t *testing.T) {
	b := start(t)
	a := account()
	var told mail.Account
	w := b.account(&a, Options{OnSaved: func(a mail.Account) { told = a }})
	w.in.security.OnChanged(1)
	if w.in.port.Text() != "110" {
		t.Errorf("the port did not follow: %s", w.in.port.Text())
	}
	fill(w.in.port, "1110")
	w.in.security.OnChanged(2)
	if w.in.port.Text() != "1110" || !w.in.plain.Visible() || w.in.plainNote.Text() == "" {
		t.Errorf("port %s, permission shown %v", w.in.port.Text(), w.in.plain.Visible())
	}
	test.Tap(w.in.plain)
	w.in.login.OnChanged(4)
	w.keep.Choose(len(model.KeepChoices) - 1)
	test.Tap(w.same.Radio(1))
	fill(w.out.user, "sender")
	fill(&w.out.secret.Field, "other")
	test.Tap(w.remember)
	w.tabs.Choose(TabIdentity)
	fill(w.fields[model.FieldReplyTo], "office@birch.example")
	w.tabs.Choose(TabRetrieving)
	fill(w.fields[model.FieldMinutes], "5")
	fill(w.fields[model.FieldSize], "1.5")
	w.Save(nil)
	b.until("saved", func() bool { return w.closed })
	want := account()
	want.Incoming = mail.Server{Host: "mail.birch.example", Port: 1110, Security: mail.NoTLS, User: "anna@birch.example", Auth: mail.AuthAPOP, AllowPlaintext: true}
	want.Outgoing.User, want.SameAsIncoming = "sender", false
	want.Keep, want.AskPassword, want.ReplyTo = mail.Keep{Mode: mail.KeepNever}, true, "office@birch.example"
	want.CheckMinutes, want.MaxSize = 5, 3<<19
	if got := b.e.saved[0]; got.Incoming.User != want.Incoming.User || got.Incoming.Port != want.Incoming.Port || got.Incoming.Auth != want.Incoming.Auth ||
		!got.Incoming.AllowPlaintext || got.Outgoing.User != "sender" || got.SameAsIncoming || got.Keep != want.Keep || !got.AskPassword ||
		got.ReplyTo != want.ReplyTo || got.CheckMinutes != 5 || got.MaxSize != want.MaxSize {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if b.e.secrets[0][mail.Outgoing] != "other" || b.e.remember[0] || told.ID != "a" {
		t.Error("the outgoing password, or the wish to be asked, is lost")
	}
}

func TestOutgoingShowsOnlyWhatIsNeeded(t *testing.T) {
	b := start(t)
	a := account()
	w := b.account(&a, Options{})
	if !w.out.user.Disabled() || w.out.user.Text() != "anna@birch.example" {
		t.Error("under the same settings the incoming user name is shown, not typed")
	}
	test.Tap(w.auth)
	if w.out.user.Visible() || w.out.secret.Visible() || w.same.Radio(0).Visible() {
		t.Error("a server without authentication asks for a user name")
	}
	test.Tap(w.auth)
	test.Tap(w.same.Radio(1))
	if w.out.user.Disabled() || w.out.user.Text() != "" {
		t.Errorf("own user name: %q, disabled %v", w.out.user.Text(), w.out.user.Disabled())
	}
}

func TestClosingTheAccountWindowAsks(t *testing.T) {
	b := start(t)
	a := account()
	w := b.account(&a, Options{})
	w.ask()
	if !w.closed {
		t.Fatal("nothing was changed, and it asks")
	}
	w = b.account(&a, Options{})
	fill(w.in.host, "other.example")
	w.ask()
	if w.closed {
		t.Fatal("the change is lost without a question")
	}
	w.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.until("saved", func() bool { return w.closed && len(b.e.saved) == 1 })
}

func TestLockedKeyringOffersToAsk(t *testing.T) {
	b := start(t)
	b.e.locked = true
	w := b.account(nil, Options{})
	fill(w.in.host, "mail.birch.example")
	fill(w.in.user, "anna")
	fill(&w.in.secret.Field, "secret")
	fill(w.out.host, "smtp.birch.example")
	fill(w.fields[model.FieldAddress], "anna@birch.example")
	w.Save(nil)
	b.until("told", func() bool { return w.Notice() != nil })
	n := w.Notice()
	if n.Title() != "The keyring is locked" || !slices.Equal(n.Acts(), []string{"Try again", "Ask me each time"}) || w.closed {
		t.Fatalf("told %q with %v", n.Title(), n.Acts())
	}
	n.Do(1)
	b.until("saved", func() bool { return w.closed })
	if len(b.e.saved) != 2 || b.e.saved[1].ID != "new1" || !b.e.saved[1].AskPassword || b.e.remember[1] || b.e.secrets[1][mail.Incoming] != "secret" {
		t.Errorf("saved %+v, remember %v: a second account, or no password", b.e.saved, b.e.remember)
	}
}

func TestSaveLooksAtTheCertificateFile(t *testing.T) {
	b := start(t)
	a := account()
	w := b.account(&a, Options{})
	fill(w.fields[model.FieldCA], t.TempDir()+"/none.pem")
	w.Save(nil)
	b.until("told", func() bool { return w.fields[model.FieldCA].Wrong() != "" && !w.saving })
	if len(b.e.saved) > 0 {
		t.Error("saved with a file that is not there")
	}
}

func findings(p *mail.Problem) []mail.Finding {
	return []mail.Finding{
		{Direction: mail.Incoming, Step: "resolve", OK: true, Took: 18 * time.Millisecond, Said: "192.0.2.25"},
		{Direction: mail.Incoming, Step: "encrypt", OK: p == nil, Took: 60 * time.Millisecond, Said: "TLS 1.3", Problem: p},
	}
}

func TestDoctorShowsEachStep(t *testing.T) {
	b := start(t)
	b.e.stored = model.Secrets{mail.Incoming: "stored"}
	b.e.findings = findings(nil)
	a := account()
	w := b.account(&a, Options{})
	w.Test()
	b.until("tested", func() bool { return w.doctor.Diagnosis() != nil && !w.doctor.Diagnosis().Ended.IsZero() })
	if len(w.doctor.steps.rows) != 2 || w.doctor.sum.Text() != "Both servers answer." {
		t.Errorf("%d steps, %q", len(w.doctor.steps.rows), w.doctor.sum.Text())
	}
	if !w.result.Visible() || w.result.Title() != "Both servers answer" {
		t.Errorf("the page says %q", w.result.Title())
	}
	if b.e.with[0][mail.Incoming] != "stored" {
		t.Error("the stored password was not used")
	}
	// A password that is typed goes before the stored one, and what is changed after the test is not tested.
	fill(&w.in.secret.Field, "typed")
	if w.result.Visible() {
		t.Error("the result of other settings still shows")
	}
	w.Test()
	b.until("tested again", func() bool { return len(b.e.with) == 2 && !w.doctor.Diagnosis().Ended.IsZero() })
	if b.e.with[1][mail.Incoming] != "typed" {
		t.Error("the typed password was not used")
	}
	w.doctor.Window.Close()
}

func TestDoctorWithoutPasswordSaysWhy(t *testing.T) {
	b := start(t)
	a := account()
	w := b.account(&a, Options{})
	w.Test()
	b.until("told", func() bool { return w.doctor.Diagnosis() != nil && !w.doctor.Diagnosis().Ended.IsZero() })
	if got := w.doctor.sum.Text(); !strings.HasPrefix(got, "The keyring is locked.") {
		t.Errorf("summary %q", got)
	}
	w.doctor.Window.Close()
}

func TestUntrustedCertificateCanBeTrustedAfterALook(t *testing.T) {
	b := start(t)
	b.e.stored = model.Secrets{mail.Incoming: "x"}
	cert := &mail.Certificate{Host: "mail.birch.example", Subject: "mail.birch.example", Issuer: "Birch CA", SHA256: strings.Repeat("ab", 32), Reason: "its issuer is not known to this computer"}
	b.e.findings = findings(&mail.Problem{Kind: mail.UntrustedCertificate, Certificate: cert})
	a := account()
	w := b.account(&a, Options{})
	w.Test()
	b.until("failed", func() bool { return len(w.doctor.side.Objects) > 0 })
	b.tap(w.doctor.side, "Show certificate…")
	ask := func() fyne.CanvasObject {
		top := w.doctor.Window.Canvas().Overlays().Top()
		if top == nil {
			t.Fatal("nothing is asked")
		}
		return top
	}
	var shown []string
	for _, o := range test.LaidOutObjects(ask()) {
		if l, ok := o.(*kit.Line); ok {
			shown = append(shown, l.Text())
		}
	}
	all := strings.Join(shown, "\n")
	for _, s := range []string{"Birch CA", "AB:AB:AB", "Its issuer is not known to this computer."} {
		if !strings.Contains(all, s) {
			t.Errorf("the question does not show %q", s)
		}
	}
	w.doctor.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(w.form.Pins()) > 0 {
		t.Fatal("Enter trusts")
	}
	b.tap(w.doctor.side, "Show certificate…")
	b.tap(ask(), "Trust this certificate for mail.birch.example")
	b.until("tested again", func() bool { return len(b.e.tests) == 2 && !w.doctor.Diagnosis().Ended.IsZero() })
	if got := b.e.tests[1]; !slices.Equal(got.Incoming.Pins, []string{cert.SHA256}) || got.Outgoing.Pins != nil {
		t.Errorf("tested with %v and %v", got.Incoming.Pins, got.Outgoing.Pins)
	}
	if w.doctor.Diagnosis().Problem() != nil {
		t.Error("still not trusted")
	}
	w.doctor.Window.Close()
	w.Save(nil)
	b.until("saved", func() bool { return w.closed })
	if !slices.Equal(b.e.saved[0].Incoming.Pins, []string{cert.SHA256}) {
		t.Error("the trust is not saved")
	}
}

func TestRemovingAnAccountSaysWhatGoesWithIt(t *testing.T) {
	b := start(t)
	removed := mail.AccountID("")
	w := NewAccountsWindow(b.app, b.e, b.q.Loop, Options{OnRemove: func(id mail.AccountID) { removed = id }})
	defer w.Window.Close()
	w.Remove(account())
	b.until("asked", func() bool { return w.Window.Canvas().Overlays().Top() != nil })
	top := w.Window.Canvas().Overlays().Top()
	said := ""
	for _, o := range test.LaidOutObjects(top) {
		if p, ok := o.(*kit.Para); ok {
			said += p.Text() + "\n"
		}
	}
	for _, s := range []string{"7 messages", "1 message that waits to be sent", "What is still on the server stays there."} {
		if !strings.Contains(said, s) {
			t.Errorf("the question does not say %q:\n%s", s, said)
		}
	}
	w.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.q.Run()
	if len(b.e.removed) > 0 {
		t.Fatal("Enter removes")
	}
	w.Remove(account())
	b.until("asked again", func() bool { return w.Window.Canvas().Overlays().Top() != nil })
	b.tap(w.Window.Canvas().Overlays().Top(), "Remove account and its mail")
	b.until("removed", func() bool { return removed == "a" })
}

func TestPreferencesTakeEffectAtOnce(t *testing.T) {
	b := start(t)
	b.e.prefs.UndoSeconds = 10
	var told model.Preferences
	w := NewPreferencesWindow(b.app, b.e, b.q.Loop, Options{OnPrefs: func(p model.Preferences) { told = p }})
	defer w.Window.Close()
	defer kit.SetLanguage("en")
	w.Window.Resize(fyne.NewSize(640, 600))
	var segments []*kit.Segments
	for _, o := range test.LaidOutObjects(w.Window.Content()) {
		if s, ok := o.(*kit.Segments); ok {
			segments = append(segments, s)
		}
	}
	segments[2].Choose(0) // lines of preview
	if told.PreviewLines != 0 {
		t.Error("nobody was told")
	}
	b.until("stored", func() bool { return !w.storing })
	if b.e.prefs.PreviewLines != 0 || b.e.prefs.UndoSeconds != 10 {
		t.Errorf("stored %+v", b.e.prefs)
	}
	segments[1].Choose(2) // Chinese
	b.until("stored", func() bool { return !w.storing })
	if w.Window.Title() != "偏好设置" || b.e.prefs.Language != "zh" {
		t.Errorf("title %q", w.Window.Title())
	}
}

func TestSaveThatFailsKeepsTheWindow(t *testing.T) {
	b := start(t)
	b.e.fail = errors.New("the disk is on holiday")
	a := account()
	w := b.account(&a, Options{})
	fill(w.in.host, "other.example")
	w.Save(nil)
	b.until("told", func() bool { return w.Notice() != nil })
	if w.closed || w.save.Disabled() {
		t.Error("the window is gone, or cannot save again")
	}
}
