// Package transfer reads mail that another program left in files, and writes mail for others to read: mbox files,
// Maildirs, and single messages (.eml).
//
// Reading yields each message as a stream with CRLF lines, with the folder and the flags its place tells. One message
// that cannot be read never stops the rest. What a message of an mbox file is, mboxrd says: a line "From " after an
// empty line, with a time and a year in it, begins a message, and of lines that begin with ">From " (any number of
// ">") one ">" is dropped. Writing quotes in the same manner, so what Poplar exports comes back octet for octet.
package transfer

import (
	"io"
	"time"

	"poplar/mail"
)

// Format is how mail lies in files.
type Format string

// The formats that Export writes.
const (
	Mbox    Format = "mbox"    // one file a folder, LF lines (RFC 4155, with mboxrd quoting)
	Maildir Format = "maildir" // one folder a folder, one file a message, flags in its name, LF lines
	EML     Format = "eml"     // one folder a folder, one file a message, octets as they are stored
)

// Item is one message that was found.
type Item struct {
	// Where names the file, and the message within an mbox file, for a person.
	Where string
	// Folder is the path of the folder it lay in; empty where its place tells none.
	Folder []string
	Flags  mail.Flags
	// Received is when it came, as far as its place tells; zero where it does not.
	Received time.Time
	// WriteTo writes the message with CRLF lines. It can be called once, before the next item is asked for.
	WriteTo func(w io.Writer) error
}

// Taker is what Read tells of. Take returns an error to end the reading.
type Taker interface {
	Take(Item) error
	// Failed hears of a file, or a message, that could not be read.
	Failed(where string, err error)
}
