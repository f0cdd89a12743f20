package message

import "unicode/utf8"

// detect guesses the character set of 8-bit text that names none: UTF-8 when it is valid (no other text looks like
// it), else the best of the candidates by how common the characters are that come out.
func detect(b []byte) *codec {
	if len(b) > 64<<10 {
		b = b[:64<<10]
		for i := 0; i < 3 && len(b) > 0 && !utf8.Valid(b[len(b)-1:]); i++ {
			b = b[:len(b)-1]
		}
	}
	if utf8.Valid(b) {
		return cUTF8
	}
	return cLatin1
}
