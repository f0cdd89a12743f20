package message

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poplar/mail"
)

const reportTop = "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.poplar.example>\nTo: ada@poplar.example\nSubject: "

// The reports below are our own writing in the manner of the servers they are named after.
func TestBounce(t *testing.T) {
	const failed, delayed = "failed", "delayed"
	tests := []struct {
		name     string
		message  string
		want     []mail.Bounced // Diagnostic: words it must hold
		original string
		why      []string
	}{
		{
			name: "RFC 3464, two recipients",
			message: reportTop + "Undelivered Mail Returned to Sender\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nSorry.\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.poplar.example\n\n" +
				"Original-Recipient: rfc822;bo@poplar.example\nFinal-Recipient: rfc822; bo@poplar.example\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mail.poplar.example\nDiagnostic-Code: smtp; 550 5.1.1 <bo@poplar.example>:\n  User unknown\n\n" +
				"Final-Recipient: RFC822; <cy@poplar.example>\nAction: Delayed (soon again)\nStatus: 4.4.1 (no answer)\n--r\nContent-Type: text/rfc822-headers\n\nSubject: Hello\nMessage-ID: <m1@poplar.example>\n\n--r--\n",
			want:     []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "5.1.1", Diagnostic: "User unknown", RemoteMTA: "dns; mail.poplar.example"}, {Recipient: "cy@poplar.example", Action: delayed, Status: "4.4.1"}},
			original: "m1@poplar.example", why: []string{whyUnknown, whyExpired},
		},
		{
			name:    "RFC 3464, delivered",
			message: reportTop + "Successful Mail Delivery Report\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nFine.\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; bo@poplar.example\nAction: delivered\nStatus: 2.1.5\n--r--\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: "delivered", Status: "2.1.5"}}, why: []string{""},
		},
		{
			name:    "RFC 3464 without status and action",
			message: reportTop + "Returned mail\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nSorry.\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; bo@poplar.example\nDiagnostic-Code: smtp; 452 4.2.2 mailbox full\n--r--\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "4.2.2", Diagnostic: "mailbox full"}}, why: []string{whyFull},
		},
		{
			name:    "qmail",
			message: reportTop + "failure notice\n\nHi. This is the qmail-send program at mx.poplar.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<bo@poplar.example>:\n192.0.2.7 does not like recipient.\nRemote host said: 550 no such user here\nGiving up on 192.0.2.7.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <ada@poplar.example>\nMessage-ID: <m2@poplar.example>\nTo: bo@poplar.example, someone@else.example\n\nHello\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "5.1.1", Diagnostic: "no such user here"}}, original: "m2@poplar.example", why: []string{whyUnknown},
		},
		{
			name:    "Exim",
			message: strings.Replace(reportTop, "Return-Path", "X-Failed-Recipients: bo@poplar.example\nReturn-Path", 1) + "Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bo@poplar.example\n    SMTP error from remote mail server after RCPT TO:<bo@poplar.example>:\n    host mail.poplar.example [192.0.2.9]: 552 5.2.2 Mailbox is over quota\n\n------ This is a copy of the message, including all the headers. ------\n\nReturn-path: <ada@poplar.example>\nMessage-Id: <m3@poplar.example>\n\nHello\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "5.2.2", Diagnostic: "over quota", RemoteMTA: "mail.poplar.example"}}, original: "m3@poplar.example", why: []string{whyFull},
		},
		{
			name:    "sendmail, old",
			message: reportTop + "Returned mail: User unknown\n\nThe original message was received at Mon, 6 May 2024 09:30:00 +0200\nfrom ada@localhost\n\n   ----- The following addresses had permanent fatal errors -----\n<bo@poplar.example>\n\n   ----- Transcript of session follows -----\n... while talking to mail.poplar.example.:\n>>> RCPT To:<bo@poplar.example>\n<<< 550 <bo@poplar.example>... User unknown\n\n   ----- Original message follows -----\n\nReceived: by x\nMessage-Id: <m4@poplar.example>\n\nHello\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "5.1.1", RemoteMTA: "mail.poplar.example"}}, original: "m4@poplar.example", why: []string{whyUnknown},
		},
		{
			name:    "Exchange",
			message: "From: System Administrator <postmaster@poplar.example>\nTo: ada@poplar.example\nSubject: Undeliverable: Lunch\n\nYour message\n\n  To:      Bo; Cy\n  Subject: Lunch\n  Sent:    Mon, 6 May 2024 09:30:00 +0200\n\ndid not reach the following recipient(s):\n\nbo@poplar.example on Mon, 6 May 2024 09:30:02 +0200\n    The recipient name is not recognized\n    MSEXCH:IMS:POPLAR:MX 0 (000C05A6) Unknown Recipient\ncy@poplar.example on Mon, 6 May 2024 09:30:02 +0200\n    The mailbox is full\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "5.1.1"}, {Recipient: "cy@poplar.example", Action: failed, Status: "5.2.2"}}, why: []string{whyUnknown, whyFull},
		},
		{
			name:    "Gmail, given up",
			message: reportTop + "Delivery Status Notification (Failure)\n\nDelivery to the following recipient failed permanently:\n\n     bo@poplar.example\n\nTechnical details of permanent failure:\nThe recipient server did not accept our requests to connect.\n\n----- Original message -----\n\nMIME-Version: 1.0\nMessage-ID: <m5@poplar.example>\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "5.4.7"}}, original: "m5@poplar.example", why: []string{whyExpired},
		},
		{
			name:    "delay notice",
			message: reportTop + "Warning: message delayed 24 hours\n\nTHIS IS A WARNING MESSAGE ONLY.\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\nDelivery to the following recipient has been delayed:\n\n     bo@poplar.example\n\nMessage will be retried for 2 more day(s)\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: delayed, Status: "4.0.0"}},
		},
		{
			name:    "QQ",
			message: "Return-Path: <>\nFrom: \"系统退信\" <PostMaster@qq.example>\nTo: ada@poplar.example\nSubject: 系统退信\nContent-Type: text/plain; charset=utf-8\n\n很抱歉您发送的邮件被退回，以下是该邮件的相关信息：\n\n被退回邮件\n主题: 你好\n时间: 2024-05-06 09:30:00\n\n无法发送到 bo@poplar.example\n\n退信原因: 收件人邮件地址（bo@poplar.example）不存在，邮件无法送达。\nhost mail.poplar.example[192.0.2.8] said: 550 Mailbox not found\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "5.1.1", RemoteMTA: "mail.poplar.example"}}, why: []string{whyUnknown},
		},
		{
			name:    "163",
			message: "From: Postmaster@163.example\nTo: ada@poplar.example\nSubject: 系统退信\nContent-Type: text/html; charset=utf-8\n\n<p>您的邮件未能送达。</p><table><tr><td>收件人：</td><td>bo@poplar.example</td></tr><tr><td>退信代码：</td><td>SMTP error, RCPT TO: 550 User not found: bo@poplar.example</td></tr></table><p>原因：用户不存在</p>",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "5.1.1"}}, why: []string{whyUnknown},
		},
		{
			name:    "a phone company's",
			message: "Return-Path: <>\nFrom: no-reply@mobile.example\nTo: ada@poplar.example\nSubject: Mail\n\nYour mail sent on: Mon, 6 May 2024 09:30:00 +0900\n     Could not be delivered to: <bo@mobile.example>\n     As their mailbox is full.\n",
			want:    []mail.Bounced{{Recipient: "bo@mobile.example", Action: failed, Status: "5.2.2"}}, why: []string{whyFull},
		},
		{
			name:    "nobody named but in the copy",
			message: reportTop + "Undeliverable mail\nContent-Type: multipart/mixed; boundary=r\n\n--r\n\nYour message could not be delivered.\n--r\nContent-Type: message/rfc822\n\nTo: Bo <bo@poplar.example>\nFrom: ada@poplar.example\nMessage-ID: <m6@poplar.example>\n\nHello\n--r--\n",
			want:    []mail.Bounced{{Recipient: "bo@poplar.example", Action: failed, Status: "5.0.0"}}, original: "m6@poplar.example", why: []string{whyOther},
		},
		{name: "out of office", message: "Return-Path: <>\nFrom: Bo <bo@poplar.example>\nTo: ada@poplar.example\nAuto-Submitted: auto-replied\nSubject: Automatic reply: Lunch\n\nI am away and cannot be reached at bo@poplar.example until Monday.\n"},
		{name: "read receipt", message: "From: Bo <bo@poplar.example>\nSubject: Read: Lunch\nContent-Type: multipart/report; report-type=disposition-notification; boundary=r\n\n--r\n\nRead.\n--r\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; bo@poplar.example\nDisposition: manual-action/MDN-sent-manually; displayed\n--r--\n"},
		{name: "complaint", message: "Return-Path: <>\nFrom: postmaster@poplar.example\nSubject: Complaint\nContent-Type: multipart/report; report-type=feedback-report; boundary=r\n\n--r\n\nSpam.\n--r\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--r--\n"},
		{name: "ordinary mail about bounces", message: "From: Bo <bo@poplar.example>\nTo: ada@poplar.example\nSubject: Re: delivery failed\n\nHi Ada, did cy@poplar.example get it? Mine came back with 550 user unknown.\n"},
		{name: "newsletter", message: "Return-Path: <news-bounces@poplar.example>\nFrom: News <news@poplar.example>\nList-Id: news\nSubject: Your delivery report for May\n\nEverything could be delivered. Questions: help@poplar.example\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw := mail.Bytes(strings.ReplaceAll(tt.message, "\n", "\r\n"))
			m, err := Open(raw)
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Bounce) != len(tt.want) {
				t.Fatalf("got %+v, want %+v", m.Bounce, tt.want)
			}
			for i, got := range m.Bounce {
				want := tt.want[i]
				if got.Recipient != want.Recipient || got.Action != want.Action || got.Status != want.Status || !strings.Contains(got.Diagnostic, want.Diagnostic) || want.RemoteMTA != "" && got.RemoteMTA != want.RemoteMTA {
					t.Errorf("got %+v, want %+v", got, want)
				}
				if tt.why != nil && Why(got) != tt.why[i] {
					t.Errorf("Why is %q, want %q", Why(got), tt.why[i])
				}
			}
			if m.BounceOf != tt.original {
				t.Errorf("it is about %q, want %q", m.BounceOf, tt.original)
			}
			s := Scan(raw)
			if len(s.Bounce) != len(tt.want) || s.Original != tt.original {
				t.Errorf("Scan sees %+v of %q", s.Bounce, s.Original)
			}
		})
	}
}

func TestNewAddress(t *testing.T) {
	tests := []struct{ diagnostic, want string }{
		{"smtp; 551 User not local; please try <bo@new.example>", "bo@new.example"},
		{"251 user has moved to bo@new.example", "bo@new.example"},
		{"smtp; 551 5.1.6 <bo@poplar.example> no longer here", ""},
		{"smtp; 550 no such user, write to bo@new.example", ""},
	}
	for _, tt := range tests {
		if got := newAddress(mail.Bounced{Recipient: "bo@poplar.example", Diagnostic: tt.diagnostic}); got != tt.want {
			t.Errorf("newAddress(%q) = %q, want %q", tt.diagnostic, got, tt.want)
		}
	}
}

func TestWhy(t *testing.T) {
	tests := []struct{ status, diagnostic, want string }{
		{"5.1.2", "", whyHost},
		{"5.2.1", "", whyDisabled},
		{"5.3.4", "", whySize},
		{"5.7.1", "", whyPolicy},
		{"4.4.7", "", whyExpired},
		{"4.3.0", "", whyBusy},
		{"5.1.6", "", whyMoved},
		{"5.1.3", "", whyAddress},
		{"5.0.0", "550 mailbox full", whyFull},
		{"5.7.1", "relay access denied", whyRelay},
		{"5.7.1", "blocked by spamhaus", whyPolicy},
		{"5.0.0", "", whyOther},
		{"2.1.5", "", ""},
	}
	for _, tt := range tests {
		if got := Why(mail.Bounced{Status: tt.status, Diagnostic: tt.diagnostic, Action: "failed"}); tt.status[0] != '2' && got != tt.want || tt.status[0] == '2' && got != "" {
			t.Errorf("why(%s, %q) = %q, want %q", tt.status, tt.diagnostic, got, tt.want)
		}
	}
}

// The real reports that lie beside the project on some machines: 97 % of the recipients and 95 % of the classes.
func TestRealBounces(t *testing.T) {
	dir := filepath.Join(shared(t), "data", "mail")
	data, err := os.ReadFile(filepath.Join(dir, "bounces.json"))
	if err != nil {
		t.Skip("the real reports are not on this machine")
	}
	var list []struct {
		File  string `json:"file"`
		Truth struct {
			PerRecipient []mail.Bounced `json:"per_recipient"`
		} `json:"ground_truth"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	messages, recipients, statuses, classes := 0, 0, 0, 0
	for _, e := range list {
		if len(e.Truth.PerRecipient) == 0 {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.File))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, b := range Scan(mail.Bytes(raw)).Bounce {
			got[strings.ToLower(b.Recipient)] = b.Status
		}
		messages++
		same := len(got) == len(e.Truth.PerRecipient)
		for _, b := range e.Truth.PerRecipient {
			s, ok := got[strings.ToLower(b.Recipient)]
			same = same && ok
			if b.Status != "" {
				statuses++
				if s != "" && s[0] == b.Status[0] {
					classes++
				}
			}
		}
		if same {
			recipients++
		}
	}
	t.Logf("%d reports: recipients of %d right; %d of %d classes right", messages, recipients, classes, statuses)
	if recipients*100 < messages*97 || classes*100 < statuses*95 {
		t.Error("that is not enough")
	}
}
