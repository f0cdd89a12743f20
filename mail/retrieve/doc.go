// Package retrieve makes one visit to a POP3 mailbox: it lists, plans, fetches, has everything stored, and only then
// deletes what the account's policy wants deleted. It never loses a message and never stores one twice, whatever the
// server does and wherever the visit is cut off; docs/pop3.md has the rules, the table of faults and the states of the
// ledger.
//
// [Plan] decides, as a pure function of the listing, the ledger, the policy and the time. [Run] carries out, over as
// many sessions as a server that hangs up early makes necessary. Messages are read by the goroutine that calls Run and
// stored by one other, so that the line stays full while a batch is being committed; both have ended when Run returns.
package retrieve
