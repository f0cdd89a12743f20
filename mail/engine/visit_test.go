package engine

import (
	"os"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// A message too large for memory goes through a file beside the store, which nobody has made before, and which is gone
// afterwards.
func TestLargeMessage(t *testing.T) {
	b := newBench(t, nil, nil)
	b.box.Add(mailtest.Sample(1, 3<<20))
	reports, err := b.Receive(t.Context())
	if err != nil || reports[0].Problem != nil || reports[0].Retrieved != 1 {
		t.Fatalf("%+v %v", reports, err)
	}
	if list := b.list(mail.Query{}); len(list) != 1 || list[0].Size < 3<<20 {
		t.Errorf("stored: %+v", list)
	}
	if left, err := os.ReadDir(b.spool()); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
