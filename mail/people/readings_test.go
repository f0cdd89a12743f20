package people

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mozillazg/go-pinyin"
)

var update = flag.Bool("update", false, "write readings.txt anew")

// The table is what go-pinyin says, without tones.
func TestReadings(t *testing.T) {
	a := pinyin.NewArgs()
	a.Heteronym = true
	want := map[rune]string{}
	for code := range pinyin.PinyinDict {
		var sounds []string
		for _, s := range pinyin.SinglePinyin(rune(code), a) {
			if s != "" && !slices.Contains(sounds, s) {
				sounds = append(sounds, s)
			}
		}
		want[rune(code)] = strings.Join(sounds, " ")
	}
	if *update {
		lines := map[string][]rune{}
		for r, sounds := range want {
			lines[sounds] = append(lines[sounds], r)
		}
		var text []string
		for sounds, list := range lines {
			slices.Sort(list)
			text = append(text, sounds+"\t"+string(list))
		}
		slices.Sort(text)
		if err := os.WriteFile("readings.txt", []byte(strings.Join(text, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for r, sounds := range want {
		if got := strings.Join(readingsOf(r), " "); got != sounds {
			t.Errorf("%c is read %q, not %q", r, got, sounds)
		}
	}
	if got := readingsOf('x'); len(got) != 0 {
		t.Errorf("x is read %q", got)
	}
}
