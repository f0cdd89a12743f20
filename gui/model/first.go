package model

import (
	"context"

	"poplar/mail"
)

// Doctor tests settings.
type Doctor interface {
	// Test runs the doctor over an account that need not be saved, telling each step as it ends. With letter a message is
	// sent to oneself, retrieved and deleted when both servers are fine. It returns nil when every step was fine.
	Test(ctx context.Context, a mail.Account, secrets Secrets, letter bool, report func(mail.Finding)) error
}

// Finder looks for the servers of an address.
type Finder interface {
	// Find returns what it found, best first, and tells each answer when it is known and again when its servers have
	// been tried; calls of report do not overlap. No password is sent. Answers and an error may come together: without
	// a network what is built in still answers, and the error's Problem says mail.Offline.
	Find(ctx context.Context, address string, report func(mail.Found)) ([]mail.Found, error)
	// FindNamed asks the servers whose names the person was told for port and encryption. What it returns has the names
	// whether they answered or not; an error may come with it, as with Find. No password is sent.
	FindNamed(ctx context.Context, address string, names mail.Names) (mail.Found, error)
}

// SignIn is how a person signs in on a provider's page.
type SignIn struct {
	Account mail.Account // its OAuth says where
	Secret  string       // the client's own, or empty
	Device  bool         // by a code that is typed elsewhere
	Open    func(page string) error
	Show    func(page, code string) // of the device
	// Title, Done and Failed are what the browser shows at the end.
	Title, Done, Failed string
}

// FirstMinute is what leads from an address to an account that works.
type FirstMinute interface {
	Doctor
	Finder
	// Trial is the conversation of the last test, without secrets.
	Trial() []string
	// SignIn waits until the person has signed in on the provider's page, and returns what is to be kept as the secret of
	// mail.Tokens. It ends with ctx.
	SignIn(ctx context.Context, s SignIn) (string, error)
	// Foreign returns the accounts that other mail programs of this computer have. It reads their settings and changes
	// nothing; passwords are not among what it returns.
	Foreign(ctx context.Context) []mail.Foreign
	// TakeOver stores an account of another program, with what that has retrieved already, so that nothing comes twice.
	// With password the one that stands readable in the program's file is put into the keyring.
	TakeOver(ctx context.Context, f mail.Foreign, password bool) (mail.Account, error)
	// Demo starts another Poplar on a sample mailbox.
	Demo() error
}
