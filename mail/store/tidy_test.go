package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"poplar/mail"
)

func TestTidyGivesRoomBack(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	ctx := context.Background()
	size := func() int64 {
		t.Helper()
		info, err := os.Stat(filepath.Join(dir, databaseName))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	reopen := func() {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = openStore(t, dir)
	}
	var ids []mail.MessageID
	for n := range 40 {
		a := letter(n, "Large", "words")
		a.Raw = mail.Bytes(make([]byte, 1<<20))
		ids = append(ids, add(t, s, a)...)
	}
	if err := s.Delete(ctx, ids[1:]); err != nil {
		t.Fatal(err)
	}
	reopen()
	before := size()
	bites := 0
	for more := true; more; bites++ {
		var err error
		if more, err = s.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
	}
	reopen()
	if after := size(); after > before-15<<20 || after < slackPages*16384 {
		t.Errorf("%d octets became %d in %d bites", before, after, bites)
	}
	if bites < 2 {
		t.Errorf("it was done in %d bite: whoever waited to write waited for all of it", bites)
	}
	if m := summary(t, s, ids[0]); m.Size != 1<<20 {
		t.Errorf("%+v", m)
	}
}
