package message

import "strings"

// statusOf finds the status (RFC 3463) that lines tell: a code of that form, else one made of an SMTP reply code and
// of the words.
func statusOf(lines []string) string {
	var firm, loose, class string
	for _, line := range lines {
		if len(line) > 4000 {
			line = line[:4000]
		}
		for i := 0; i < len(line); i++ {
			c := line[i]
			if c != '2' && c != '4' && c != '5' || i > 0 && (isAlnum(line[i-1]) || line[i-1] == '.') {
				continue
			}
			if code := statusCode(line[i:]); code != "" {
				if isFirm(line[:i]) {
					firm = better(firm, code)
				} else {
					loose = better(loose, code)
				}
				i += len(code) - 1
			} else if c != '2' && isReply(line, i) && (class == "" || c == '5') {
				class = line[i : i+1]
			}
		}
	}
	if firm != "" {
		return firm
	}
	if loose != "" {
		return loose
	}
	even := evenText(strings.Join(lines, "\n"))
	for _, r := range reasons {
		if r.words.in(even) {
			if class == "" {
				class = r.class
			}
			return class + r.detail
		}
	}
	if class != "" {
		return class + ".0.0"
	}
	return ""
}

// better keeps the first code of a failure that says more than its class.
func better(have, code string) string {
	if have == "" || have[0] == '2' || code[0] != '2' && strings.HasSuffix(have, ".0.0") {
		return code
	}
	return have
}

// statusCode returns the class.subject.detail that s starts with, "" when it is none.
func statusCode(s string) string {
	if len(s) < 5 || s[1] != '.' || s[2] < '0' || s[2] > '7' || s[3] != '.' {
		return ""
	}
	i := 4
	for i < len(s) && i < 8 && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 4 || i == 8 || i < len(s) && isAlnum(s[i]) || i+1 < len(s) && s[i] == '.' && s[i+1] >= '0' && s[i+1] <= '9' {
		return ""
	}
	return s[:i]
}

// isFirm says whether what stands before a code of that form makes it a status rather than a version number.
func isFirm(before string) bool {
	b := strings.TrimRight(before, " \t")
	if b == "" {
		return true
	}
	switch b[len(b)-1] {
	case '#', '(', '[', '<', '"', '\'':
		return true
	case '-', ':':
		b = strings.TrimRight(b[:len(b)-1], " \t")
	}
	n := len(b)
	if n >= 3 && (b[n-3] == '4' || b[n-3] == '5' || b[n-3] == '2') && isDigit(b[n-2]) && isDigit(b[n-1]) && (n == 3 || !isAlnum(b[n-4])) {
		return true
	}
	low := strings.ToLower(b[max(0, n-8):])
	return strings.HasSuffix(low, "status") || strings.HasSuffix(low, "smtp;") || strings.HasSuffix(low, "code")
}

// isReply says whether an SMTP reply code of a failure stands at line[i].
func isReply(line string, i int) bool {
	if i+3 > len(line) || !isDigit(line[i+1]) || !isDigit(line[i+2]) {
		return false
	}
	if line[i] == '4' && (line[i+1] < '2' || line[i+1] > '5') || line[i] == '5' && line[i+1] > '5' && line[i+1] != '7' {
		return false
	}
	if i+3 < len(line) && strings.IndexByte(" -:,)]\t", line[i+3]) < 0 {
		return false
	}
	return i == 0 || strings.IndexByte(" \t[<(\"':=;", line[i-1]) >= 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlnum(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
