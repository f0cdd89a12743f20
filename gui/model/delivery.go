package model

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"poplar/mail"
)

// Delivery is what became of a message that the person sent, as the window tells it: of a delivery report, or of the
// sent message itself.
type Delivery struct {
	State mail.FateState // the worst of all recipients
	Title string         // the sentence on top
	Text  string         // what else a person should know; may be empty
	Rows  []DeliveryRow
	// Known says that the message the report is about is here. A report about nothing we sent may be forged.
	Known bool
}

// DeliveryRow is one recipient.
type DeliveryRow struct {
	Addr, Name string
	State      mail.FateState
	Sentence   string    // what happened, or empty where the state says it
	At         time.Time // when it was heard; zero where unknown
	Suggestion string    // another address that may be the right one
	FromServer bool      // the server itself named the suggestion
	Report     mail.MessageID
	Said       []string // the report's own lines
}

// Sent is what is known of the message that a report is about.
type Sent struct {
	Subject string
	When    string // worded
	To      []mail.Address
}

// Failed are the rows that did not get the message.
func (d Delivery) Failed() []DeliveryRow {
	var out []DeliveryRow
	for _, r := range d.Rows {
		if r.State == mail.FateFailed {
			out = append(out, r)
		}
	}
	return out
}

// ReportOf words a delivery report. sent and fates are what is known of the message it is about: nil where it is not
// here. known are domains that a mistyped one may have meant.
func ReportOf(m *mail.Message, sent *Sent, fates []mail.Fate, known []string, tr Translate) Delivery {
	d := Delivery{Known: sent != nil}
	if sent != nil {
		known = append(hosts(sent.To), known...)
	}
	for _, b := range m.Bounce {
		d.Rows = append(d.Rows, bounced(b, known, tr))
	}
	if sent != nil {
		for i := range d.Rows {
			d.Rows[i].Name = nameIn(sent.To, d.Rows[i].Addr)
		}
		for _, f := range fates {
			if !slices.ContainsFunc(d.Rows, func(r DeliveryRow) bool { return strings.EqualFold(r.Addr, f.Addr) }) {
				d.Rows = append(d.Rows, fated(f, nameIn(sent.To, f.Addr), known, tr))
			}
		}
	}
	d.finish(tr)
	switch {
	case sent != nil && sent.When != "":
		d.Text = tr("You sent “%s” %s.", sent.Subject, sent.When)
	case sent != nil:
		d.Text = tr("Your message was “%s”.", sent.Subject)
	default:
		d.Text = tr("The message it is about is not here. Such reports come also when others use your address.")
	}
	if d.State == mail.FateDelayed {
		d.Text = joined(d.Text, tr("The server goes on trying by itself; there is nothing to do."), tr)
	}
	return d
}

// FatesOf words what became of a message in the person's Sent folder.
func FatesOf(fates []mail.Fate, to []mail.Address, known []string, tr Translate) Delivery {
	d := Delivery{Known: true}
	known = append(hosts(to), known...)
	for _, f := range fates {
		d.Rows = append(d.Rows, fated(f, nameIn(to, f.Addr), known, tr))
	}
	d.finish(tr)
	return d
}

// worst orders the states by how much they ask for attention.
var worst = []mail.FateState{mail.FateFailed, mail.FateDelayed, mail.FateAccepted, mail.FateDelivered}

func (d *Delivery) finish(tr Translate) {
	slices.SortStableFunc(d.Rows, func(a, b DeliveryRow) int { return slices.Index(worst, a.State) - slices.Index(worst, b.State) })
	if len(d.Rows) == 0 {
		return
	}
	d.State = d.Rows[0].State
	n, all := 0, len(d.Rows)
	for _, r := range d.Rows {
		if r.State == d.State {
			n++
		}
	}
	first := d.Rows[0]
	switch d.State {
	case mail.FateFailed:
		switch {
		case all == 1:
			d.Title = tr("Your message to %s could not be delivered: %s", first.Addr, uncapital(strings.TrimRight(first.Sentence, ".。")))
		case n == all:
			d.Title = tr("None of the %d people got your message", all)
		case n == 1:
			d.Title = tr("One of %d people did not get your message", all)
		default:
			d.Title = tr("%d of %d people did not get your message", n, all)
		}
	case mail.FateDelayed:
		if n == 1 {
			d.Title = tr("Your message to %s is still on its way", first.Addr)
		} else {
			d.Title = tr("Your message to %d people is still on its way", n)
		}
	case mail.FateDelivered:
		if n == 1 {
			d.Title = tr("Your message to %s was delivered", first.Addr)
		} else {
			d.Title = tr("Your message was delivered to all %d people", n)
		}
	default:
		d.Title = count(all, "Handed to the server for %d person", "Handed to the server for %d people", tr)
	}
}

func bounced(b mail.Bounced, known []string, tr Translate) DeliveryRow {
	r := DeliveryRow{Addr: b.Recipient, State: stateOf(b), Said: said(b)}
	if r.State != mail.FateDelivered {
		r.Sentence = reason(b.Why, tr)
		r.suggest(b.NewAddress, b.Status, known)
	}
	return r
}

// stateOf reads the action of a report (RFC 3464 section 2.3.3).
func stateOf(b mail.Bounced) mail.FateState {
	switch b.Action {
	case "delayed":
		return mail.FateDelayed
	case "delivered", "relayed", "expanded":
		return mail.FateDelivered
	}
	return mail.FateFailed
}

func fated(f mail.Fate, name string, known []string, tr Translate) DeliveryRow {
	r := DeliveryRow{Addr: f.Addr, Name: name, State: f.State, At: f.At, Report: f.Report}
	if f.State == mail.FateFailed || f.State == mail.FateDelayed {
		r.Sentence = reason(f.Why, tr)
		r.suggest(f.NewAddress, f.Status, known)
	}
	if f.Said != "" {
		r.Said = append(r.Said, f.Said)
	}
	return r
}

func (r *DeliveryRow) suggest(fresh, status string, known []string) {
	switch {
	case fresh != "":
		r.Suggestion, r.FromServer = fresh, true
	case strings.HasSuffix(status, ".1.2") && r.State == mail.FateFailed:
		at := strings.LastIndexByte(r.Addr, '@')
		if host := likely(r.Addr[at+1:], known); at > 0 && host != "" {
			r.Suggestion = r.Addr[:at+1] + host
		}
	}
}

// reason is why as a sentence.
func reason(why string, tr Translate) string {
	if why == "" {
		why = "the recipient's server refused it"
	}
	s := tr(why)
	r, n := utf8.DecodeRuneInString(s)
	return tr("%s.", string(unicode.ToUpper(r))+s[n:])
}

func uncapital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// said are the lines of a report as a server would write them.
func said(b mail.Bounced) []string {
	var out []string
	add := func(name, value string) {
		if value != "" {
			out = append(out, name+": "+value)
		}
	}
	add("Recipient", b.Recipient)
	add("Action", b.Action)
	add("Status", b.Status)
	add("Remote-MTA", b.RemoteMTA)
	add("Diagnostic-Code", b.Diagnostic)
	return out
}

func nameIn(list []mail.Address, addr string) string {
	for _, a := range list {
		if strings.EqualFold(a.Addr, addr) {
			return a.Name
		}
	}
	return ""
}

func joined(a, b string, tr Translate) string {
	if a == "" {
		return b
	}
	return tr("%s %s", a, b)
}

// hosts are the domains of addresses.
func hosts(list []mail.Address) []string {
	var out []string
	for _, a := range list {
		if at := strings.LastIndexByte(a.Addr, '@'); at > 0 {
			out = append(out, a.Addr[at+1:])
		}
	}
	return out
}

// bigHosts are domains that many addresses have, so that a slip of the hand is likely to have meant them.
var bigHosts = []string{
	"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "live.com", "msn.com", "aol.com", "gmx.de", "gmx.net", "web.de",
	"qq.com", "163.com", "126.com", "sina.com", "sohu.com", "foxmail.com", "aliyun.com", "139.com", "yeah.net", "proton.me", "mail.ru", "yandex.ru",
}

// likely is the domain that a mistyped one most probably meant: one of known, or a large provider, that is one or two
// slips of the hand away. Empty where there is none.
func likely(host string, known []string) string {
	host = strings.ToLower(host)
	best, least := "", 3
	for _, list := range [][]string{known, bigHosts} {
		for _, k := range list {
			k = strings.ToLower(k)
			limit := 2
			if len(k) < 8 {
				limit = 1
			}
			if n := slips(host, k); n > 0 && n <= limit && n < least {
				best, least = k, n
			}
		}
	}
	return best
}

// slips counts the slips of the hand between two words: a letter too many, too few, wrong, or two swapped.
func slips(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// IsAutomatic reports whether a message was sent by a machine in answer to one of the person's: out of office, or
// received with thanks (RFC 3834). Delivery reports are none.
func IsAutomatic(m *mail.Message) bool {
	if len(m.Bounce) > 0 {
		return false
	}
	for _, f := range m.Header {
		v := strings.ToLower(strings.TrimSpace(f.Value))
		switch strings.ToLower(f.Name) {
		case "auto-submitted":
			if strings.HasPrefix(v, "auto-replied") {
				return true
			}
		case "x-autoreply", "x-autorespond", "x-autoresponder":
			if v != "no" {
				return true
			}
		case "precedence":
			if v == "auto_reply" {
				return true
			}
		}
	}
	subject := strings.ToLower(strings.TrimSpace(m.Subject))
	for _, p := range []string{"automatic reply:", "out of office:", "automatische antwort:", "自动回复", "自動回覆", "自動応答"} {
		if strings.HasPrefix(subject, p) {
			return true
		}
	}
	return false
}
