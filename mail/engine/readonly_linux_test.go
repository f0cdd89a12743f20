package engine

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// immutable takes away, or gives back, the right to write to a file that is open already, as a disk does that the system
// makes read-only for its faults. Not every file system and not everybody can do that.
func immutable(path string, on bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	flags, err := unix.IoctlGetUint32(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	if err != nil {
		return err
	}
	const bit = 0x10 // FS_IMMUTABLE_FL of linux/fs.h
	flags &^= bit
	if on {
		flags |= bit
	}
	return unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, int(flags))
}

// The disk becomes read-only in the middle of a visit: nothing is deleted on the server, the report says what is wrong,
// what is here can be read, and the next visit goes on once it can be written again.
func TestReadOnlyDiskInMidVisit(t *testing.T) {
	b := newBench(t, nil, nil)
	b.account.Keep.Mode = mail.KeepNever
	if err := b.SetAccounts(t.Context(), []mail.Account{b.account}); err != nil {
		t.Fatal(err)
	}
	const n = 100
	for i := range n - 1 {
		b.box.Add(mailtest.Sample(i, 60<<10))
	}
	b.box.Add(mailtest.Sample(n, 1500<<10))
	log := filepath.Join(b.o.Dir, "store.db-wal")
	if err := immutable(log, true); err != nil {
		t.Skipf("a file that is open cannot be made read-only here: %v", err)
	}
	free := sync.OnceFunc(func() {
		if err := immutable(log, false); err != nil {
			t.Fatal(err)
		}
	})
	defer free()
	if err := immutable(log, false); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1) // by the server, half-way
	b.pop.SetScript(mailtest.Nth(n/2, "RETR", func(*mailtest.Turn) { closed <- immutable(log, true) }))
	reports, err := b.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	p := reports[0].Problem
	if p == nil || p.Kind != mail.NotWritable || b.box.Len() != n || b.pop.Count("DELE") != 0 {
		t.Errorf("%+v: %v; %d are left on the server after %d DELE", reports[0], p, b.box.Len(), b.pop.Count("DELE"))
	}
	here := b.list(mail.Query{})
	if len(here) == n {
		t.Error("everything was stored all the same")
	}
	for _, s := range here {
		raw, err := b.Raw(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := raw.ReadAt(make([]byte, 100), 0); err != nil {
			t.Error(err)
		}
		if err := raw.Close(); err != nil {
			t.Error(err)
		}
	}
	if reports, err = b.Receive(t.Context()); err != nil || reports[0].Problem == nil || b.box.Len() != n || b.pop.Count("DELE") != 0 {
		t.Errorf("still read-only: %+v %v, %d left", reports, err, b.box.Len())
	}
	free()
	b.pop.SetScript(nil)
	if reports, err = b.Receive(t.Context()); err != nil || reports[0].Problem != nil || b.box.Len() != 0 {
		t.Errorf("writable again: %+v %v, %d left", reports, err, b.box.Len())
	}
	if now := b.list(mail.Query{}); len(now) != n {
		t.Errorf("%d are here, %d were on the server", len(now), n)
	}
}
