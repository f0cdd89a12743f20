package model

import (
	"reflect"
	"testing"

	"poplar/mail"
)

func TestOffice(t *testing.T) {
	const missing, noName = "Type the server's name, like mail.example.com.", "This is no server name."
	for _, c := range []struct {
		name  string
		o     Office
		wrong [4]string // in, in outside, out, out outside
		want  mail.Names
	}{
		{"nothing", Office{}, [4]string{missing}, mail.Names{}},
		{"nothing for sending", Office{In: "in.corp.example", Own: true}, [4]string{2: missing}, mail.Names{Incoming: []string{"in.corp.example"}}},
		{
			"both, for both",
			Office{In: " in.corp.example:1995 ", InOutside: "mail.corp.example", Out: "bad name"},
			[4]string{},
			mail.Names{Incoming: []string{"in.corp.example:1995", "mail.corp.example"}, Outgoing: []string{"in.corp.example:1995", "mail.corp.example"}},
		},
		{
			"outside only, twice the same",
			Office{InOutside: "mail.corp.example", Out: "out.corp.example", OutOutside: "out.corp.example", Own: true},
			[4]string{},
			mail.Names{Incoming: []string{"mail.corp.example"}, Outgoing: []string{"out.corp.example"}},
		},
		{"wrong", Office{In: "in corp", InOutside: "a b", Out: "c d", OutOutside: "e f", Own: true}, [4]string{noName, noName, noName, noName}, mail.Names{
			Incoming: []string{"in corp", "a b"}, Outgoing: []string{"c d", "e f"},
		}},
	} {
		for i, f := range []Field{FieldInHost, FieldInOther, FieldOutHost, FieldOutOther} {
			if got := c.o.Check(f); got != c.wrong[i] {
				t.Errorf("%s: %s: %q, want %q", c.name, f, got, c.wrong[i])
			}
		}
		if got := c.o.Names(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	f := NewForm(mail.DefaultAccount())
	f.SetAddress("anna@corp.example")
	f.Suggest()
	Office{In: "in.corp.example:1995", InOutside: "mail.corp.example", Out: "out.corp.example", Own: true}.Put(f)
	a := f.Account()
	if a.Incoming.Host != "in.corp.example" || a.Incoming.Port != 1995 || a.Incoming.OtherHost != "mail.corp.example" || a.Outgoing.Host != "out.corp.example" || a.Outgoing.Port != 465 || a.Outgoing.OtherHost != "" {
		t.Errorf("by hand: %+v, %+v", a.Incoming, a.Outgoing)
	}
}
