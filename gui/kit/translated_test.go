package kit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every text that the window gives to T or N has its Chinese, with the same arguments. gui/model has a test of its own.
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
		own := map[string]string{}
		if err := json.Unmarshal(src, &own); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		for k, v := range own {
			if was, ok := zh[k]; ok && was != v {
				t.Errorf("%s: %q is %q here and %q elsewhere: they need different English", f, k, v, was)
			}
			zh[k] = v
		}
	}
	call := regexp.MustCompile(`\b(?:kit\.)?[TN]\((?:[a-z][a-zA-Z.]*(?:\([a-zA-Z.]*\))?(?:[-+]\d)?, )?("(?:[^"\\]|\\.)*")(?:,\s*("(?:[^"\\]|\\.)*"))?`)
	for _, pattern := range []string{"../*.go", "../*/*.go"} {
		sources, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range sources {
			if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "../model/") {
				continue
			}
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range call.FindAllStringSubmatch(string(src), -1) {
				q := m[1]
				if strings.Contains(m[0], "N(") && m[2] != "" { // Chinese has the plural's translation alone
					q = m[2]
				}
				var s string
				if err := json.Unmarshal([]byte(q), &s); err != nil {
					t.Errorf("%s: %s: %v", name, q, err)
				}
				if strings.Contains(m[0], "N(") && !strings.Contains(s, "%") {
					t.Errorf("%s: %q counts and has no place for the number", name, s)
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
