// Package kit is what Poplar's window is made of: the colours and the theme, text with Chinese in the right place, icons,
// buttons, translation, and the one way from other goroutines back to the thread that draws.
package kit
