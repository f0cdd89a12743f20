// Package submit hands a message to a submission server: SMTP (RFC 5321, 6409) with STARTTLS (RFC 3207), AUTH
// (RFC 4954), SIZE (RFC 1870), 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), PIPELINING (RFC 2920) and enhanced status codes
// (RFC 2034, 3463).
//
// The dialogue is that of go-smtp's client. It talks through a link of ours that lies between it and the wire: the
// link pipelines, keeps the server's own words, writes the transcript and knows whether the final dot has left, on
// which everything depends that must not be sent twice.
//
// [Send] submits one message. A [Session] submits several over one connection. [Probe] tries everything but a message.
package submit
