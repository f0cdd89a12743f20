// Package browse holds the two left columns of the window: the folders, and the list of messages with its search
// field. They know nothing of the reader; what happens in them is told by their OnX functions.
package browse
