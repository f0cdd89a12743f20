//go:build race

package html

// Pace stretches every limit of time for a program that was built to look for data races.
const Pace = 40
