package cli

import (
	"os"
	"strings"
)

// language resolves a language preference: "en" or "zh"; "system" follows the environment.
func language(preference string) string {
	if preference == "en" || preference == "zh" {
		return preference
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}
