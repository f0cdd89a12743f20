package model

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"poplar/mail"
)

// RecipientField is one of a message's recipient lines.
type RecipientField string

// The recipient lines.
const (
	To  RecipientField = "to"
	Cc  RecipientField = "cc"
	Bcc RecipientField = "bcc"
	// AnswersTo is Reply-To: nobody gets the message by it, answers go there.
	AnswersTo RecipientField = "reply-to"
)

// RecipientFields are all of them in the order of a message's head.
var RecipientFields = []RecipientField{To, Cc, Bcc}

// HeadFields are all lines of addresses in the order of a message's head.
var HeadFields = append(slices.Clone(RecipientFields), AnswersTo)

// Composition is a message as it is being written: what the window shows of it, and what may be done with it. Its
// methods are for one goroutine.
type Composition struct {
	Account    mail.AccountID
	From       mail.Address
	Recipients map[RecipientField][]Entered
	Subject    string
	Text       string     // what was typed, where it has no looks
	Rich       *mail.Rich // what was typed, with its looks; nil: Text is it
	Quote      string
	QuoteIntro string
	Attach     []mail.Attachment

	draft  mail.Draft // what the window does not show
	opened mail.Draft // as it was when the window came up
	saved  mail.Draft // as it stands in Drafts
}

// NewComposition opens a draft for writing.
func NewComposition(d mail.Draft) *Composition {
	c := &Composition{
		Account: d.Account, From: d.From, Subject: d.Subject, Text: d.Text, Rich: d.Rich, Quote: d.Quote, QuoteIntro: d.QuoteIntro,
		Attach: slices.Clone(d.Attach), draft: d,
		Recipients: map[RecipientField][]Entered{To: EnteredFrom(d.To), Cc: EnteredFrom(d.Cc), Bcc: EnteredFrom(d.Bcc), AnswersTo: EnteredFrom(d.ReplyTo)},
	}
	c.opened = c.Draft()
	c.saved = c.opened
	return c
}

// Draft is the message as it stands. Recipients that are not addresses yet are kept in it as they were typed, so that
// a saved draft loses nothing.
func (c *Composition) Draft() mail.Draft { return c.DraftWith(nil) }

// DraftWith is Draft with addresses that are being typed.
func (c *Composition) DraftWith(typing map[RecipientField][]Entered) mail.Draft {
	d := c.draft
	d.Account, d.From, d.Subject, d.Text = c.Account, c.From, c.Subject, c.Text
	if d.Rich = nil; c.Rich != nil {
		r := c.Rich.Tidy()
		d.Rich, d.Text = &r, r.Text()
	}
	d.Quote, d.QuoteIntro, d.Attach = c.Quote, c.QuoteIntro, slices.Clone(c.Attach)
	all := func(f RecipientField) []mail.Address {
		var list []mail.Address
		for _, e := range slices.Concat(c.Recipients[f], typing[f]) {
			list = append(list, e.Address)
		}
		return list
	}
	d.To, d.Cc, d.Bcc, d.ReplyTo = all(To), all(Cc), all(Bcc), all(AnswersTo)
	return d
}

// ID is the draft's row in Drafts; 0 before the first save.
func (c *Composition) ID() mail.MessageID { return c.draft.ID }

// Saved records that d, as Draft gave it, now is row id of Drafts.
func (c *Composition) Saved(d mail.Draft, id mail.MessageID) {
	c.draft.ID = id
	c.saved = d
}

// Unsaved reports whether something is not in Drafts yet.
func (c *Composition) Unsaved() bool { return !same(c.Draft(), c.saved) }

// Changed reports whether anything was done since the window came up. A message nobody touched may be thrown away
// without a question.
func (c *Composition) Changed() bool { return !same(c.Draft(), c.opened) }

// Kept reports whether the draft was in Drafts before the window came up.
func (c *Composition) Kept() bool { return c.opened.ID != 0 }

// Before is the draft as it was when the window came up, to be put back in Drafts in place of what is there now.
func (c *Composition) Before() mail.Draft {
	d := c.opened
	d.ID = c.draft.ID
	return d
}

// same compares what a person can see of two drafts.
func same(a, b mail.Draft) bool {
	a.ID, b.ID = 0, 0
	a.Attach, b.Attach = visible(a.Attach), visible(b.Attach)
	return reflect.DeepEqual(a, b)
}

// visible leaves out the bytes of attachments: comparing them would take long and says no more than name and size.
func visible(list []mail.Attachment) []mail.Attachment {
	var out []mail.Attachment
	for _, a := range list {
		a.Raw = nil
		out = append(out, a)
	}
	return out
}

// SetFrom writes in the name of another account. Where the old account's signature stands in the text, the new one's
// takes its place.
func (c *Composition) SetFrom(old, now mail.Account) {
	c.Account, c.From = now.ID, now.From()
	c.Recipients[AnswersTo] = ParseEntered(now.ReplyTo)
	if c.Rich != nil {
		c.swapSignature(old, now)
		return
	}
	before, after := signature(old), signature(now)
	at := -1
	if before != "" {
		at = lastBlock(c.Text, before)
	}
	switch {
	case at >= 0:
		head, tail := c.Text[:at], c.Text[at+len(before):]
		if after == "" {
			head = strings.TrimSuffix(head, signatureMark)
		}
		c.Text = head + after + tail
	case before == "" && after != "" && strings.TrimSpace(c.Text) == "":
		// Above a quote the mark would make the quote a part of the signature.
		if c.Quote == "" {
			after = signatureMark + after
		}
		c.Text = "\n\n" + after + "\n"
	}
}

// signatureMark is the line above a signature (RFC 3676 section 4.3).
const signatureMark = "-- \n"

func signature(a mail.Account) string {
	s := strings.ReplaceAll(a.Signature, "\r\n", "\n")
	return strings.TrimPrefix(strings.TrimRight(s, "\n "), signatureMark)
}

// lastBlock finds the last place where block stands on lines of its own; -1 where it does not.
func lastBlock(text, block string) int {
	for end := len(text); end > 0; {
		at := strings.LastIndex(text[:end], block)
		if at < 0 {
			return -1
		}
		after := at + len(block)
		if (at == 0 || text[at-1] == '\n') && (after == len(text) || text[after] == '\n') {
			return at
		}
		end = at + len(block) - 1
	}
	return -1
}

// AddFiles attaches files of the disk. It reads their sizes, so it is called away from the UI thread; folders and what
// cannot be read come back in refused.
func AddFiles(paths []string) (files []mail.Attachment, refused []string) {
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil || !readable(p) {
			refused = append(refused, filepath.Base(p))
			continue
		}
		files = append(files, mail.Attachment{Name: filepath.Base(p), Path: p, Size: info.Size()})
	}
	return files, refused
}

func readable(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return false
	}
	f, err := os.Open(path)
	if err == nil {
		_ = f.Close() // it was only read
	}
	return err == nil
}

// NewFiles are those of files that are not attached yet, and the names of those that are.
func (c *Composition) NewFiles(files []mail.Attachment) (fresh []mail.Attachment, known []string) {
	have := map[string]bool{}
	for _, a := range c.Attach {
		have[a.Path] = true
	}
	for _, f := range files {
		if f.Path != "" && have[f.Path] {
			known = append(known, f.Name)
			continue
		}
		have[f.Path] = true
		fresh = append(fresh, f)
	}
	return fresh, known
}

// Missing names the attached files that are no longer on the disk, and those that cannot be read any more. It reads the disk.
func Missing(d mail.Draft) (gone, shut []string) {
	for _, a := range d.Attach {
		if a.Path == "" || readable(a.Path) {
			continue
		}
		if _, err := os.Stat(a.Path); errors.Is(err, fs.ErrNotExist) {
			gone = append(gone, a.Name)
		} else {
			shut = append(shut, a.Name)
		}
	}
	return gone, shut
}

// AttachedSize is the sum of the attachments' sizes.
func (c *Composition) AttachedSize() int64 {
	var sum int64
	for _, a := range c.Attach {
		sum += a.Size
	}
	return sum
}

// TakeQuote puts the quoted original into the text, where it can be edited line by line.
func (c *Composition) TakeQuote() {
	if c.Rich != nil {
		c.takeRich()
	} else {
		c.Text = c.Draft().Body()
	}
	c.DropQuote()
}

// DropQuote leaves the quoted original out of the message.
func (c *Composition) DropQuote() { c.Quote, c.QuoteIntro = "", "" }

// QuoteLines is the number of lines of the quoted original.
func (c *Composition) QuoteLines() int {
	if c.Quote == "" {
		return 0
	}
	return strings.Count(strings.TrimRight(c.Quote, "\n"), "\n") + 1
}

// QuoteTitle is what the folded original is called: who wrote it when, as the line above the quote says.
func (c *Composition) QuoteTitle(tr Translate) string {
	if c.draft.Mark&mail.Forwarded != 0 {
		return tr("Forwarded message")
	}
	first, _, _ := strings.Cut(strings.TrimSpace(c.QuoteIntro), "\n")
	if first = strings.TrimRight(first, ":： "); first != "" {
		return first
	}
	return tr("Original message")
}

// ConcernKind names what may be wrong with a message about to be sent.
type ConcernKind string

// The concerns.
const (
	NoRecipient   ConcernKind = "no-recipient"
	BadAddress    ConcernKind = "bad-address"
	FilesGone     ConcernKind = "files-gone"
	OddAddress    ConcernKind = "odd-address"
	NoSubject     ConcernKind = "no-subject"
	NoAttachment  ConcernKind = "no-attachment"
	NothingInside ConcernKind = "nothing-inside"
)

// Concern is something to settle before a message is sent.
type Concern struct {
	Kind  ConcernKind
	Stop  bool // it cannot be sent so; otherwise the person is asked
	What  string
	Field RecipientField // where it is, for addresses
	Meant bool           // there is a guess what was meant: see Correct
}

// Concerns are what speaks against sending now, in the order in which to settle it.
func (c *Composition) Concerns(tr Translate) []Concern {
	var list []Concern
	var odd *Concern
	good := 0
	for _, f := range RecipientFields {
		for _, e := range c.Recipients[f] {
			switch {
			case e.Wrong != "":
				list = append(list, Concern{Kind: BadAddress, Stop: true, Field: f, What: tr("%s: %s", e.Text(), tr(e.Wrong))})
			case e.Doubt != "" && odd == nil:
				odd = &Concern{Kind: OddAddress, Field: f, What: tr("%s: %s", e.Addr, tr(e.Doubt))}
				if e.Meant != "" {
					odd.What, odd.Meant = tr("%s: did you mean %s?", e.Addr, e.Meant), true
				}
				good++
			default:
				good++
			}
		}
	}
	for _, e := range c.Recipients[AnswersTo] {
		if e.Wrong != "" {
			list = append(list, Concern{Kind: BadAddress, Stop: true, Field: AnswersTo, What: tr("%s: %s", e.Text(), tr(e.Wrong))})
		}
	}
	if good == 0 && len(list) == 0 {
		list = append(list, Concern{Kind: NoRecipient, Stop: true, Field: To, What: tr("Who is to get this message? Add an address.")})
	}
	if odd != nil {
		list = append(list, *odd)
	}
	blank := strings.TrimSpace(c.ownText()) == ""
	switch {
	case blank && strings.TrimSpace(c.Subject) == "" && len(c.Attach) == 0 && c.Quote == "":
		list = append(list, Concern{Kind: NothingInside, What: tr("The message is empty.")})
	case strings.TrimSpace(c.Subject) == "":
		list = append(list, Concern{Kind: NoSubject, What: tr("The message has no subject.")})
	}
	if len(c.Attach) == 0 && mentionsAttachment(c.Subject, c.ownText()) {
		list = append(list, Concern{Kind: NoAttachment, What: tr("You mention an attachment, but nothing is attached.")})
	}
	return list
}

// Correct puts what was probably meant in the place of every address with a slip in it.
func (c *Composition) Correct() {
	for _, list := range c.Recipients {
		for i := range list {
			if list[i].Meant != "" {
				list[i] = EnteredFrom([]mail.Address{{Name: list[i].Name, Addr: list[i].Meant}})[0]
			}
		}
	}
}

// ownText is the text without its signature and without quoted lines.
func (c *Composition) ownText() string {
	var own []string
	for _, line := range strings.Split(c.Words(), "\n") {
		if line == "-- " || line == "--" {
			break
		}
		if !strings.HasPrefix(line, ">") {
			own = append(own, line)
		}
	}
	return strings.Join(own, "\n")
}

// The words that speak of an attachment.
var (
	attachedWords = []string{"attached", "attachment", "attachments", "attach", "attaching", "enclosed", "enclosing"}
	attachedHan   = []string{"附件", "附上", "随信附", "见附", "附档", "附檔"}
)

func mentionsAttachment(subject, text string) bool {
	// The subject of an answer is the other's word.
	if at := strings.IndexAny(subject, ":："); at >= 0 && at < 8 {
		subject = ""
	}
	all := strings.ToLower(subject + "\n" + text)
	for _, w := range attachedHan {
		if strings.Contains(all, w) {
			return true
		}
	}
	for _, w := range strings.FieldsFunc(all, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		if slices.Contains(attachedWords, w) {
			return true
		}
	}
	return false
}

// ComposerTitle is the title of the window that writes c.
func (c *Composition) ComposerTitle(tr Translate) string {
	s, cut := SubjectLine(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) { // it would turn what the window's frame says around
			return -1
		}
		return r
	}, c.Subject), 120)
	switch {
	case cut:
		return s + "…"
	case s != "":
		return s
	}
	return tr("New message")
}

// SubjectMax is how many letters a subject takes that is pasted: more than any program shows, and few enough to write in.
const SubjectMax = 998

// SubjectLine is a text as a subject has it: one line without control characters, cut after room letters.
func SubjectLine(text string, room int) (line string, cut bool) {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }), " ")
	letters := []rune(strings.TrimSpace(text))
	if room = max(room, 0); len(letters) <= room {
		return string(letters), false
	}
	return string(letters[:room]), true
}
