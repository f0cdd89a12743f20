package message

import (
	"os"
	"strings"
	"testing"

	"poplar/mail"
)

// Reports in the forms of many mail systems, and messages that are none, in words of our own: testdata/reports.txt has each
// under a line that says what it is and what is read of it.
func TestReportSamples(t *testing.T) {
	all, err := os.ReadFile("testdata/reports.txt")
	if err != nil {
		t.Fatal(err)
	}
	samples := strings.Split(strings.TrimPrefix(string(all), "=== "), "\n=== ")
	if len(samples) < 100 {
		t.Fatalf("%d samples", len(samples))
	}
	for _, s := range samples {
		title, raw, _ := strings.Cut(s, "\n")
		i := strings.LastIndex(title, ": ")
		name, want := title[:i], title[i+2:]
		t.Run(name, func(t *testing.T) {
			raw := mail.Bytes(strings.ReplaceAll(raw, "\n", "\r\n"))
			m, err := Open(raw)
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, b := range m.Bounce {
				told = append(told, b.Recipient+" "+b.Action+" "+b.Status)
				if (b.Action == "failed" || b.Action == "delayed") && b.Why == "" {
					t.Errorf("no reason is given for %s", b.Recipient)
				}
			}
			got := strings.Join(told, ", ")
			if got == "" {
				got = "no report"
			}
			if got != want {
				t.Errorf("it says %s, want %s", got, want)
			}
		})
	}
}
