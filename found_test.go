package main

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"poplar/mail/autoconfig"
)

// What the search for servers has to say is shown as it is, so each sentence has its Chinese.
func TestWordsOfTheSearchAreTranslated(t *testing.T) {
	src, err := os.ReadFile("assets/i18n/zh/setup.json")
	if err != nil {
		t.Fatal(err)
	}
	zh := map[string]string{}
	if err := json.Unmarshal(src, &zh); err != nil {
		t.Fatal(err)
	}
	for _, s := range slices.Concat(autoconfig.Notes, autoconfig.Reasons) {
		if zh[s] == "" {
			t.Errorf("%q has no Chinese", s)
		}
	}
}
