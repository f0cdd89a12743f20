package model

import (
	"context"

	"poplar/settings"
)

// ErrByHand says that the system lets the person alone choose.
var ErrByHand = settings.ErrByHand

// Desktop is what the operating system keeps for Poplar among the person's own settings.
type Desktop interface {
	// Offered reports whether Poplar may change any of it: inside a sandbox it may not.
	Offered() bool
	// StartsAtLogin reports whether Poplar starts when the person logs in; StartAtLogin decides it.
	StartsAtLogin() (bool, error)
	StartAtLogin(on bool) error
	// OpensMailLinks reports whether mailto: links open Poplar. OpenMailLinks makes it so where the system lets a program
	// choose, and reports whether it is so now; the error wraps ErrByHand where the person has to choose.
	OpensMailLinks(ctx context.Context) (bool, error)
	OpenMailLinks(ctx context.Context) (bool, error)
}
