package pop3

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
)

// maxLine bounds what is kept of one status or listing line. RFC 2449 allows 512 octets; the rest of a longer line is
// read and dropped.
const maxLine = 64 << 10

// status is the first word of a server's reply.
type status int

const (
	statusOK       status = iota + 1
	statusErr             // -ERR, and what broken servers say instead
	statusContinue        // "+ …": the server's part of a SASL exchange
	statusNone            // no POP3 reply at all
)

// parseStatus reads a reply's first line, without its line end.
func parseStatus(line string) (status, string) {
	word, text, _ := strings.Cut(line, " ")
	text = strings.TrimLeft(text, " \t")
	switch upper := strings.ToUpper(word); {
	case upper == "+OK":
		return statusOK, text
	case upper == "+":
		return statusContinue, text
	case upper == "-ERR", upper == "+ERR", upper == "-":
		// QUIRK: "+ERR" is met in the wild; taking its plus sign for success would store an error as a message.
		return statusErr, text
	case strings.HasPrefix(upper, "+OK"):
		// QUIRK: "+OK." or "+OK<tab>…" without a space.
		return statusOK, strings.TrimLeft(line[3:], " \t")
	case strings.HasPrefix(upper, "-ERR"):
		return statusErr, strings.TrimLeft(line[4:], " \t")
	case strings.HasPrefix(upper, "-"):
		return statusErr, strings.TrimLeft(line[1:], " \t")
	}
	return statusNone, line
}

// readLine reads one line without its line end (CRLF or bare LF), of which at most maxLine octets are kept. The slice
// is valid until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err == nil {
		return trimEnd(line), nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	kept := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.ReadSlice('\n')
		if room := maxLine - len(kept); room > 0 {
			kept = append(kept, line[:min(room, len(line))]...)
		}
	}
	if err != nil {
		return nil, err
	}
	return trimEnd(kept), nil
}

func trimEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}
