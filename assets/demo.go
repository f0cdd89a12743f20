package assets

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"strings"
	"time"
)

//go:embed demo
var demo embed.FS

// DemoMessage is one message of the demo's mailbox.
type DemoMessage struct {
	Who string // "anna" or "lin", whose mailbox it belongs in
	Raw []byte // CRLF lines
}

// DemoMailbox returns a set of sample messages, oldest first: "first", what lies in the mailboxes when the demo opens,
// or "later", what arrives while it runs. The dates in the files are distances from now.
func DemoMailbox(set string, now time.Time) ([]DemoMessage, error) {
	dir := path.Join("demo", set)
	files, err := demo.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var list []DemoMessage
	for _, f := range files {
		raw, err := demo.ReadFile(path.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		_, who, _ := strings.Cut(strings.TrimSuffix(f.Name(), ".eml"), "-")
		raw, err = dated(raw, now)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		list = append(list, DemoMessage{Who: who, Raw: bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))})
	}
	return list, nil
}

// dated replaces "Date: @-2d3h" by the date of that distance from now.
func dated(raw []byte, now time.Time) ([]byte, error) {
	before, rest, found := bytes.Cut(raw, []byte("\nDate: @"))
	if !found {
		return raw, nil
	}
	distance, after, _ := bytes.Cut(rest, []byte("\n"))
	text := strings.TrimPrefix(string(distance), "-")
	var ago time.Duration
	if days, hours, ok := strings.Cut(text, "d"); ok {
		var d int
		if _, err := fmt.Sscanf(days, "%d", &d); err != nil {
			return nil, err
		}
		ago, text = time.Duration(d)*24*time.Hour, hours
	}
	part, err := time.ParseDuration(text)
	if err != nil {
		return nil, err
	}
	date := now.Add(-ago - part).Format(time.RFC1123Z)
	return bytes.Join([][]byte{before, []byte("\nDate: " + date + "\n"), after}, nil), nil
}
