package wire

import (
	"encoding/base64"
	"slices"
	"strings"
)

// masked stands where a secret was.
const masked = "•••"

// script follows one conversation as far as is needed to know which client lines are secrets.
type script struct {
	// mechanism is that of the AUTH under way, "" when there is none.
	mechanism string
	initial   bool // its command carried the first response
	steps     int  // responses sent so far
	// asked: the last line of the server was a challenge. It is kept apart from mechanism because replies to commands
	// that were pipelined before AUTH end nothing.
	asked bool
}

// followers are commands that a client may send in one flight with AUTH. None of them is the base64 of
// anything a person can type, so they are shown where every other line would be taken for a response.
var followers = []string{"STAT", "UIDL", "LIST", "CAPA", "NOOP", "QUIT", "RSET"}

// sent returns what may be shown of a client line and the secrets that it holds.
func (s *script) sent(line string) (shown string, secrets []string) {
	line = strings.TrimRight(line, "\r\n")
	if s.mechanism != "" || s.asked {
		if line == "*" || (s.initial && !s.asked && slices.Contains(followers, line)) {
			return line, nil
		}
		s.asked = false
		s.steps++
		return masked, s.secretsOf(line)
	}
	verb, rest := cut(line)
	switch strings.ToUpper(verb) {
	case "PASS":
		return verb + " " + masked, nonEmpty(strings.TrimSpace(rest))
	case "APOP":
		user, digest := cut(rest)
		return verb + " " + user + " " + masked, nonEmpty(digest)
	case "AUTH":
		mechanism, response := cut(rest)
		if mechanism == "" {
			return verb, nil // a question for the list of mechanisms
		}
		*s = script{mechanism: strings.ToUpper(mechanism), initial: response != ""}
		if response == "" {
			return verb + " " + mechanism, nil
		}
		s.steps++
		return verb + " " + mechanism + " " + masked, s.secretsOf(response)
	}
	return line, nil
}

// received notes whether the server asks for more.
func (s *script) received(line string) {
	line = strings.TrimRight(line, "\r\n")
	s.asked = line == "+" || strings.HasPrefix(line, "+ ") || strings.HasPrefix(line, "334")
	if !s.asked {
		s.mechanism = ""
	}
}

// secretsOf returns what must never be shown again of a response: the response itself and the password in it.
func (s *script) secretsOf(response string) []string {
	response = strings.TrimSpace(response)
	secrets := nonEmpty(response)
	if response == "=" {
		return nil
	}
	plain, err := base64.StdEncoding.DecodeString(response)
	if err != nil {
		return secrets
	}
	text := string(plain)
	switch s.mechanism {
	case Login:
		// The user's name comes first; it is no secret, and as a common word it would black out half a transcript.
		if s.steps > 1 {
			secrets = append(secrets, nonEmpty(text)...)
		}
	case Plain:
		if i := strings.LastIndexByte(text, 0); i >= 0 {
			text = text[i+1:]
		}
		secrets = append(secrets, nonEmpty(text)...)
	case XOAuth2, OAuthBearer:
		if _, token, ok := strings.Cut(text, "auth=Bearer "); ok {
			token, _, _ = strings.Cut(token, "\x01")
			secrets = append(secrets, nonEmpty(token)...)
		}
	case CramMD5:
		if i := strings.LastIndexByte(text, ' '); i >= 0 {
			secrets = append(secrets, nonEmpty(text[i+1:])...)
		}
	default:
		secrets = append(secrets, nonEmpty(text)...)
	}
	return secrets
}

func nonEmpty(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// cut splits off the first word.
func cut(s string) (word, rest string) {
	s = strings.TrimLeft(s, " \t")
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " \t")
}

// Redact masks secrets in a line of a server, which may quote what it was sent: as they are, in other capitals, and
// in base64 wherever they stand in the encoded text (so also the \0user\0password of PLAIN). Errors that show a
// server's words go through it.
func Redact(line string, secrets ...string) string {
	if len(secrets) == 0 || line == "" {
		return line
	}
	// The longest first: a short one inside it would leave its rest.
	secrets = slices.Clone(secrets)
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	for _, s := range secrets {
		for _, core := range cores(s) {
			line = maskRun(line, core)
		}
	}
	for _, s := range secrets {
		line = maskText(line, s)
	}
	return line
}

// maskText masks every occurrence of secret, whatever its ASCII capitals.
func maskText(line, secret string) string {
	if secret == "" {
		return line
	}
	low, want := lower(line), lower(secret)
	var b strings.Builder
	last := 0
	for {
		i := strings.Index(low[last:], want)
		if i < 0 {
			break
		}
		b.WriteString(line[last:last+i] + masked)
		last += i + len(secret)
	}
	if last == 0 {
		return line
	}
	b.WriteString(line[last:])
	return b.String()
}

// lower maps A-Z only, so that places in the result are places in s.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// cores returns what base64 makes of the secret at each of the three places it may have in a group of octets,
// without the characters at the ends that its neighbours take part in. One and two octets have no core; they are
// found as whole words.
func cores(secret string) []string {
	if secret == "" {
		return nil
	}
	if len(secret) < 3 {
		return []string{base64.StdEncoding.EncodeToString([]byte(secret))}
	}
	list := make([]string, 3)
	for shift := range list {
		coded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), secret...))
		list[shift] = coded[(shift*8+5)/6 : (shift+len(secret))*8/6]
	}
	return list
}

// maskRun masks every run of base64 characters that holds core: the rest of the run would tell the first and last
// octets of the secret, and its length.
func maskRun(line, core string) string {
	for from := 0; ; {
		i := strings.Index(line[from:], core)
		if i < 0 {
			return line
		}
		start, end := from+i, from+i+len(core)
		for start > 0 && isBase64(line[start-1]) {
			start--
		}
		for end < len(line) && isBase64(line[end]) {
			end++
		}
		line = line[:start] + masked + line[end:]
		from = start + len(masked)
	}
}

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '='
}
