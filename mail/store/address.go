package store

import (
	"encoding/json"
	"strings"

	"poplar/mail"
)

// formatAddresses is a list of addresses as a column holds it: [["Name","addr"],…].
func formatAddresses(list []mail.Address) string {
	if len(list) == 0 {
		return "[]"
	}
	pairs := make([][2]string, len(list))
	for i, a := range list {
		pairs[i] = [2]string{a.Name, a.Addr}
	}
	b, err := json.Marshal(pairs)
	if err != nil {
		return "[]" // strings always marshal
	}
	return string(b)
}

// parseAddresses reads what formatAddresses wrote. A column that cannot be read counts as empty: Check tells.
func parseAddresses(s string) []mail.Address {
	if s == "[]" || s == "" {
		return nil
	}
	if !strings.ContainsRune(s, '\\') {
		return plainAddresses(s)
	}
	var pairs [][2]string
	if err := json.Unmarshal([]byte(s), &pairs); err != nil {
		return nil
	}
	list := make([]mail.Address, len(pairs))
	for i, p := range pairs {
		list[i] = mail.Address{Name: p[0], Addr: p[1]}
	}
	return list
}

// plainAddresses reads a column without escapes, as nearly all are, at a fraction of the cost: a list is shown for
// every row in view.
func plainAddresses(s string) []mail.Address {
	list := make([]mail.Address, 0, strings.Count(s, `"`)/4)
	next := func() (string, bool) {
		_, rest, ok := strings.Cut(s, `"`)
		if !ok {
			return "", false
		}
		var word string
		word, s, ok = strings.Cut(rest, `"`)
		return word, ok
	}
	for {
		name, ok1 := next()
		addr, ok2 := next()
		if !ok1 || !ok2 {
			return list
		}
		list = append(list, mail.Address{Name: name, Addr: addr})
	}
}
