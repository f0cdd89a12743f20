package retrieve_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Every goroutine has ended when a visit has.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
