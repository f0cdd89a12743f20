package retrieve

import (
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// Listed is one message as the server lists it now.
type Listed struct {
	N    int    // message number in this session
	UIDL string // empty where the server gives none
	Dup  int    // which row of the ledger it is among those of the same UIDL; Plan fills it in
	Size int64  // octets as announced; 0 where unknown
}

// Item is a listed message together with what the ledger knows of it.
type Item struct {
	Listed
	Row   mail.LedgerRow // the row of this key; for a new message one without State
	Known bool           // the ledger has the row
}

// Actions is what a visit has to do.
type Actions struct {
	Fetch    []Item // to be retrieved and stored: small and new ones first, those refused before last
	Verify   []Item // known by their UIDL, but perhaps another message by now: to be told apart by content first
	Delete   []Item // stored here, and due to be deleted on the server
	Skip     []Item // over the size limit
	Nameless []Item // without a UIDL: to be recognised by content

	Put     []mail.LedgerRow // rows that change without any traffic
	Forget  []mail.LedgerRow // rows whose UIDL can no longer come back
	Missing []mail.LedgerRow // rows on no listing any more; they become Deleted unless found again under another UIDL
	Gone    []mail.LedgerRow // rows found missing earlier, not long ago: they, too, may come back under another UIDL

	Present int   // listed messages that are stored here
	Octets  int64 // what STAT would say by the sizes remembered, if nothing on the server had been replaced
	Sizes   bool  // a decision needs sizes that the listing lacks: ask LIST and plan again
}

// How long rows are remembered.
const (
	// forgetDeleted: a UIDL that has not been listed for a year is taken not to come back.
	forgetDeleted = 365 * 24 * time.Hour
	// forgetUnstored: rows without a stored message (refused, skipped) guard nothing but a date.
	forgetUnstored = 30 * 24 * time.Hour
	// rememberGone: how long a message that vanished may turn up under another UIDL.
	rememberGone = 90 * 24 * time.Hour
)

// contentKey begins the UIDL of rows for messages that were stored without one: what follows is their Body digest.
// movedKey begins that of rows whose UIDL the server gave to another message.
const (
	contentKey = "sha256:"
	movedKey   = "moved:"
)

// Plan compares a listing with the ledger and says what is to be done. It changes neither and asks nobody. Rows are
// never forgotten because a listing, perhaps an empty one, lacks them.
func Plan(listing []Listed, ledger []mail.LedgerRow, keep mail.Keep, maxSize int64, now time.Time) Actions {
	p := planner{keep: keep, maxSize: maxSize, now: now, used: make([]bool, len(ledger))}
	p.index(listing, ledger)
	p.a.Fetch = make([]Item, 0, max(len(listing)-len(ledger), 0))
	for _, e := range listing {
		switch {
		case e.UIDL == "":
			p.a.Nameless = append(p.a.Nameless, Item{Listed: e})
			p.a.Sizes = p.a.Sizes || e.Size == 0
		case p.crowd[e.UIDL] != nil:
			p.group(e.UIDL, ledger)
		default:
			i, ok := p.rows[e.UIDL]
			if !ok {
				p.fresh(e)
				continue
			}
			p.used[i] = true
			e.Dup = ledger[i].Dup
			p.known(e, ledger[i])
		}
	}
	for i := range ledger {
		if !p.used[i] {
			p.missing(ledger[i])
		}
	}
	order(p.a.Fetch)
	return p.a
}

type planner struct {
	a       Actions
	keep    mail.Keep
	maxSize int64
	now     time.Time
	rows    map[string]int      // place in the ledger of a UIDL
	crowd   map[string][]Listed // entries of UIDLs that the listing or the ledger has more than once
	used    []bool
}

// index finds the rows by UIDL and sets apart the UIDLs that name more than one message.
func (p *planner) index(listing []Listed, ledger []mail.LedgerRow) {
	p.rows = make(map[string]int, len(ledger))
	p.crowd = map[string][]Listed{}
	many := map[string]bool{}
	for i := range ledger {
		if _, twice := p.rows[ledger[i].UIDL]; twice {
			many[ledger[i].UIDL] = true
		}
		p.rows[ledger[i].UIDL] = i
	}
	seen := make(map[string]struct{}, len(listing))
	for _, e := range listing {
		if e.UIDL == "" {
			continue
		}
		if _, twice := seen[e.UIDL]; twice {
			many[e.UIDL] = true
		}
		seen[e.UIDL] = struct{}{}
	}
	if len(many) == 0 {
		return
	}
	for _, e := range listing {
		if many[e.UIDL] {
			p.crowd[e.UIDL] = append(p.crowd[e.UIDL], e)
		}
	}
}

// group pairs the entries and the rows of one UIDL that stands for several messages: first those of equal size, then
// in order.
func (p *planner) group(uidl string, ledger []mail.LedgerRow) {
	entries := p.crowd[uidl]
	if len(entries) == 0 {
		return // done with its first entry
	}
	var rows []int
	next := 0
	for i := range ledger {
		if ledger[i].UIDL == uidl {
			rows = append(rows, i)
			next = max(next, ledger[i].Dup+1)
		}
	}
	pair := func(match func(e Listed, r mail.LedgerRow) bool) {
		entries = slices.DeleteFunc(entries, func(e Listed) bool {
			for k, i := range rows {
				if match(e, ledger[i]) {
					rows = slices.Delete(rows, k, k+1)
					p.used[i] = true
					e.Dup = ledger[i].Dup
					p.known(e, ledger[i])
					return true
				}
			}
			return false
		})
	}
	for _, e := range entries {
		p.a.Sizes = p.a.Sizes || e.Size == 0
	}
	pair(func(e Listed, r mail.LedgerRow) bool { return e.Size > 0 && e.Size == r.Size })
	pair(func(Listed, mail.LedgerRow) bool { return true })
	for _, e := range entries {
		e.Dup = next
		next++
		p.fresh(e)
	}
	p.crowd[uidl] = []Listed{}
}

// fresh is a message that the ledger does not know.
func (p *planner) fresh(e Listed) {
	row := mail.LedgerRow{UIDL: e.UIDL, Dup: e.Dup, Size: e.Size, First: p.now, Listed: p.now}
	p.wanted(Item{Listed: e, Row: row})
}

// wanted fetches a message unless it is too large.
func (p *planner) wanted(it Item) {
	p.a.Sizes = p.a.Sizes || it.Size == 0
	if p.maxSize > 0 && it.Size > p.maxSize {
		if !it.Known || it.Row.State != mail.Skipped || it.Row.Size != it.Size {
			row := it.Row
			row.State, row.Size, row.Listed, row.Said = mail.Skipped, it.Size, p.now, ""
			p.a.Put = append(p.a.Put, row)
		}
		p.a.Skip = append(p.a.Skip, it)
		return
	}
	p.a.Fetch = append(p.a.Fetch, it)
}

// known is a listed message whose UIDL stands in the ledger.
func (p *planner) known(e Listed, row mail.LedgerRow) {
	it := Item{Listed: e, Row: row, Known: true}
	same := e.Size == row.Size || e.Size == 0 || row.Size == 0
	switch row.State {
	case mail.Skipped, mail.Refused:
		if it.Size == 0 {
			it.Size = row.Size
		}
		p.a.Octets += row.Size
		p.wanted(it)
		return
	case mail.Doomed:
		// The server may have carried out the deletion after all and given the UIDL to another message.
		p.a.Sizes = p.a.Sizes || e.Size == 0
		p.a.Verify = append(p.a.Verify, it)
	case mail.Deleted:
		p.a.Sizes = p.a.Sizes || e.Size == 0
		if row.Body == "" || e.Size == 0 || !same {
			p.a.Verify = append(p.a.Verify, it)
			break
		}
		// It had only been missing from a listing.
		it.Row.State, it.Row.Listed = mail.Stored, p.now
		p.a.Put = append(p.a.Put, it.Row)
		p.stored(it)
	default:
		if !same {
			p.a.Verify = append(p.a.Verify, it)
			break
		}
		p.stored(it)
	}
	p.a.Present++
	p.a.Octets += row.Size
}

// stored is a listed message that is here: the policy decides.
func (p *planner) stored(it Item) {
	if due(it.Row, p.keep, p.now) {
		p.a.Sizes = p.a.Sizes || it.Size == 0 // nothing is deleted by its UIDL alone
		p.a.Delete = append(p.a.Delete, it)
	}
}

// due says whether the policy wants a stored message deleted on the server.
func due(row mail.LedgerRow, keep mail.Keep, now time.Time) bool {
	switch keep.Mode {
	case mail.KeepNever:
		return true
	case mail.KeepDays:
		return keep.Days > 0 && !row.First.IsZero() && now.Sub(row.First) >= time.Duration(keep.Days)*24*time.Hour
	case mail.KeepUntilDeleted:
		return row.GoneHere
	}
	return false
}

// missing is a row that no entry of the listing belongs to.
func (p *planner) missing(row mail.LedgerRow) {
	age := p.now.Sub(row.Listed)
	switch row.State {
	case mail.Stored, mail.Doomed:
		p.a.Missing = append(p.a.Missing, row)
	case mail.Deleted:
		if age > forgetDeleted {
			p.a.Forget = append(p.a.Forget, row)
		} else if row.Body != "" && age < rememberGone {
			p.a.Gone = append(p.a.Gone, row)
		}
	default:
		if age > forgetUnstored {
			p.a.Forget = append(p.a.Forget, row)
		}
	}
}

// order puts what can be read soon first: by classes of size, within them the newest; what was refused before comes
// last.
func order(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int {
		if d := class(a) - class(b); d != 0 {
			return d
		}
		return b.N - a.N
	})
}

func class(it Item) int {
	switch {
	case it.Row.State == mail.Refused:
		return 9
	case it.Size <= 64<<10:
		return 0
	case it.Size <= 1<<20:
		return 1
	case it.Size <= 16<<20:
		return 2
	}
	return 3
}

// renumbered says whether so many rows are missing, and new messages there, that the server may have given new
// unique-ids to old messages. Rows stored without a UIDL are always looked for: the server may know UIDL now.
func (a *Actions) renumbered() bool {
	fresh := len(a.Nameless)
	for _, it := range a.Fetch {
		if !it.Known {
			fresh++
		}
	}
	if fresh == 0 {
		return false
	}
	lost := len(a.Missing) + len(a.Gone)
	if lost > 0 && 4*lost >= lost+a.Present {
		return true
	}
	return slices.ContainsFunc(a.Missing, func(r mail.LedgerRow) bool {
		return strings.HasPrefix(r.UIDL, contentKey) || strings.HasPrefix(r.UIDL, movedKey)
	})
}
