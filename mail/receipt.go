package mail

// ReceiptAsk is the wish of a message's sender to be told that it was read (RFC 8098).
type ReceiptAsk struct {
	To      []Address // who is to be told; empty: nobody asks, or the person has decided already
	Strange bool      // not, or not only, the sender: such wishes find out whether an address is read
}
