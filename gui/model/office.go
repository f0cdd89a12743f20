package model

import (
	"strings"

	"poplar/mail"
)

// Office is what a person was told about the servers of an organisation that publishes none: their names inside and
// outside of it, as typed. A port may follow each.
type Office struct {
	In, InOutside   string
	Out, OutOutside string
	Own             bool // sending has names of its own
}

// names are the two of a side.
func (o Office) names(d mail.Direction) (inside, outside string) {
	if d == mail.Outgoing && o.Own {
		return strings.TrimSpace(o.Out), strings.TrimSpace(o.OutOutside)
	}
	return strings.TrimSpace(o.In), strings.TrimSpace(o.InOutside)
}

// Check says, as an English sentence, what is wrong with one of the four names; empty when nothing is. One name of a
// side is enough.
func (o Office) Check(field Field) string {
	d := mail.Incoming
	if field == FieldOutHost || field == FieldOutOther {
		if d = mail.Outgoing; !o.Own {
			return ""
		}
	}
	inside, outside := o.names(d)
	if field == FieldInOther || field == FieldOutOther {
		return checkOther(outside)
	}
	if inside == "" && outside == "" {
		return checkHost("")
	}
	return checkOther(inside)
}

// Names are what is typed, the one for inside first.
func (o Office) Names() mail.Names {
	list := func(d mail.Direction) []string {
		inside, outside := o.names(d)
		var names []string
		for _, n := range []string{inside, outside} {
			if n != "" && (len(names) == 0 || names[0] != n) {
				names = append(names, n)
			}
		}
		return names
	}
	return mail.Names{Incoming: list(mail.Incoming), Outgoing: list(mail.Outgoing)}
}

// Put takes the names into f as they are, with the usual ports where none is given. A side without names stays.
func (o Office) Put(f *Form) {
	names := o.Names()
	for d, list := range map[mail.Direction][]string{mail.Incoming: names.Incoming, mail.Outgoing: names.Outgoing} {
		if len(list) == 0 {
			continue
		}
		f.Side(d).take(d, mail.Server{})
		f.SetHost(d, list[0])
		if len(list) > 1 {
			f.Side(d).Other = list[1]
		}
	}
	if f.In.User == "" {
		f.In.User = f.Address
	}
}
