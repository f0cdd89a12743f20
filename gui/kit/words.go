package kit

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2/lang"

	"poplar/assets"
)

// table is the language of the moment: nil for English, whose texts are the keys.
var table atomic.Pointer[map[string]string]

// translations reads the files of a language once.
var translations = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	dir := assets.Translations("zh")
	names, _ := fs.Glob(dir, "*.json")
	for _, name := range names {
		src, err := fs.ReadFile(dir, name)
		if err != nil {
			continue
		}
		var words map[string]string
		if json.Unmarshal(src, &words) != nil { // a test reads every file, so this does not ship
			continue
		}
		for k, v := range words {
			all[k] = v
		}
	}
	return all
})

// SetLanguage chooses "en", "zh" or (anything else) what the system says. Texts already on the screen stay until
// their widgets are made anew.
func SetLanguage(choice string) {
	if choice != "en" && choice != "zh" {
		choice = "en"
		if strings.HasPrefix(strings.ToLower(lang.SystemLocale().LanguageString()), "zh") {
			choice = "zh"
		}
	}
	if choice == "en" {
		table.Store(nil)
		return
	}
	words := translations()
	table.Store(&words)
}

// Language is the language of the moment, "en" or "zh".
func Language() string {
	if table.Load() == nil {
		return "en"
	}
	return "zh"
}

// T returns s, an English text, in the language of the moment, with args put in as fmt.Sprintf does. A text without
// a translation stays English.
func T(s string, args ...any) string {
	if words := table.Load(); words != nil {
		if w, ok := (*words)[s]; ok {
			s = w
		}
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// N is T for a text that counts: one where n is 1, else many. n is the first argument put in, args follow. Chinese
// has one form, which is the translation of many.
func N(n int, one, many string, args ...any) string {
	s := many
	if n == 1 && table.Load() == nil {
		s = one
	}
	return T(s, append([]any{counted(n)}, args...)...)
}

// Count is a number as it is written by itself, with its thousands apart.
func Count(n int) string { return fmt.Sprint(counted(n)) }

// counted is a number that is written with its thousands apart.
type counted int

// Format implements fmt.Formatter.
func (c counted) Format(f fmt.State, _ rune) {
	digits := strconv.Itoa(int(c))
	for i, d := range digits {
		if left := len(digits) - i; i > 0 && left%3 == 0 && digits[i-1] != '-' {
			_, _ = f.Write([]byte{','})
		}
		_, _ = f.Write([]byte(string(d)))
	}
}
