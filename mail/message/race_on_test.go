//go:build race

package message

// The race detector makes reading twenty times slower: the bounds are then tried with a twentieth.
const boundsScale = 20
