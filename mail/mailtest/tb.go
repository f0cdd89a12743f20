package mailtest

import (
	"os"
	"path/filepath"
)

// TB is the part of testing.TB that is used here; naming it keeps package testing out of the program that runs the demo.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Skipf(format string, args ...any)
	Cleanup(func())
	TempDir() string
}

// StartPOP3 is NewPOP3 for a test, which it ends when it fails. The server is closed at cleanup.
func StartPOP3(tb TB, o POP3Options) *POP3 {
	tb.Helper()
	p, err := NewPOP3(o)
	if err != nil {
		tb.Fatalf("POP3 server: %v", err)
	}
	tb.Cleanup(func() { _ = p.Close() })
	return p
}

// StartSMTP is NewSMTP for a test, which it ends when it fails. The server is closed at cleanup.
func StartSMTP(tb TB, o SMTPOptions) *SMTP {
	tb.Helper()
	s, err := NewSMTP(o)
	if err != nil {
		tb.Fatalf("SMTP server: %v", err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// Shared returns a path in the folder of data that lies beside the checkout (or where POPLAR_SHARED says), and
// skips the test where there is none.
func Shared(tb TB, elem ...string) string {
	tb.Helper()
	candidates := []string{os.Getenv("POPLAR_SHARED")}
	if dir, err := os.Getwd(); err == nil {
		for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
			candidates = append(candidates, filepath.Join(dir, "..", "shared"))
		}
	}
	for _, c := range candidates {
		if c == "" {
			continue
		}
		path := filepath.Join(append([]string{c}, elem...)...)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	tb.Skipf("no shared data at %s; set POPLAR_SHARED", filepath.Join(elem...))
	return ""
}
