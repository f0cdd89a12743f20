package message

import "poplar/mail"

// bounce reads a delivery report; nil when the message is none.
func (t *tree) bounce(string) []mail.Bounced { return nil }
