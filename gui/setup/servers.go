package setup

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// labelWidth is the width of the labels' column.
const labelWidth = 104

var securities = []mail.Security{mail.TLS, mail.STARTTLS, mail.NoTLS}

func securityNames() []string {
	return []string{kit.T("TLS from the start"), kit.T("STARTTLS"), kit.T("None")}
}

// logins are the ways to log in that can be chosen. The last two need a sign-in on the provider's page.
func logins(d mail.Direction) ([]mail.Auth, []string) {
	auths := []mail.Auth{mail.AuthAuto, mail.AuthPlain, mail.AuthLogin, mail.AuthCramMD5}
	names := []string{kit.T("Automatic (safest offered)"), "PLAIN", "LOGIN", "CRAM-MD5"}
	if d == mail.Incoming {
		auths = append(auths, mail.AuthAPOP, mail.AuthUserPass)
		names = append(names, "APOP", "USER / PASS")
	}
	return append(auths, mail.AuthXOAuth2, mail.AuthOAuthBearer), append(names, kit.T("Sign-in (XOAUTH2)"), kit.T("Sign-in (OAUTHBEARER)"))
}

func indexOf[T comparable](list []T, v T) int {
	for i, x := range list {
		if x == v {
			return i
		}
	}
	return 0
}

// sidePage is one server's half of the page.
type sidePage struct {
	w         *AccountWindow
	d         mail.Direction
	host      *kit.Field
	other     *kit.Field // its second name
	security  *kit.Select
	port      *kit.Field
	plain     *kit.Check
	plainNote *kit.Para
	user      *kit.Field
	secret    *kit.Secret
	login     *kit.Select
	form      *kit.Form
}

func (w *AccountWindow) side(d mail.Direction) *sidePage {
	s := w.form.Side(d)
	p := &sidePage{w: w, d: d, form: kit.NewForm(labelWidth)}
	names := map[bool][4]model.Field{
		true:  {model.FieldInHost, model.FieldInPort, model.FieldInUser, model.FieldInSecret},
		false: {model.FieldOutHost, model.FieldOutPort, model.FieldOutUser, model.FieldOutSecret},
	}[d == mail.Incoming]
	p.host = kit.NewField(s.Host, "", nil)
	w.bind(names[0], p.host, func(t string) {
		w.form.SetHost(d, t)
		p.portShown()
		if d == mail.Incoming && w.keep != nil {
			w.keep.hostShown()
		}
	}, func() { p.host.SetText(s.Host) })
	p.other = w.otherField(d)
	p.port = kit.NewField(s.Port, "", nil).Narrow(72, "")
	w.bind(names[1], p.port, func(t string) { w.form.SetPort(d, t); p.portShown() }, nil)
	p.security = kit.NewSelect(securityNames(), indexOf(securities, s.Security), func(i int) {
		w.form.SetSecurity(d, securities[i])
		p.portShown()
		p.plainShown()
		w.changed()
	})
	p.plain = kit.NewCheck(kit.T("Send the password unencrypted"), s.Plain, func(on bool) {
		s.Plain = on
		p.plainShown()
		w.changed()
	})
	p.plainNote = kit.NewPara("", 12, false, kit.Warn)
	p.user = kit.NewField(s.User, "", nil)
	w.bind(names[2], p.user, func(t string) { s.User = t; w.sameShown() }, nil)
	p.secret = kit.NewSecret("", nil)
	p.secret.SetText(s.Password)
	w.bind(names[3], &p.secret.Field, func(t string) { s.Password = t }, nil)
	auths, labels := logins(d)
	p.login = kit.NewSelect(labels, indexOf(auths, s.Auth), func(i int) { s.Auth = auths[i]; w.secretsShown(); w.changed() })
	p.portShown()
	p.plainShown()
	return p
}

// portShown brings the port field up to what the form made of it.
func (p *sidePage) portShown() {
	s := p.w.form.Side(p.d)
	if kit.Focused(p.port.Entry) { // nobody's typing is corrected under their hands
		if s.Port != p.port.Text() && strings.TrimSpace(p.port.Text()) != "" {
			p.port.SetText(s.Port)
		}
	} else {
		p.port.SetText(s.Port)
	}
	port, usual := p.w.form.DefaultPort(p.d)
	name := securityNames()[indexOf(securities, s.Security)]
	if s.Security == mail.TLS {
		name = "TLS"
	}
	switch {
	case !usual:
		p.port.SetAside(kit.T("default is %d", port))
	case s.Security == mail.NoTLS:
		p.port.SetAside(kit.T("default without encryption"))
	default:
		p.port.SetAside(kit.T("default for %s", name))
	}
}

// plainShown shows the permission to send the password in the clear where it means something.
func (p *sidePage) plainShown() {
	s := p.w.form.Side(p.d)
	note := p.w.form.Clear(p.d)
	p.plain.SetOn(s.Plain)
	if s.Security == mail.NoTLS {
		p.plain.Show()
	} else {
		p.plain.Hide()
	}
	if note == "" {
		p.plainNote.Hide()
	} else {
		p.plainNote.SetText(kit.T(note))
		p.plainNote.Show()
	}
	p.w.relayout()
}

// serversPage makes the first tab.
func (w *AccountWindow) serversPage() fyne.CanvasObject {
	w.in, w.out = w.side(mail.Incoming), w.side(mail.Outgoing)
	in, out := w.in, w.out

	w.remember = kit.NewCheck(kit.T("Remember the password in the keyring"), w.form.Remember, func(on bool) {
		w.form.Remember = on
		w.secretsShown()
		w.changed()
	})
	in.form.Head(kit.T("Incoming mail (POP3)"))
	in.form.Add(kit.T("Server"), in.host).Add(kit.T("Security"), in.security).Add(kit.T("Port"), in.port)
	in.form.Add("", in.plain).Add("", in.plainNote)
	in.form.Add(kit.T("User name"), in.user).Add(kit.T("Password"), in.secret)
	in.form.AddWide(w.remember, 6, labelWidth+12)
	in.form.Add(kit.T("Log in with"), in.login).Add("", w.signInRow())

	in.form.Head(kit.T("Messages on the server"))
	w.keepRows(in.form)

	out.form.Head(kit.T("Outgoing mail (SMTP)"))
	out.form.Add(kit.T("Server"), out.host).Add(kit.T("Security"), out.security).Add(kit.T("Port"), out.port)
	out.form.Add("", out.plain).Add("", out.plainNote)
	w.auth = kit.NewCheck(kit.T("Server requires authentication"), w.form.OutgoingAuth, func(on bool) {
		w.form.OutgoingAuth = on
		w.sameShown()
		out.plainShown()
		w.changed()
	})
	same := 0
	if !w.form.Same {
		same = 1
	}
	w.same = kit.NewChoice(same, func(i int) {
		w.form.Same = i == 0
		w.sameShown()
		w.changed()
	}, kit.T("Same settings as incoming server"), kit.T("Own user name and password"))
	w.popFirst = kit.NewCheck(kit.T("Log in for mail before sending (POP before SMTP)"), w.form.POPFirst, func(on bool) {
		w.form.POPFirst = on
		w.changed()
	})
	out.form.AddWide(w.auth, 18, 0).AddWide(w.popFirst, 10, 25).AddWide(w.same.Radio(0), 10, 25).AddWide(w.same.Radio(1), 6, 25)
	out.form.Add(kit.T("User name"), out.user).Add(kit.T("Password"), out.secret).Add(kit.T("Log in with"), out.login)
	w.result = kit.NewBar(kit.ToneInfo, "", "")
	w.result.Hide()
	out.form.AddWide(w.result, 20, 0)
	w.proxyRows(out.form)
	out.form.Head(kit.T("A second name of the servers")).Add(kit.T("Incoming"), in.other).Add(kit.T("Outgoing"), out.other)
	out.form.AddWide(w.certificates(), 24, 0)

	w.sameShown()
	w.secretsShown()
	w.columns = container.New(&twoColumns{}, in.form, kit.NewRule(), out.form)
	return w.columns
}

// sameShown shows or hides what the outgoing server needs to log in.
func (w *AccountWindow) sameShown() {
	if w.out == nil || w.same == nil {
		return
	}
	show := func(on bool, objects ...fyne.CanvasObject) {
		for _, o := range objects {
			if on {
				o.Show()
			} else {
				o.Hide()
			}
		}
	}
	show(!w.form.OutgoingAuth, w.popFirst)
	show(w.form.OutgoingAuth, w.same.Radio(0), w.same.Radio(1), w.out.user, w.out.secret, w.out.login)
	if w.form.OwnOutgoing() {
		w.out.user.Enable()
		w.out.secret.Enable()
		if !kit.Focused(w.out.user.Entry) {
			w.out.user.SetText(w.form.Out.User)
		}
		w.out.secret.SetText(w.form.Out.Password)
	} else {
		w.out.user.Disable()
		w.out.secret.Disable()
		w.out.user.SetText(w.form.In.User)
		w.out.secret.SetText("")
		w.out.user.SetWrong("")
		w.out.secret.SetWrong("")
	}
	w.secretsShown()
	w.relayout()
}

// secretsShown says in the empty password fields what an empty one means.
func (w *AccountWindow) secretsShown() {
	if w.in == nil || w.out == nil {
		return
	}
	said := ""
	switch {
	case !w.form.Remember:
		said = kit.T("Asked each time")
	case !w.form.New():
		said = kit.T("Unchanged")
	}
	w.in.secret.SetPlaceHolder(said)
	if w.form.OwnOutgoing() {
		w.out.secret.SetPlaceHolder(said)
	} else {
		w.out.secret.SetPlaceHolder(strings.Repeat("•", 12))
	}
	w.check(model.FieldInSecret)
	w.check(model.FieldOutSecret)
}

// certificates is the part about whom to trust beside the system's authorities.
func (w *AccountWindow) certificates() fyne.CanvasObject {
	w.pins = kit.NewForm(labelWidth)
	w.pinsShown()
	return w.pins
}

func (w *AccountWindow) pinsShown() {
	f := w.pins
	f.Clear()
	f.Head(kit.T("Certificates"))
	ca := kit.NewField(w.form.CAFile, kit.T("None beside the system's"), nil)
	w.bind(model.FieldCA, ca, func(t string) { w.form.CAFile = t; ca.SetWrong("") }, func() { w.checkCA() })
	ca.SetHint(kit.T("A PEM file, trusted for these two servers only."))
	choose := kit.NewButton(kit.T("Choose…"), "", kit.Plain, func() {
		d := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
			if err != nil || file == nil {
				return
			}
			path := file.URI().Path()
			_ = file.Close() // only its name is wanted
			w.form.CAFile = path
			ca.SetText(path)
			w.checkCA()
			w.changed()
		}, w.Window)
		kit.ShowFiles(d, w.Window, kit.T("Choose a file"), kit.T("Choose"), fyne.NewSize(760, 540))
	})
	f.Add(kit.T("Authorities"), kit.NewRow(8, 0, ca, choose))
	for i, pin := range w.form.Pins() {
		label := ""
		if i == 0 {
			label = kit.T("Trusted by you")
		}
		line := kit.NewLine("SHA-256 "+fingerprint(pin), 12, false, kit.Text2).CutAt(kit.CutMiddle).Shrink()
		drop := kit.NewButton(kit.T("Remove"), "", kit.Plain, func() {
			w.form.Distrust(pin)
			w.pinsShown()
			w.changed()
		})
		f.Add(label, kit.NewRow(8, 0, line, drop))
	}
	f.Refresh()
	w.relayout()
}

// fingerprint writes a digest in groups of two, as other programs show it.
func fingerprint(hex string) string {
	var b strings.Builder
	for i := 0; i+1 < len(hex); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(strings.ToUpper(hex[i : i+2]))
	}
	return b.String()
}

// checkCA looks at the file of authorities, away from the UI thread.
func (w *AccountWindow) checkCA() {
	path := w.form.CAFile
	kit.Go(w.ctx, w.loop, func(context.Context) (string, error) { return model.CheckCA(path), nil }, func(wrong string, _ error) {
		if path == w.form.CAFile {
			w.say(model.FieldCA, wrong)
		}
	})
}

// twoColumns puts the halves side by side with a line between them; where it is narrow, below each other.
type twoColumns struct{ width float32 }

// narrow is the width below which there is one column.
const narrow = 760

const (
	pagePad   = 24
	columnGap = 56
)

func (t *twoColumns) arrange(o []fyne.CanvasObject, width float32, place func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	inner := width - 2*pagePad
	if width < narrow {
		y := float32(20)
		for i, x := range o {
			if i == 1 {
				place(x, 0, 0, 0, 0)
				continue
			}
			h := kit.HeightFor(x, inner)
			place(x, pagePad, y, inner, h)
			y += h + 24
		}
		return y
	}
	half := (inner - columnGap) / 2
	h := max(kit.HeightFor(o[0], half), kit.HeightFor(o[2], half))
	place(o[0], pagePad, 20, half, h)
	place(o[1], pagePad+half+columnGap/2, 20, 1, h)
	place(o[2], pagePad+half+columnGap, 20, half, h)
	return 20 + h + 24
}

// Layout implements fyne.Layout.
func (t *twoColumns) Layout(o []fyne.CanvasObject, s fyne.Size) {
	t.width = s.Width
	t.arrange(o, s.Width, func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	})
}

// MinSize implements fyne.Layout.
func (t *twoColumns) MinSize(o []fyne.CanvasObject) fyne.Size {
	w := max(t.width, 420)
	return fyne.NewSize(420, t.arrange(o, w, func(fyne.CanvasObject, float32, float32, float32, float32) {}))
}

// tested words the bar under the outgoing server after a test.
func tested(d *model.Diagnosis) (title, text string) {
	at := d.Ended.Format("15:04")
	if p := d.Problem(); p != nil || d.Err != nil {
		return d.Summary(tr), model.Tell(p, tr).Line(tr)
	}
	seconds := func(dir mail.Direction) string { return fmt.Sprintf("%.1f", d.Took(dir).Seconds()) }
	return kit.T("Both servers answer"), kit.T("Tested %s · incoming %s s · outgoing %s s", at, seconds(mail.Incoming), seconds(mail.Outgoing))
}
