package message

import "slices"

// What can be odd about a message, as sentences that need no context. They are fixed, so that a window can
// translate them.
const (
	headerLine     = "A line of the header is malformed and was left out"
	headerNoEnd    = "The header does not end with an empty line"
	headerCut      = "The header is too long; only its beginning was read"
	noHeader       = "The message has no header"
	readFailed     = "The message could not be read to its end"
	tooManyParts   = "The message has too many parts; the others are left together in one"
	tooDeep        = "Parts are nested too deeply; the innermost are left together in one"
	boundaryGuess  = "The boundary between the parts was missing or wrong and had to be guessed"
	boundaryNone   = "The message claims to have parts, but none were found"
	unclosed       = "The last part is not closed; the message may be cut off"
	textCut        = "The text is very long; only its beginning is shown"
	charsetUnknown = "The character set is unknown and had to be guessed"
	charsetWrong   = "Some characters do not fit the character set the message names"
	base64Broken   = "Some of the base64 data is damaged"
	tnefBroken     = "The winmail.dat of this message is damaged; what can be read of it is shown"
	externalBody   = "An attachment is kept elsewhere and is not part of this message"
	onePiece       = "This is one piece of a message that was sent in several"
	dateOdd        = "The date is missing or malformed"
)

// problems collects sentences, each once. A nil one swallows them.
type problems struct{ list []string }

func (p *problems) add(s string) {
	if p != nil && !slices.Contains(p.list, s) {
		p.list = append(p.list, s)
	}
}
