// Package people knows what an address book needs to know: who is meant by a few typed letters, how people are ranked,
// and vCards (RFC 2426, RFC 6350). It holds no data of its own; the store keeps the people.
package people
