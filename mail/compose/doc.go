// Package compose makes outgoing messages: new ones, answers and forwards (New, Answer), their bytes (Build), drafts
// that come back exactly as they were left (BuildDraft, ParseDraft), and the envelope of finished messages
// (Recipients, FromRFC822, Prepare).
//
// What it writes is plain RFC 5322 with CRLF line ends: header words by RFC 2047, parameters by RFC 2231 (and file
// names a second time in the form that readers without RFC 2231 understand), bodies by RFC 2045 and 3676, no line over
// 998 octets. No value, whatever it holds, can end a header field. Attachments are streamed and never whole in memory.
package compose
