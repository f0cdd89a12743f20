package layout

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkHostile tells for each hostile message how long it takes until it is laid out, how much memory the process
// has at most above what it had before, and how long it goes on after it was cancelled.
func BenchmarkHostile(b *testing.B) {
	f := testFonts(b)
	all := hostile()
	all["a picture of 10 MB in the source"] = `<p>seen<img src="data:image/png;base64,` + strings.Repeat("iVBORw0KGgo", 10<<20/11) + `">`
	for _, name := range sortedNames(all) {
		src := all[name]
		b.Run(name, func(b *testing.B) {
			var longest time.Duration
			var peak, cancelled float64
			for b.Loop() {
				debug.FreeOSMemory()
				before := resetPeak()
				start := time.Now()
				p, err := layOut(context.Background(), f, src, 700)
				if err != nil {
					b.Fatal(err)
				}
				longest = max(longest, time.Since(start))
				peak = max(peak, peakMemory()-before)
				runtime.KeepAlive(p)
				cancelled = max(cancelled, timeToCancel(b, f, src, longest))
			}
			b.ReportMetric(longest.Seconds()*1000, "ms/longest")
			b.ReportMetric(peak, "MB/peak")
			b.ReportMetric(cancelled, "ms/cancel")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func sortedNames(m map[string]string) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// timeToCancel cancels at several moments and returns the longest time it took to end, in milliseconds.
func timeToCancel(b *testing.B, f *Fonts, src string, whole time.Duration) float64 {
	longest := 0.0
	for _, share := range []int{10, 30, 50, 70, 90} {
		ctx, cancel := context.WithCancel(context.Background())
		var at time.Time
		stop := time.AfterFunc(whole*time.Duration(share)/100, func() { at = time.Now(); cancel() })
		_, err := layOut(ctx, f, src, 700)
		if !stop.Stop() {
			longest = max(longest, time.Since(at).Seconds()*1000)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			b.Fatal(err)
		}
		cancel()
	}
	return longest
}

// resetPeak has the system forget the most memory this process had, where it can, and returns what it has now, in MB.
func resetPeak() float64 {
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // only Linux has it
	return memory("VmRSS:")
}

func peakMemory() float64 { return memory("VmHWM:") }

func memory(field string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.Sys) / (1 << 20)
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, field); ok {
			var kb float64
			_, _ = fmt.Sscan(rest, &kb)
			return kb / 1024
		}
	}
	return 0
}
