package model

import (
	"context"
	"io"

	"poplar/mail"
)

// AddressBook is the people that the person writes to and hears from.
type AddressBook interface {
	// Suggest returns what a few typed letters may mean, likeliest first. Addresses in except (lower case) are left out.
	Suggest(ctx context.Context, typed string, n int, except []string) ([]mail.Suggestion, error)
	// People returns everybody by name, Chinese by pinyin.
	People(ctx context.Context) ([]mail.Person, error)
	// SavePerson puts an entry in; was is the address it had before, empty for a new one.
	SavePerson(ctx context.Context, was string, p mail.Person) error
	// DropPeople throws addresses out. They stay out until something is sent there.
	DropPeople(ctx context.Context, addrs []string) error
	PeopleGroups(ctx context.Context) ([]mail.PeopleGroup, error)
	// SavePeopleGroup stores a group in place of the one called was; one without members is taken away.
	SavePeopleGroup(ctx context.Context, was string, g mail.PeopleGroup) error
	// ImportCards puts in what vCards hold and returns how many people that were, also together with an error.
	ImportCards(ctx context.Context, r io.Reader) (int, error)
	// ExportCards writes vCards of everybody, or of addrs alone; old is version 3.0 rather than 4.0.
	ExportCards(ctx context.Context, w io.Writer, addrs []string, old bool) error
}
