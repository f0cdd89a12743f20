// Package wire makes the connections of Poplar: it resolves, dials, encrypts, chooses how to log in and keeps a
// transcript without secrets.
//
// A [Conn] is bound to a context and has an idle limit for each read and write that no later SetDeadline can lift, so
// that a client library which knows neither contexts nor sensible limits cannot hang on it. TLS is 1.2 or newer and
// is verified against the system's authorities, the account's own CA file and the leaf certificates a person chose to
// trust for that host (RFC 8314, RFC 2595, RFC 3207).
//
// Every failure is an [*Error], which knows its [mail.Kind].
package wire
