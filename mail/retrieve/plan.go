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
	Head  bool           // of the message itself only the header and the first lines
}

// Actions is what a visit has to do.
type Actions struct {
	Fetch    []Item // to be retrieved and stored: small and new ones first, those refused before last
	Verify   []Item // known by their UIDL, but perhaps another message by now: to be told apart by content first
	Delete   []Item // due to be deleted on the server: stored here, or the person wants it gone
	Skip     []Item // over the size limit
	Heads    []Item // of those in Skip: the header and the first lines are to come
	Nameless []Item // without a UIDL: to be recognised by content

	Put     []mail.LedgerRow // rows that change without any traffic
	Forget  []mail.LedgerRow // rows whose UIDL can no longer come back
	Missing []mail.LedgerRow // rows on no listing any more; they become Deleted unless found again under another UIDL
	Gone    []mail.LedgerRow // rows found missing earlier, not long ago: they, too, may come back under another UIDL

	// Surplus are the message numbers beyond what the policy leaves on the server by number or size: to be deleted, but
	// not before they are stored.
	Surplus map[int]bool

	Repeated bool  // a UIDL stands for several messages
	Present  int   // listed messages that are stored here
	Octets   int64 // what STAT would say by the sizes remembered, if nothing on the server had been replaced
	Sizes    bool  // a decision needs sizes that the listing lacks: ask LIST and plan again
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
	if keep.Mode == mail.KeepNewest || keep.Mode == mail.KeepSize {
		p.places = make([]place, 0, len(listing))
	}
	p.a.Fetch = make([]Item, 0, max(len(listing)-len(ledger), 0))
	p.pair(listing, ledger)
	for i := range ledger {
		if !p.used[i] {
			p.missing(ledger[i])
		}
	}
	p.surplus()
	order(p.a.Fetch)
	return p.a
}

// Pair says what the ledger knows of each listed message, in the order of the listing. A message is new, refused or
// skipped, or here, by its Row's State; that of one without a UIDL is empty.
func Pair(listing []Listed, ledger []mail.LedgerRow) []Item {
	items := make([]Item, 0, len(listing))
	p := planner{used: make([]bool, len(ledger)), seen: func(it Item) { items = append(items, it) }}
	p.pair(listing, ledger)
	slices.SortStableFunc(items, func(a, b Item) int { return a.N - b.N })
	return items
}

// pair brings listing and ledger together.
func (p *planner) pair(listing []Listed, ledger []mail.LedgerRow) {
	p.index(listing, ledger)
	for _, e := range listing {
		switch {
		case e.UIDL == "":
			p.note(Item{Listed: e})
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
}

type planner struct {
	a       Actions
	seen    func(Item) // told of every listed message
	places  []place    // of every listed message, where the policy goes by number or size
	held    []Item     // stored here, and perhaps in surplus
	keep    mail.Keep
	maxSize int64
	now     time.Time
	rows    map[string]int      // place in the ledger of a UIDL
	crowd   map[string][]Listed // entries of UIDLs that the listing or the ledger has more than once
	used    []bool
	doubt   bool // the UIDL in hand stands for several messages
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
	// Which of them is which, no number tells: their contents do, at each visit.
	p.doubt, p.a.Repeated = true, true
	defer func() { p.doubt = false }()
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
	it := Item{Listed: e, Row: row}
	p.note(it)
	p.wanted(it)
}

// note takes down that a message is listed.
func (p *planner) note(it Item) {
	if p.seen != nil {
		p.seen(it)
	}
	if p.places != nil && it.Row.Wish != mail.WishDelete { // what goes anyway takes nobody's place
		p.places = append(p.places, p.placeOf(it))
	}
}

// wanted fetches a message unless it is too large: of that one the first lines will do. The person's wish counts for
// more.
func (p *planner) wanted(it Item) {
	switch {
	case it.Row.Wish == mail.WishDelete:
		if it.Size == it.Row.Size {
			p.a.Delete = append(p.a.Delete, it)
			return
		}
	case it.Row.Wish == mail.WishLeave && it.Row.State == mail.Refused:
		return
	}
	p.a.Sizes = p.a.Sizes || it.Size == 0
	over := p.maxSize > 0 && it.Size > p.maxSize
	switch {
	case it.Row.Wish == mail.WishFetch && it.Size == it.Row.Size:
	case it.Row.Partial && it.Row.Wish == mail.WishLeave:
		over = true
	case it.Row.GoneHere:
		over = true // what the person has thrown away does not come again by itself
	}
	if over && it.Row.Wish != mail.WishFetch || it.Row.Partial && it.Size != it.Row.Size {
		p.skip(it)
		return
	}
	p.a.Fetch = append(p.a.Fetch, it)
}

func head(it Item) Item { it.Head = true; return it }

// skip leaves a message on the server, but for its first lines.
func (p *planner) skip(it Item) {
	row := it.Row
	row.State, row.Listed, row.Said = mail.Skipped, p.now, ""
	p.a.Skip = append(p.a.Skip, it)
	switch {
	case row.GoneHere:
	case !row.Partial:
		p.a.Heads = append(p.a.Heads, head(it))
	case it.Size != row.Size: // perhaps it is another message by now: its first lines tell
		p.a.Heads = append(p.a.Heads, head(it))
		return
	}
	if !it.Known || it.Row.State != mail.Skipped || it.Row.Size != it.Size {
		row.Size = it.Size
		p.a.Put = append(p.a.Put, row)
	}
}

// known is a listed message whose UIDL stands in the ledger.
func (p *planner) known(e Listed, row mail.LedgerRow) {
	it := Item{Listed: e, Row: row, Known: true}
	p.note(it)
	same := e.Size == row.Size || e.Size == 0 || row.Size == 0
	state := row.State
	if row.Partial && state == mail.Deleted {
		state = mail.Skipped // it had only been missing
	}
	switch state {
	case mail.Skipped, mail.Refused:
		p.a.Sizes = p.a.Sizes || e.Size == 0 && row.Wish == mail.WishDelete // nothing is deleted by its UIDL alone
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
		if row.Body == "" || e.Size == 0 || !same || p.doubt {
			p.a.Verify = append(p.a.Verify, it)
			break
		}
		if row.Wish == mail.WishFetch {
			p.a.Fetch = append(p.a.Fetch, it)
			break
		}
		// It had only been missing from a listing.
		it.Row.State, it.Row.Listed = mail.Stored, p.now
		p.a.Put = append(p.a.Put, it.Row)
		p.stored(it)
	default:
		if !same || p.doubt && row.Wish != mail.WishFetch {
			p.a.Verify = append(p.a.Verify, it)
			break
		}
		p.stored(it)
	}
	p.a.Present++
	p.a.Octets += row.Size
}

// stored is a listed message that is here: the person's wish decides, or the policy.
func (p *planner) stored(it Item) {
	switch {
	case it.Row.Wish == mail.WishFetch:
		p.a.Sizes = p.a.Sizes || it.Size == 0
		p.a.Fetch = append(p.a.Fetch, it)
	case due(it.Row, p.keep, p.now):
		p.remove(it)
	default:
		if p.places != nil {
			p.held = append(p.held, it)
		}
	}
}

func (p *planner) remove(it Item) {
	p.a.Sizes = p.a.Sizes || it.Size == 0 // nothing is deleted by its UIDL alone
	p.a.Delete = append(p.a.Delete, it)
}

// due says whether a stored message is to be deleted on the server, by the person's wish or by a policy that looks at
// each message alone.
func due(row mail.LedgerRow, keep mail.Keep, now time.Time) bool {
	switch row.Wish {
	case mail.WishDelete:
		return true
	case mail.WishLeave:
		return false
	}
	if row.Partial {
		return false
	}
	switch keep.Mode {
	case mail.KeepNever:
		return true
	case mail.KeepDays:
		end, ok := until(row, keep)
		return ok && !now.Before(end)
	case mail.KeepUntilDeleted:
		return row.GoneHere || row.Trashed
	case mail.KeepUntilTrash:
		return row.GoneHere
	}
	return false
}

// until is when the policy wants a message gone from the server, where that is a matter of time.
func until(row mail.LedgerRow, keep mail.Keep) (time.Time, bool) {
	if keep.Mode != mail.KeepDays || keep.Days <= 0 || row.First.IsZero() {
		return time.Time{}, false
	}
	return row.First.Add(time.Duration(keep.Days) * 24 * time.Hour), true
}

// missing is a row that no entry of the listing belongs to.
func (p *planner) missing(row mail.LedgerRow) {
	age := p.now.Sub(row.Listed)
	switch row.State {
	case mail.Stored, mail.Doomed:
		p.a.Missing = append(p.a.Missing, row)
	case mail.Skipped:
		switch {
		case row.Partial:
			p.a.Missing = append(p.a.Missing, row)
		case age > forgetUnstored:
			p.a.Forget = append(p.a.Forget, row)
		}
	case mail.Deleted:
		if age > forgetDeleted {
			p.a.Forget = append(p.a.Forget, row)
		} else if (row.Body != "" || row.Partial) && age < rememberGone {
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
	case it.Head:
		return 0
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
	for _, items := range [][]Item{a.Fetch, a.Heads} {
		for _, it := range items {
			if !it.Known {
				fresh++
			}
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
