package wire

// What this system says when it cannot connect.
const (
	ErrnoRefused    = errnoRefused
	ErrnoTimedOut   = errnoTimedOut
	ErrnoNetUnreach = errnoNetUnreach
)
