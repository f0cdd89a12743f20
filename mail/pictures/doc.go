// Package pictures fetches the pictures of a message from the network, once the person has said so, and nothing else.
//
// It is the only place in Poplar that follows an address out of a message, so it trusts none: it sends no cookies, no
// referrer and nothing that tells one reader from another, speaks to ports 80 and 443 of public addresses only, and
// has limits on size, time, pixels and redirects. What an address resolves to is looked at where the connection is
// made, after the name was resolved, so that a name whose answer changes cannot lead into the person's own network.
package pictures
