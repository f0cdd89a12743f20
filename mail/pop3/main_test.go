package pop3_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Every goroutine has ended when a session has.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
