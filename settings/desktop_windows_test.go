package settings

import (
	"testing"

	"golang.org/x/sys/windows/registry"
)

func TestStartAtLogin(t *testing.T) {
	d := &Desktop{Args: []string{"--profile", `C:\Users\Anna\my mail`}, program: `C:\Program Files\Poplar\poplar.exe`, system: desktop{name: "Poplar, tried by a test"}}
	t.Cleanup(func() {
		if err := d.StartAtLogin(false); err != nil {
			t.Error(err)
		}
	})
	for _, want := range []bool{false, true, true, false, false} {
		if err := d.StartAtLogin(want); err != nil {
			t.Fatal(err)
		}
		if on, err := d.StartsAtLogin(); on != want || err != nil {
			t.Fatalf("asked for %v, got %v, %v", want, on, err)
		}
		if !want {
			continue
		}
		k, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := k.GetStringValue(d.system.name)
		if err != nil {
			t.Fatal(err)
		}
		if want := `"C:\Program Files\Poplar\poplar.exe" --profile "C:\Users\Anna\my mail" --hidden`; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestMailLinksAreOthersAtFirst(t *testing.T) {
	if on, err := new(Desktop).OpensMailLinks(t.Context()); err != nil || on {
		t.Errorf("Poplar is not installed here, and opens mail links: %v, %v", on, err)
	}
}
