package setup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every text of this package, and of the form controls, has its Chinese.
func TestEverythingIsTranslated(t *testing.T) {
	zh := map[string]string{}
	files, err := filepath.Glob("../../assets/i18n/zh/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(src, &zh); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
	call := regexp.MustCompile(`\b(?:kit\.)?[TN]\((?:[a-z][a-zA-Z.]*, )?("(?:[^"\\]|\\.)*")(?:,\s*("(?:[^"\\]|\\.)*"))?`)
	for _, pattern := range []string{"*.go", "../kit/*.go"} {
		sources, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range sources {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range call.FindAllStringSubmatch(string(src), -1) {
				texts := m[1:2]
				if strings.Contains(m[0], "N(") {
					texts = m[1:]
				}
				for _, q := range texts {
					var s string
					if q == "" || json.Unmarshal([]byte(q), &s) != nil {
						continue
					}
					if zh[s] == "" {
						t.Errorf("%s: %q has no Chinese", name, s)
					} else if strings.Count(zh[s], "%") != strings.Count(s, "%") {
						t.Errorf("%s: %q and %q take different arguments", name, s, zh[s])
					}
				}
			}
		}
	}
}
