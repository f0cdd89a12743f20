package compose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// New returns an empty draft of account a, with its signature.
func New(a mail.Account) mail.Draft {
	d := mail.Draft{Account: a.ID, From: a.From(), ReplyTo: replyTo(a)}
	if sig := signature(a); sig != "" {
		d.Text = "\n\n-- \n" + sig
	}
	return d
}

// Answer returns a draft that answers m or passes it on. raw is m's bytes; nothing in the result refers to it. What of it
// goes along is handed to keep, and what keep cannot read or keep is missing. self
// are the person's own addresses, besides that of account a. lang is the language of the line above the quote: "zh"
// (with or without a region) is Chinese, everything else English.
//
// Recipients: a reply goes to Reply-To, else From, and where the person wrote m themselves, to those it went to. A
// mailing list that writes its own address into Reply-To does not get what is meant for the author. A reply to all
// goes to everybody once but the person; Mail-Followup-To, where an author asks for it, is obeyed.
//
// The quote is m's text without its signature. A forward keeps everything, under a block of the header's main fields,
// and takes all parts along. The signature stands above the quote, without "-- ", or programs would take the quote for
// a part of it.
func Answer(a mail.Account, m *mail.Message, raw mail.Raw, mode mail.ReplyMode, self []string, lang string, keep Keep) mail.Draft {
	d := mail.Draft{Account: a.ID, From: a.From(), ReplyTo: replyTo(a), Mark: mail.Answered}
	if sig := signature(a); sig != "" {
		d.Text = "\n\n" + sig + "\n"
	}
	d.References = references(m)
	w := english
	if lang == "zh" || strings.HasPrefix(lang, "zh-") || strings.HasPrefix(lang, "zh_") {
		w = chinese
	}
	switch mode {
	case mail.EditAsNew:
		return asNew(a, m, raw, keep)
	case mail.ForwardAttached:
		return forwardAttached(a, m, raw, keep)
	}
	if mode == mail.ForwardInline {
		d.Mark = mail.Forwarded
		d.Subject = "Fwd: " + bareSubject(m.Subject)
		d.QuoteIntro, d.Quote = w.block(m), bodyOf(m)
		if d.Quote == "" {
			d.Text += "\n\n" + d.QuoteIntro // an intro stands only above a quote
			d.QuoteIntro = ""
		}
		d.Attach, _ = carry(raw, m, nil, keep) // what cannot be read is missing in the composer's list, where the person sees it
		return placed(a, d)
	}
	d.Subject = "Re: " + bareSubject(m.Subject)
	d.InReplyTo = m.MessageID
	own := append([]string{a.Address}, self...)
	d.To, d.Cc = answerTo(m, mode == mail.ReplyAll, func(x mail.Address) bool {
		return slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, x.Addr) })
	})
	if list := ListPost(m); mode == mail.ReplyList && list != "" {
		d.To, d.Cc = []mail.Address{{Addr: list}}, nil
	}
	if d.Quote = withoutSignature(bodyOf(m)); d.Quote != "" {
		d.QuoteIntro = w.intro(m)
	}
	return placed(a, d)
}

func signature(a mail.Account) string {
	s := strings.TrimRight(normal(a.Signature), "\n ")
	return strings.TrimPrefix(s, "-- \n")
}

func replyTo(a mail.Account) []mail.Address {
	list, _ := ParseAddresses(a.ReplyTo)
	return list
}

// answerTo chooses the recipients of an answer.
func answerTo(m *mail.Message, all bool, mine func(mail.Address) bool) (to, cc []mail.Address) {
	author := m.ReplyTo
	if list := field(m, "Mail-Reply-To"); len(list) > 0 {
		author = list
	}
	if len(author) == 0 || isList(m, author) {
		author = m.From
	}
	if len(author) == 0 {
		author = m.Sender
	}
	byMe := len(author) > 0 && !slices.ContainsFunc(author, func(x mail.Address) bool { return !mine(x) })
	seen := map[string]bool{}
	add := func(to *[]mail.Address, list []mail.Address, meToo bool) {
		for _, x := range list {
			if key := strings.ToLower(x.Addr); x.Addr != "" && !seen[key] && (meToo || !mine(x)) {
				seen[key] = true
				*to = append(*to, x)
			}
		}
	}
	switch followup := field(m, "Mail-Followup-To"); {
	case all && len(followup) > 0:
		add(&to, followup, false)
	case byMe:
		add(&to, m.To, false)
		if all {
			add(&cc, m.Cc, false)
		}
	default:
		add(&to, author, false)
		if all {
			add(&to, m.To, false)
			add(&cc, m.Cc, false)
			if isList(m, m.ReplyTo) {
				add(&cc, m.ReplyTo, false)
			}
		}
	}
	if len(to) == 0 {
		to, cc = cc, nil
	}
	if len(to) == 0 {
		add(&to, author, true) // a note to oneself
	}
	return to, cc
}

// field reads an address field that Message has no member for.
func field(m *mail.Message, name string) []mail.Address {
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, name) {
			list, err := parseList(f.Value, false)
			if err == nil {
				return list
			}
		}
	}
	return nil
}

// isList says whether list is the address of the mailing list m came by (List-Post, RFC 2369 section 3.4).
func isList(m *mail.Message, list []mail.Address) bool {
	if len(list) != 1 {
		return false
	}
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, "List-Post") &&
			strings.Contains(strings.ToLower(f.Value), "<mailto:"+strings.ToLower(list[0].Addr)) {
			return true
		}
	}
	return false
}

// maxReferences bounds the References field: the start of the thread and its newest messages are what programs need.
const maxReferences = 40

// references: RFC 5322 section 3.6.4.
func references(m *mail.Message) []string {
	refs := m.References
	if len(refs) == 0 && len(m.InReplyTo) == 1 {
		refs = m.InReplyTo
	}
	var out []string
	for _, id := range append(slices.Clone(refs), m.MessageID) {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	if n := len(out); n > maxReferences {
		out = append(out[:1], out[n-maxReferences+1:]...)
	}
	return out
}

// answerMarks are what mail programs put before a subject. The list is shorter than the one that compares subjects: it
// has no word ("Ref:", "I:") that a person may have written, for that must not be lost.
var answerMarks = []string{
	"re", "fwd", "fw", "aw", "wg", "sv", "antw", "回复", "答复", "转发", "回覆", "答覆", "轉寄", "轉發", "返信", "転送",
}

// bareSubject takes the marks of answers and forwards off a subject.
func bareSubject(s string) string {
	s = clean(s)
next:
	for {
		for _, mark := range answerMarks {
			if len(s) < len(mark) || !strings.EqualFold(s[:len(mark)], mark) {
				continue
			}
			rest := strings.TrimLeft(s[len(mark):], "0123456789[]() ") // "Re[2]:"
			after, ok := strings.CutPrefix(rest, ":")
			if !ok {
				after, ok = strings.CutPrefix(rest, "：")
			}
			if ok {
				s = strings.TrimSpace(after)
				continue next
			}
		}
		if letters := []rune(s); len(letters) > longestSubject {
			s = string(letters[:longestSubject]) + "…"
		}
		return s
	}
}

// longestSubject is how many letters an answer takes of its original's subject.
const longestSubject = 900

// withoutSignature drops the signature at the end of a text. What looks like one but is long, or holds a quote, stays.
func withoutSignature(s string) string {
	const longest = 15
	ls := lines(s)
	for i := len(ls) - 1; i >= 0 && i >= len(ls)-1-longest; i-- {
		if strings.HasPrefix(ls[i], ">") {
			return s
		}
		if ls[i] == "-- " {
			return strings.TrimRight(strings.Join(ls[:i], "\n"), "\n ")
		}
	}
	return s
}

// wording is what an answer says above the quote.
type wording struct {
	wrote     func(when time.Time, who string) string
	forwarded string
	fields    [5]string // From, Date, Subject, To, Cc
	colon     string
	date      func(time.Time) string
}

var english = wording{
	wrote: func(when time.Time, who string) string {
		if when.IsZero() {
			return who + " wrote:"
		}
		return "On " + when.Format("2 January 2006 at 15:04") + ", " + who + " wrote:"
	},
	forwarded: "---------- Forwarded message ----------",
	fields:    [5]string{"From", "Date", "Subject", "To", "Cc"},
	colon:     ": ",
	date:      func(t time.Time) string { return t.Format("Mon, 2 January 2006 15:04 -0700") },
}

var chinese = wording{
	wrote: func(when time.Time, who string) string {
		if when.IsZero() {
			return who + " 写道："
		}
		return chineseDate(when) + "，" + who + " 写道："
	},
	forwarded: "---------- 转发的邮件 ----------",
	fields:    [5]string{"发件人", "日期", "主题", "收件人", "抄送"},
	colon:     "：",
	date:      func(t time.Time) string { return chineseDate(t) + t.Format(" -0700") },
}

func chineseDate(t time.Time) string {
	return fmt.Sprintf("%d年%d月%d日 %s", t.Year(), int(t.Month()), t.Day(), t.Format("15:04"))
}

// intro is the line above a quote.
func (w wording) intro(m *mail.Message) string {
	who := ""
	if len(m.From) > 0 {
		who = clean(m.From[0].Display())
	}
	if who == "" {
		return ""
	}
	return w.wrote(m.Date, who)
}

// block is what stands above a forwarded text.
func (w wording) block(m *mail.Message) string {
	var b strings.Builder
	b.WriteString(w.forwarded + "\n")
	date := ""
	if !m.Date.IsZero() {
		date = w.date(m.Date)
	}
	for i, v := range []string{plain(m.From), date, clean(m.Subject), plain(m.To), plain(m.Cc)} {
		if v != "" {
			b.WriteString(w.fields[i] + w.colon + v + "\n")
		}
	}
	return b.String()
}

// plain writes addresses as a person reads them.
func plain(list []mail.Address) string {
	var out []string
	for _, a := range list {
		name, addr := clean(a.Name), clean(a.Addr)
		switch {
		case addr == "":
			out = append(out, name)
		case name == "":
			out = append(out, addr)
		default:
			out = append(out, name+" <"+addr+">")
		}
	}
	return strings.Join(out, ", ")
}
