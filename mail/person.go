package mail

import "time"

// Person is an entry of the address book. Most are learnt from what is sent and received.
type Person struct {
	Address
	Sent     int       // messages the person at this computer sent there
	Received int       // messages that came from there
	Last     time.Time // of the newest of them; zero where there is none
	Kept     bool      // put in, or changed, by hand: learning does not rename it
	Org      string
	Phone    string
	Note     string
}

// PeopleGroup is a name for several people, written to as one.
type PeopleGroup struct {
	Name    string
	Members []Address
}

// Suggestion is one thing that a few typed letters may mean: a person, or a group.
type Suggestion struct {
	Person
	Group *PeopleGroup // nil: it is the person
}
