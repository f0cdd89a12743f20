package people

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-vcard"

	"poplar/mail"
)

// cardsMost bounds what one file of vCards may bring.
const cardsMost = 100_000

// Read reads vCards of version 2.1, 3.0 or 4.0. A card with several addresses gives a person for each; cards of groups
// give groups, whose members are found by address, UID or, in the form of macOS, by X-ADDRESSBOOKSERVER-MEMBER. What
// could be read comes back with the error.
func Read(r io.Reader) (list []mail.Person, groups []mail.PeopleGroup, err error) {
	dec := vcard.NewDecoder(r)
	byUID := map[string]mail.Address{}
	type membership struct {
		name    string
		members []string
	}
	var waiting []membership
	for n := 0; ; n++ {
		card, err := dec.Decode()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return list, groups, fmt.Errorf("card %d cannot be read: %w", n+1, err)
		}
		if n >= cardsMost {
			return list, groups, fmt.Errorf("there are more than %d cards", cardsMost)
		}
		if strings.EqualFold(card.Value("KIND"), "group") || strings.EqualFold(card.Value("X-ADDRESSBOOKSERVER-KIND"), "group") {
			waiting = append(waiting, membership{nameOf(card), append(card.Values("MEMBER"), card.Values("X-ADDRESSBOOKSERVER-MEMBER")...)})
			continue
		}
		name := nameOf(card)
		org := strings.Trim(strings.ReplaceAll(card.Value("ORG"), ";", " "), " ")
		for i, addr := range addresses(card) {
			p := mail.Person{Address: mail.Address{Name: name, Addr: addr}, Kept: true, Org: org, Phone: card.PreferredValue("TEL"), Note: card.Value("NOTE")}
			p.Phone = strings.TrimPrefix(p.Phone, "tel:")
			list = append(list, p)
			if uid := card.Value("UID"); uid != "" && i == 0 {
				byUID[strings.TrimPrefix(uid, "urn:uuid:")] = p.Address
			}
		}
	}
	for _, m := range waiting {
		g := mail.PeopleGroup{Name: m.name}
		for _, member := range m.members {
			if addr, ok := strings.CutPrefix(member, "mailto:"); ok {
				g.Members = append(g.Members, mail.Address{Addr: addr})
			} else if a, ok := byUID[strings.TrimPrefix(member, "urn:uuid:")]; ok {
				g.Members = append(g.Members, a)
			}
		}
		if g.Name != "" && len(g.Members) > 0 {
			groups = append(groups, g)
		}
	}
	return list, groups, nil
}

// nameOf is the name of a card: as it is to be shown, or put together from its parts.
func nameOf(card vcard.Card) string {
	if fn := card.PreferredValue("FN"); strings.TrimSpace(fn) != "" {
		return oneLine(fn)
	}
	n := card.Name()
	if n == nil {
		return ""
	}
	if n.FamilyName != "" && sounds(n.FamilyName) != nil {
		return oneLine(n.FamilyName + n.GivenName)
	}
	return oneLine(strings.Join(strings.Fields(n.GivenName+" "+n.AdditionalName+" "+n.FamilyName), " "))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// addresses are a card's addresses, the preferred one first.
func addresses(card vcard.Card) []string {
	var list []string
	seen := map[string]bool{}
	add := func(s string) {
		s = strings.TrimSpace(strings.TrimPrefix(s, "mailto:"))
		if key := strings.ToLower(s); strings.Contains(s, "@") && !strings.ContainsAny(s, " \r\n<>") && !seen[key] {
			seen[key] = true
			list = append(list, s)
		}
	}
	add(card.PreferredValue("EMAIL"))
	for _, v := range card.Values("EMAIL") {
		add(v)
	}
	return list
}

// Write writes vCards: of version 4.0, or with old of version 3.0, which more programs read.
func Write(w io.Writer, list []mail.Person, groups []mail.PeopleGroup, old bool) error {
	enc := vcard.NewEncoder(w)
	version := "4.0"
	if old {
		version = "3.0"
	}
	for _, p := range list {
		card := vcard.Card{}
		card.SetValue("VERSION", version)
		name := p.Name
		if name == "" {
			name = p.Addr
		}
		card.SetValue("FN", oneLine(name))
		card.SetName(&vcard.Name{GivenName: oneLine(p.Name)})
		card.SetValue("EMAIL", oneLine(p.Addr))
		if p.Org != "" {
			card.SetValue("ORG", oneLine(p.Org))
		}
		if p.Phone != "" {
			card.SetValue("TEL", oneLine(p.Phone))
		}
		if p.Note != "" {
			card.SetValue("NOTE", p.Note)
		}
		if err := enc.Encode(card); err != nil {
			return fmt.Errorf("the card of %s cannot be written: %w", p.Addr, err)
		}
	}
	for _, g := range groups {
		card := vcard.Card{}
		card.SetValue("VERSION", version)
		card.SetValue("FN", oneLine(g.Name))
		card.SetName(&vcard.Name{FamilyName: oneLine(g.Name)})
		kind, member := "KIND", "MEMBER"
		if old {
			kind, member = "X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER"
		}
		card.SetValue(kind, "group")
		for _, a := range g.Members {
			card.AddValue(member, "mailto:"+oneLine(a.Addr))
		}
		if err := enc.Encode(card); err != nil {
			return fmt.Errorf("the group %s cannot be written: %w", g.Name, err)
		}
	}
	return nil
}
