// Package autoconfig finds the servers of a mail address: in a table that comes with Poplar, in what the domain or
// Mozilla's database publishes (the autoconfig format), in DNS (SRV records of RFC 6186 and RFC 8314, mail exchangers)
// and by trying the usual names.
//
// What is found is an offer. Every offer is probed with a connection up to the point where the server has greeted and
// TLS has verified its name; no password is sent here, and none can be sent later to a server that fails that test,
// because package wire makes it again. Answers that anybody on the line could have forged are marked.
package autoconfig
