package message

import (
	"os"
	"path/filepath"
	"testing"

	"poplar/mail"
)

// devSet returns the real messages that lie beside the project on some machines; nil elsewhere.
func devSet(tb testing.TB) []mail.Bytes {
	tb.Helper()
	var all []mail.Bytes
	files, _ := filepath.Glob(filepath.Join(shared(tb), "data", "mail", "eml", "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, b)
	}
	if len(all) == 0 {
		tb.Skip("the real messages are not on this machine")
	}
	return all
}

// shared finds the folder of shared material: POPLAR_SHARED, or "shared" beside the project.
func shared(tb testing.TB) string {
	tb.Helper()
	if dir := os.Getenv("POPLAR_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared")
		}
		up := filepath.Dir(dir)
		if up == dir {
			return filepath.Join(dir, "shared")
		}
		dir = up
	}
}

func BenchmarkScanReal(b *testing.B) {
	all := devSet(b)
	n, bytes := 0, int64(0)
	b.ReportAllocs()
	for b.Loop() {
		for _, m := range all {
			Scan(m)
			n++
			bytes += int64(len(m))
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64(bytes)/1e6/b.Elapsed().Seconds(), "MB/s")
}
