package retrieve

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"poplar/mail"
	"poplar/mail/pop3"
)

// Settled is what a visit found that left nothing to be done: as long as the server lists exactly the same, and the
// ledger has not been changed by anybody, the next one has nothing to do either and need not compare thousands of rows
// to find that out. It can be kept as JSON. The zero value is no such finding.
type Settled struct {
	Listing string    `json:"listing"` // digest of all message numbers and unique-ids
	Count   int       `json:"count"`   // as STAT said
	Octets  int64     `json:"octets"`  // as STAT said, equal to the sum of the sizes in the ledger
	Ledger  string    `json:"ledger"`  // Gist of the ledger after that visit
	Until   time.Time `json:"until"`   // the next thorough comparison
}

// settledFor is how long a finding lasts: rows whose time has come are still forgotten in time.
const settledFor = 24 * time.Hour

// listingOf is the digest of a listing.
func listingOf(ids []pop3.UID) string {
	h := sha256.New()
	var buf []byte
	for _, id := range ids {
		buf = binary.AppendUvarint(buf, uint64(id.N))
		buf = binary.AppendUvarint(buf, uint64(len(id.UIDL)))
		buf = append(buf, id.UIDL...)
		if len(buf) > 8<<10 {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	h.Write(buf)
	return hex.EncodeToString(h.Sum(nil))
}

// settles says whether policy and server are such that time alone, or what the person does here, makes nothing due.
func (r *run) settles() bool {
	k := r.Account.Keep.Mode
	return r.Gist != nil && (k == mail.KeepForever || k == "") && !r.windowed
}

// before returns what the last visit found, if the ledger is as it was then.
func (r *run) before(ctx context.Context) Settled {
	if !r.settles() || r.Settled.Listing == "" || !r.Now().Before(r.Settled.Until) || r.Settled.Until.Sub(r.Now()) > settledFor {
		return Settled{}
	}
	gist, err := r.Gist(ctx)
	if err != nil || gist == "" || gist != r.Settled.Ledger {
		return Settled{}
	}
	return r.Settled
}

// unchanged says whether the server lists what it listed when nothing was left to be done.
func (s *session) unchanged(ids []pop3.UID, count int, octets int64) bool {
	last := s.last
	return last.Listing != "" && count == last.Count && octets == last.Octets && count == len(ids) && listingOf(ids) == last.Listing
}

// settle keeps what this session found, where it left nothing to be done. complete says that all that it set out to
// fetch has been stored.
func (s *session) settle(ctx context.Context, complete bool) {
	a := s.acts
	if s.Settle == nil || !s.settles() || !complete || s.found.Listing == "" || s.more ||
		len(a.Skip)+len(a.Verify)+len(a.Nameless)+len(a.Delete)+len(a.Missing)+len(a.Forget)+len(s.doomed)+len(s.report.Refused) > 0 {
		return
	}
	gist, err := s.Gist(ctx)
	if err != nil || gist == "" {
		return
	}
	s.found.Ledger, s.found.Until = gist, s.Now().Add(settledFor)
	s.Settle(s.found)
}
