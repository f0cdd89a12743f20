package model

import "strings"

// SearchWords are the words of a full-text query as they are to be marked in what was found: without field names and
// quotation marks.
func SearchWords(query string) []string {
	var words []string
	quoted := false
	word := ""
	end := func() {
		for _, field := range []string{"from:", "to:", "subject:"} {
			if rest, ok := strings.CutPrefix(strings.ToLower(word), field); ok {
				word = word[len(word)-len(rest):]
				break
			}
		}
		if word = strings.Trim(word, `"*`); word != "" {
			words = append(words, word)
		}
		word = ""
	}
	for _, r := range query {
		switch {
		case r == '"' || r == '“' || r == '”':
			quoted = !quoted
		case !quoted && (r == ' ' || r == '\t' || r == '\u3000'):
			end()
		default:
			word += string(r)
		}
	}
	end()
	return words
}
