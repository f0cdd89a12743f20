package origin

import (
	"cmp"
	"slices"
	"strings"

	"poplar/mail"
)

// enough is how many messages show what a server does.
const enough = 8

// Server is a server whose word counts for an account, and what it checks.
type Server struct {
	ID      string   `json:"id"` // its authserv-id (RFC 8601 section 2.5); "" for one that leaves it out, as Microsoft's do
	Methods []string `json:"methods"`
}

// Servers learns which servers stamp an account's mail, and what they check, from the headers of messages that were
// delivered lately. One counts when it stands above what came from outside, and for what is on most messages; with few
// messages it must be on each of them, and of the incoming server's own organisation. A server that never stamps has no
// word, and whoever writes its name into a message is not believed.
func Servers(lately []*mail.Message, incoming string) []Server {
	home := family(incoming)
	type claim struct{ id, method string }
	count := map[claim]int{}
	n := 0
	for _, m := range lately {
		if !hasField(m.Header, "Received") {
			continue
		}
		n++
		seen := map[claim]bool{}
		for _, s := range stamps(m.Header, home) {
			for _, r := range s.results {
				if c := (claim{s.server, r.Method}); !seen[c] {
					seen[c] = true
					count[c]++
				}
			}
		}
	}
	byID := map[string][]string{}
	for c, k := range count {
		own := slices.Contains(home, organisation(c.id)) || c.id == "" && slices.Contains(home, "office365.com")
		// Some servers of the own organisation stamp only what was there to be checked.
		if own && k*4 >= n && (n >= enough || k == n) || c.id != "" && n >= enough && k*10 >= n*8 {
			byID[c.id] = append(byID[c.id], c.method)
		}
	}
	var list []Server
	for id, methods := range byID {
		slices.Sort(methods)
		list = append(list, Server{id, methods})
	}
	slices.SortFunc(list, func(a, b Server) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

func hasField(header []mail.Field, name string) bool {
	return slices.ContainsFunc(header, func(f mail.Field) bool { return strings.EqualFold(f.Name, name) })
}

// trusted returns what the account's own servers wrote down. For each method only the topmost field counts: a server puts
// its own above what was there before.
func trusted(header []mail.Field, servers []Server, incoming string) (by string, results []mail.AuthResult) {
	if len(servers) == 0 {
		return "", nil
	}
	home := family(incoming)
	for _, s := range servers {
		home = append(slices.Clone(home), organisation(s.ID))
	}
	var settled []string
	for _, s := range stamps(header, home) {
		i := slices.IndexFunc(servers, func(k Server) bool { return k.ID == s.server })
		if i < 0 {
			continue
		}
		var now []string
		for _, r := range s.results {
			if slices.Contains(servers[i].Methods, r.Method) && !slices.Contains(settled, r.Method) {
				results = append(results, r)
				now = append(now, r.Method)
			}
		}
		settled = append(settled, now...)
		if by == "" && len(now) > 0 {
			by = cmp.Or(s.server, organisation(incoming))
		}
	}
	return by, results
}
