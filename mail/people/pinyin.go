package people

import (
	_ "embed"
	"strings"
	"sync"
)

// readings.txt has the readings of some 41,000 characters, one line for all that are read alike: the readings without
// tones, the most common first, with a blank between; a tab; the characters. It was made by readings_test.go out of the
// table of go-pinyin, which as a Go map costs every start of the program four megabytes, whether somebody looks for a
// Chinese name or not.
//
//go:embed readings.txt
var readingsText string

// readings finds the line of a character.
var readings = sync.OnceValue(func() map[rune]string {
	all := make(map[rune]string, 42000)
	for line := range strings.SplitSeq(readingsText, "\n") {
		sounds, characters, _ := strings.Cut(line, "\t")
		for _, r := range characters {
			all[r] = sounds
		}
	}
	return all
})

// readingsOf are the readings of a character without tones, the most common first; none for one that has none.
func readingsOf(r rune) []string {
	return strings.Fields(readings()[r])
}
