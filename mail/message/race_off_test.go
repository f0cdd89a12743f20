//go:build !race

package message

const boundsScale = 1
