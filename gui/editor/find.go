package editor

import "regexp"

// found is one place that was searched for.
type found struct{ from, to Pos }

// findAll returns every place where text stands, whatever its case. A text of several lines is found nowhere.
func findAll(b *Buffer, text string) []found {
	if text == "" {
		return nil
	}
	re, err := regexp.Compile("(?i)" + regexp.QuoteMeta(tidy(text)))
	if err != nil {
		return nil
	}
	var list []found
	for n := range b.Len() {
		for _, at := range re.FindAllStringIndex(b.Line(n), -1) {
			list = append(list, found{Pos{n, at[0]}, Pos{n, at[1]}})
		}
	}
	return list
}
