package retrieve

import "testing"

func TestSizesOfBuffers(t *testing.T) {
	last := -1
	for n := range spoolFrom + 1 {
		number, octets := sizeOf(n)
		if octets < n || octets > max(smallBuffer, n+n/4) || number < 0 || number >= bufferSizes {
			t.Fatalf("%d octets get buffer %d of %d", n, number, octets)
		}
		if again, same := sizeOf(octets); again != number || same != octets {
			t.Fatalf("a buffer of %d octets counts as %d of %d, not %d", octets, again, same, number)
		}
		if number < last {
			t.Fatalf("%d octets get a smaller buffer than %d", n, n-1)
		}
		last = number
	}
	if last != bufferSizes-1 {
		t.Errorf("the largest buffer is number %d", last)
	}
}

func TestBuffersComeEmptyAndLargeEnough(t *testing.T) {
	for _, n := range []int{0, 1, 4096, 4097, 9000, spoolFrom, spoolFrom + 1} {
		b := takeBuffer(n)
		if len(b) != 0 || cap(b) < n {
			t.Errorf("for %d octets: %d of %d", n, len(b), cap(b))
		}
		giveBuffer(append(b, "filled"...))
	}
	giveBuffer(make([]byte, 5000)) // of no size of ours: nobody must be given it for more than it holds
	if b := takeBuffer(5000); cap(b) < 5000 {
		t.Errorf("%d", cap(b))
	}
}
