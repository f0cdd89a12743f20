// Package outbox decides what is sent, when, and what became of it. Its promise: a message is never given to a server
// a second time for a recipient who may have it, unless the person asks for that, and none is lost.
//
// A message is queued, then due; before its DATA it is marked in flight, committed; the receipt makes it sent, deferred
// (tried again after Backoff), failed (kept, with the server's words) or uncertain (the answer to the final dot was lost).
// What a crash leaves in flight becomes uncertain at the next start (Recover). Decisions are pure functions (due, after,
// Again); Work is the loop that reads, submits and writes down.
package outbox
