package model

import (
	"slices"
	"strings"
)

// passedMarks begin the subjects of messages that were passed on, in the languages of the programs that translate them.
var passedMarks = []string{
	"fw", "fwd", "wg", "tr", "rv", "enc", "i", "vb", "vl", "vs", "pd", "ilt", "doorst", "转发", "轉寄", "轉發", "转寄", "転送", "전달", "пересл",
}

// PassedOn reports whether a subject says that the message was passed on, as the last thing that was done with it.
func PassedOn(subject string) bool {
	mark, _, found := strings.Cut(strings.Replace(strings.TrimSpace(subject), "：", ":", 1), ":")
	return found && len(mark) < 24 && slices.Contains(passedMarks, strings.ToLower(strings.TrimSpace(mark)))
}
