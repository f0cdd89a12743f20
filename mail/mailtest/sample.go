package mailtest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// Sample returns the n-th of an endless row of different messages, of about size octets (at least some 400), CRLF
// lines, with dots at the beginning of some. The same numbers give the same message.
func Sample(n, size int) []byte {
	var b strings.Builder
	date := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
	fmt.Fprintf(&b, "Received: from mx.example.test by pop.example.test; %s\r\n", date.Format(time.RFC1123Z))
	fmt.Fprintf(&b, "From: Sender %d <sender%d@example.test>\r\nTo: Reader <reader@example.test>\r\n", n%17, n%17)
	fmt.Fprintf(&b, "Subject: Message number %d\r\nDate: %s\r\nMessage-ID: <sample-%d@example.test>\r\n", n, date.Format(time.RFC1123Z), n)
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
	for line := 0; line == 0 || b.Len() < size-64; line++ {
		switch line % 11 {
		case 5:
			b.WriteString(".\r\n")
		case 7:
			b.WriteString("..two dots begin this line\r\n")
		default:
			fmt.Fprintf(&b, "Line %d of message %d: the tide table says %d.\r\n", line, n, (n*31+line*17)%997)
		}
	}
	fmt.Fprintf(&b, "End of message %d.\r\n", n)
	return []byte(b.String())
}

// SecretForms are the forms in which a password may travel or be left lying: itself, in base64, and as the PLAIN
// mechanism's initial response with and without authorization identity.
func SecretForms(user, secret string) []string {
	enc := base64.StdEncoding.EncodeToString
	return []string{
		secret, enc([]byte(secret)), enc([]byte("\x00" + user + "\x00" + secret)), enc([]byte(user + "\x00" + user + "\x00" + secret)),
	}
}
