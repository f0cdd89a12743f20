package mail

// Foreign is an account as another mail program has it.
type Foreign struct {
	Program string // "Thunderbird", "Claws Mail", "Sylpheed", "Evolution", "Outlook"
	File    string // where it was read
	Account Account
	// Held is what that program has retrieved and knows to be on the server still. Account and Message are not set.
	Held []LedgerRow
	// Readable: the program's file holds the password so that anybody can read it.
	Readable bool
	// Left says, as an English sentence without full stop, what could not be taken along; empty where nothing is amiss.
	Left string
}
