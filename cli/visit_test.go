package cli

import (
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

func TestVisitText(t *testing.T) {
	p := mail.VisitReport{Account: "a1", Retrieved: 3, Bytes: 900, Left: 4, Took: time.Second}
	if got, want := visitText(p), "a1  3 retrieved (900 bytes), 0 deleted, 4 left on the server, 0 skipped, 0 refused, 1.00 s"; got != want {
		t.Errorf("%q", got)
	}
	p.Renumbered = 2
	p.Refused = []mail.RefusedMessage{{UIDL: "u\x1b2", Said: "damaged"}, {UIDL: "u3", Said: mail.SaidNo}}
	lines := strings.Split(visitText(p), "\n")
	if len(lines) != 4 || !strings.HasSuffix(lines[1], "not stored twice: 2") || !strings.HasSuffix(lines[2], `"u\x1b2": damaged`) || !strings.HasSuffix(lines[3], mail.SaidNo) {
		t.Errorf("%q", lines)
	}
}

// A certificate that is not believed is told with the reason.
func TestSentenceOfACertificate(t *testing.T) {
	p := &mail.Problem{Kind: mail.UntrustedCertificate, Where: "mail.example.org:995", Certificate: &mail.Certificate{Reason: "its issuer is not known to this computer"}}
	if s := sentence(p); !strings.Contains(s, "(mail.example.org:995): its issuer is not known to this computer; no password was sent. ") {
		t.Errorf("%q", s)
	}
}
