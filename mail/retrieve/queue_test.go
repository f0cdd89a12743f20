package retrieve

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"poplar/mail"
)

func TestReadingWaitsForStoringWhenMemoryIsUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		const unit = batchOctets / 2
		put := 0
		done := make(chan error, 1)
		go func() {
			var err error
			for ; put < 20 && err == nil; put++ {
				err = q.put(t.Context(), arrival{raw: make(mail.Bytes, unit)})
			}
			done <- err
		}()
		synctest.Wait()
		if put != waitOctets/unit {
			t.Fatalf("%d messages wait", put)
		}
		b := q.take(time.Hour)
		if len(b) != batchOctets/unit {
			t.Errorf("a batch of %d messages", len(b))
		}
		synctest.Wait()
		if put != waitOctets/unit {
			t.Errorf("%d messages wait while a batch is being stored", put)
		}
		q.done(b)
		synctest.Wait()
		if put != (waitOctets+batchOctets)/unit {
			t.Errorf("%d messages have come after a batch was stored", put)
		}
		stopped := errors.New("stopped")
		q.stop(stopped)
		if err := <-done; !errors.Is(err, stopped) {
			t.Errorf("put says %v", err)
		}
	})
}

func TestBatches(t *testing.T) {
	small := func() arrival { return arrival{raw: mail.Bytes("x")} }
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		start := time.Now()
		for range batchMessages + 3 {
			if err := q.put(t.Context(), small()); err != nil {
				t.Fatal(err)
			}
		}
		if b := q.take(time.Second); len(b) != batchMessages || time.Since(start) > 0 {
			t.Errorf("%d messages after %s", len(b), time.Since(start))
		}
		if b := q.take(time.Second); len(b) != 3 || time.Since(start) != time.Second {
			t.Errorf("%d messages after %s", len(b), time.Since(start))
		}
		if err := q.put(t.Context(), small()); err != nil {
			t.Fatal(err)
		}
		q.close()
		if b := q.take(time.Hour); len(b) != 1 {
			t.Errorf("%d messages at the end", len(b))
		}
		if b := q.take(time.Hour); b != nil || time.Since(start) != time.Second {
			t.Errorf("%d messages after the end, after %s", len(b), time.Since(start))
		}
	})
}
