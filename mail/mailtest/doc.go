// Package mailtest has what tests of mail need, and the demo: a POP3 server and an SMTP server that misbehave on
// command ([POP3], [SMTP], [Script]), a certificate authority ([CA]), private Dovecot and Postfix instances
// ([StartDovecot], [StartPostfix]), a faulty connection ([Faulty]), a clock that is set by hand ([Clock]) and sample
// messages.
//
// The servers need no test around them: [NewPOP3] and [NewSMTP] return errors. [StartPOP3] and [StartSMTP] wrap them
// for tests.
package mailtest
