package html

// Link is one place a message points to.
type Link struct {
	URL  string // as the author wrote it, trimmed
	Text string // what the reader sees
}
