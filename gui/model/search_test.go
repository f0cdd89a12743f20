package model

import (
	"slices"
	"testing"
)

func TestSearchWords(t *testing.T) {
	for query, want := range map[string][]string{
		"":                         nil,
		"  ":                       nil,
		"floor plan":               {"floor", "plan"},
		`"floor plan" From:Marta`:  {"floor plan", "Marta"},
		`subject:"second round" x`: {"second round", "x"},
		"会议纪要　评审":                  {"会议纪要", "评审"},
		"from:":                    nil,
		`"open`:                    {"open"},
		"re: plan*":                {"re:", "plan"},
		"from:ＭＡＲＴＡ":               {"ＭＡＲＴＡ"},
	} {
		if got := SearchWords(query); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}
