// Package remote has the windows onto what lies on a server: an account's mailbox there, to be looked at, fetched from
// and tidied, and the messages that the server would not give.
package remote
