//go:build !linux

package message

import "time"

var benchStart = time.Now()

// cpuTime is the clock, where no better one is known.
func cpuTime() time.Duration { return time.Since(benchStart) }
