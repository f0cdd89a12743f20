// Package reader is the right column of the window: the strip of what can be done with a message, its head, its body and
// its attachments. What is asked for is told by its OnX functions.
package reader
