// Package pop3 speaks POP3 as a client: RFC 1939 (the protocol), RFC 2449 (CAPA, PIPELINING, response codes), RFC 3206
// ([AUTH], [SYS/TEMP], [SYS/PERM]), RFC 2595 (STLS) and RFC 5034 (AUTH).
//
// It is built for two things. It is fast: login, STAT and UIDL travel in one flight where the server allows it, and a
// series of RETR keeps the line full while memory stays bounded. And it trusts no server: replies of any length are
// read in bounded memory, a listing has limits, and a message ends at its terminator and nowhere else, whatever the
// announced octet count says.
//
// A Client is used by one goroutine at a time. After an I/O error or a breach of protocol it is spent: every further
// command returns that first error.
package pop3
