// Package message turns the bytes of a message into what a reader sees: fields, addresses, dates, bodies, parts,
// delivery reports (RFC 5322, 2045-2047, 2231, 3464, 3676). It never refuses a message and never panics: whatever is
// broken is read as well as it can be, and the oddity is named in Problems. Nothing larger than a text body is ever
// held in memory; parts are found by their offsets and decoded while they are read.
//
// Each tolerated oddity is marked QUIRK where it is handled and has its own sample in testdata; docs/mime.md lists
// them all.
package message
