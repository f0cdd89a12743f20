package retrieve

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"poplar/mail"
	"poplar/mail/pop3"
)

const (
	// headLines is how many lines of the body come of a message that is over the size limit: its text, as a rule,
	// since attachments stand behind it.
	headLines = 300
	// headOctets is about what that makes, for the pipeline's reckoning.
	headOctets = 20 << 10
)

// withHeads returns all that is to be fetched, in order: first lines among the small messages. A server without TOP
// gives none.
func (s *session) withHeads() []Item {
	if len(s.acts.Heads) == 0 || !s.topped || s.noHeads {
		return s.acts.Fetch
	}
	items := slices.Concat(s.acts.Heads, s.acts.Fetch)
	order(items)
	return items
}

// due says whether a stored message is to be deleted on the server: by the person's wish, or by the policy.
func (s *session) due(it Item) bool {
	if due(it.Row, s.Account.Keep, s.Now()) {
		return true
	}
	return s.acts.Surplus[it.N] && it.Row.Wish != mail.WishLeave && !it.Row.Partial
}

// head reads the first lines of a message and queues them.
func (r *reader) head(ctx context.Context, it Item, b *pop3.Body) error {
	var buf bytes.Buffer
	keep := limited{to: &buf, left: headLimit}
	if _, err := b.WriteTo(&keep); err != nil {
		return err
	}
	r.done++
	r.octets += int64(buf.Len())
	r.progress(r.total, false)
	a := arrival{item: it, raw: mail.Bytes(buf.Bytes())}
	if r.Read != nil {
		a.read = r.Read(a.raw)
	}
	if err := r.q.put(ctx, a); err != nil {
		r.local = true
		return err
	}
	return nil
}

// headRow is the row of a message whose first lines are about to be stored. It is not ok where they are here already:
// under another UIDL, or under this one, if only the announced size has changed.
func (d *deliverer) headRow(ctx context.Context, it Item, raw mail.Raw) (row mail.LedgerRow, ok bool, err error) {
	if d.headed == nil {
		d.headed = map[key]bool{}
	}
	d.headed[keyOf(it.Row)] = true
	lines, _ := raw.(mail.Bytes)
	sum, n := top(lines)
	g := glimpse{sum: sum, header: int64(n)}
	if it.Row.Partial {
		if g.looksLike(it.Row) {
			row = it.Row
			row.State, row.Size, row.Listed = mail.Skipped, it.Size, d.Now()
			d.puts = append(d.puts, row)
			return row, false, nil
		}
		if it, err = d.moveAside(ctx, it); err != nil {
			return row, false, err
		}
	}
	if i := d.pool.first(d.pool.byTop[sum], func(row mail.LedgerRow) bool { return g.is(row, it.Size) }); i >= 0 {
		return row, false, d.recognise(ctx, it, i)
	}
	row = it.Row
	row.Account, row.State, row.Partial, row.Size, row.Listed, row.Said = d.Account.ID, mail.Skipped, true, it.Size, d.Now(), ""
	row.Header = sum + ":" + strconv.FormatInt(it.Size-int64(n), 10)
	if row.First.IsZero() {
		row.First = row.Listed
	}
	return row, true, nil
}

// replaces says whether a message that is retrieved takes the place of what is here of it: of its first lines, or of a
// copy that the person wants anew.
func replaces(it Item) bool {
	return it.Known && (it.Row.Partial || it.Row.Wish == mail.WishFetch && stored(it.Row))
}

// are says whether a message is the one that row stands for.
func (d digests) are(row mail.LedgerRow) bool {
	if row.Body != "" {
		return d.body == row.Body
	}
	have, _, _ := strings.Cut(row.Header, ":")
	sum, _, _ := strings.Cut(d.header, ":")
	return have == "" || have == sum
}
