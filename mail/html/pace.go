//go:build !race

package html

// Pace stretches every limit of time. It is 1, and more in a program that was built to look for data races, which
// runs many times slower.
const Pace = 1
