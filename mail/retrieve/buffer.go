package retrieve

import (
	"math/bits"
	"sync"
)

// Messages in memory are a visit's garbage: each lives until it is stored, a moment later, and the next of its size can
// have its place. Buffers come in sizes a quarter of a power of two apart, so at most a fifth of one is left unused.
const (
	smallBuffer = 4 << 10
	bufferSizes = 4*8 + 1 // from smallBuffer to spoolFrom
)

var buffers [bufferSizes]sync.Pool

// sizeOf returns the number of the smallest size that holds n octets, and that size. n is at most spoolFrom.
func sizeOf(n int) (number, octets int) {
	if n <= smallBuffer {
		return 0, smallBuffer
	}
	// n-1 = 1.abxxx in binary, times a power of two: a and b choose among four.
	k := bits.Len(uint(n-1)) - 1
	quarter := (n-1)>>(k-2)&3 + 1
	return 4*(k-12) + quarter, 1<<k + quarter<<(k-2)
}

// takeBuffer returns an empty buffer for n octets.
func takeBuffer(n int) []byte {
	if n > spoolFrom {
		return make([]byte, 0, n)
	}
	number, octets := sizeOf(n)
	if b, ok := buffers[number].Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return make([]byte, 0, octets)
}

// giveBuffer takes a buffer back that nobody looks at any more.
func giveBuffer(b []byte) {
	n := cap(b)
	if n < smallBuffer || n > spoolFrom {
		return
	}
	if number, octets := sizeOf(n); octets == n {
		buffers[number].Put(&b)
	}
}
