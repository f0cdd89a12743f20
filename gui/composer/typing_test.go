package composer

import (
	"testing"
	"time"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// The draft that is saved by itself holds the address that is being typed, and leaves it open.
func TestAnAddressThatIsTypedStaysOpen(t *testing.T) {
	k := open(t, letter())
	k.pause = time.Millisecond
	r := k.lines[model.To]
	kit.Focus(r.entry)
	r.entry.SetText("bob@birch.example")
	chips := len(r.chips)
	k.write(k.body.text, "A")
	kit.Focus(r.entry)
	k.until("saved", func() bool { return k.c.ID() == 101 && !k.saving })
	if r.entry.Text != "bob@birch.example" || len(r.chips) != chips {
		t.Errorf("%q is left in the line, with %d chips", r.entry.Text, len(r.chips))
	}
	k.e.mu.Lock()
	d := k.e.saved[0]
	k.e.mu.Unlock()
	if len(d.To) != chips+1 || d.To[chips] != (mail.Address{Addr: "bob@birch.example"}) {
		t.Errorf("the draft goes to %v", d.To)
	}
	k.Save(nil)
	k.until("saved for good", func() bool { return !k.saving && !k.c.Unsaved() })
	if r.entry.Text != "" || len(r.chips) != chips+1 {
		t.Errorf("%q is left in the line, with %d chips", r.entry.Text, len(r.chips))
	}
}
