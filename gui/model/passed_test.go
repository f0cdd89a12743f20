package model

import "testing"

func TestPassedOn(t *testing.T) {
	for subject, want := range map[string]bool{
		"Fwd: plan": true, "FW: plan": true, "WG: Plan": true, "转发：计划": true, "转发: 计划": true, "Re: Fwd: plan": false, "Re: plan": false,
		"plan": false, "回复：转发：计划": false, "": false, "a plan: how we go on from here": false,
	} {
		if got := PassedOn(subject); got != want {
			t.Errorf("%q: %v", subject, got)
		}
	}
}
