package message

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSafeName(t *testing.T) {
	tests := []struct{ name, mediaType, want string }{
		{"report.pdf", "application/pdf", "report.pdf"},
		{"年度报告.pdf", "application/pdf", "年度报告.pdf"},
		{"../../etc/passwd", "text/plain", "passwd"},
		{`C:\Users\Ada\letter.doc`, "application/msword", "letter.doc"},
		{"folder/", "text/plain", "folder"},
		{"..", "text/plain", "attachment.txt"},
		{"", "application/pdf", "attachment.pdf"},
		{"", "image/png", "image.png"},
		{"", "message/rfc822", "message.eml"},
		{"", "text/calendar", "invitation.ics"},
		{"   ", "x/y", "attachment"},
		{".bashrc", "text/plain", "bashrc"},
		{"photo\u202egpj.exe", "image/jpeg", "photogpj.exe"},
		{"a\x00b\nc\td.txt", "text/plain", "ab c d.txt"},
		{"zero\u200bwidth.txt", "text/plain", "zerowidth.txt"},
		{"CON", "text/plain", "_CON"},
		{"nul.txt", "text/plain", "_nul.txt"},
		{"com1.tar.gz", "application/gzip", "_com1.tar.gz"},
		{"console.log", "text/plain", "console.log"},
		{"what?<now>|\"*.txt", "text/plain", "what__now____.txt"},
		{"trailing. . ", "text/plain", "trailing"},
		{"invoice.pdf.exe", "application/pdf", "invoice.pdf.exe"},
		{"bad\xff\xfebytes.txt", "text/plain", "badbytes.txt"},
	}
	for _, tt := range tests {
		if got := SafeName(tt.name, tt.mediaType); got != tt.want {
			t.Errorf("SafeName(%q, %q) = %q, want %q", tt.name, tt.mediaType, got, tt.want)
		}
	}
	long := SafeName(strings.Repeat("很", 300)+".docx", "")
	if len(long) > nameLimit || !strings.HasSuffix(long, ".docx") || !utf8.ValidString(long) {
		t.Errorf("a long name became %q (%d bytes)", long, len(long))
	}
}

func TestNormalSubject(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Lunch", "Lunch"},
		{"Re: Lunch", "Lunch"},
		{"RE: re : Fwd: Lunch", "Lunch"},
		{"AW: WG: Mittag", "Mittag"},
		{"SV: Lunch", "Lunch"},
		{"答复: 会议", "会议"},
		{"回复：会议", "会议"},
		{"转发: 答复：会议", "会议"},
		{"Re[3]: Lunch", "Lunch"},
		{"Re(2): Lunch", "Lunch"},
		{"Re^2: Lunch", "Lunch"},
		{"  Two   blanks ", "Two blanks"},
		{"Re:", ""},
		{"Note: keep", "Note: keep"},
		{"Regarding: x", "Regarding: x"},
		{"", ""},
		{"10:30 meeting", "10:30 meeting"},
	}
	for _, tt := range tests {
		if got := NormalSubject(tt.in); got != tt.want {
			t.Errorf("NormalSubject(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
