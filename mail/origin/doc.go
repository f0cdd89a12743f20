// Package origin judges how far the sender that a message names can be believed: by what the account's own server wrote
// down about it (Authentication-Results, RFC 8601), by the message's DKIM signatures (RFC 6376), which are checked here,
// and by what is odd about the names in it. A result counts when its domain is in line with the domain of From, as
// DMARC (RFC 7489 section 3.1) has it. What anybody on the way can write into a message is never believed.
package origin
