package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

func TestSearch(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	mails := map[string]mail.Arrival{
		"garden":   letter(1, "Plans for the garden", "Tulips, roses & Äpfel; naïve ideas. See http://example.org/a-b_c?d=1 or call 555-0199."),
		"beijing":  letter(2, "北京大学的来信", "我们下周在北京见面。ラーメンを食べる。안녕하세요 세계 ＡＢＣ１２３"),
		"mixed":    letter(3, "Invoice 发票2026号", "The amount is 3.50 €; see attached 文件report.pdf"),
		"from":     letter(4, "Another", "Marta wrote this"),
		"quotes":   letter(5, `She said "never again" AND NOT OR NEAR(x y) ^z*`, "tulips"),
		"marks":    letter(6, "Café RÉSUMÉ", "e\u0301te\u0301 ﬁn Straße İstanbul"),
		"junk":     letter(7, "Cheap tulips", "junkmail"),
		"trash":    letter(8, "Old tulips", "trashmail"),
		"elephant": letter(9, "Zoo", "elephants never forget"),
	}
	from := mails["from"]
	from.Summary.From = []mail.Address{{Name: "Élise Dubois", Addr: "elise.dubois@mail.example.fr"}}
	from.Summary.To = []mail.Address{{Name: "Marta Lind", Addr: "marta@example.org"}}
	from.Summary.Cc = []mail.Address{{Name: "李雷", Addr: "lilei@example.cn"}}
	mails["from"] = from
	for name, role := range map[string]mail.Role{"junk": mail.Junk, "trash": mail.Trash} {
		a := mails[name]
		a.Role = role
		mails[name] = a
	}
	name := map[mail.MessageID]string{}
	for n, a := range mails {
		name[add(t, s, a)[0]] = n
	}
	all := "beijing elephant from garden marks mixed quotes"
	for _, c := range []struct{ query, want string }{
		{"tulips", "garden quotes"},
		{"TULIPS roses", "garden"},
		{"roses tulips", "garden"},
		{"tulips absent", ""},
		{`"roses tulips"`, ""},
		{`"tulips roses"`, "garden"},
		{"“tulips roses”", "garden"},
		{`"tulips roses`, "garden"}, // not closed yet
		{"tul", "garden quotes"},    // the last word may be unfinished
		{"tul roses", ""},           // others may not
		{"tu", ""},                  // nor may very short ones
		{`"tul"`, ""},
		{"aepfel", ""},
		{"apfel", "garden"}, // accents do not matter
		{"NAIVE", "garden"},
		{"cafe resume", "marks"},
		{"Café", "marks"},
		{"ete", "marks"},
		{"example.org/a-b_c", "garden"},
		{"http://example.org", "garden"},
		{"555-0199", "garden"},
		{"3.50", "mixed"},
		{"北京", "beijing"},
		{"京大学", "beijing"},
		{"京北", ""},
		{"北 学", "beijing"},
		{"大学 北京", "beijing"},
		{"“大学北京”", ""},
		{"见面", "beijing"},
		{"ラーメン", "beijing"},
		{"ーメ", "beijing"},
		{"メーン", ""},
		{"세계", "beijing"},
		{"계", "beijing"},
		{"abc123", "beijing"}, // full-width letters
		{"ＡＢＣ", "beijing"},
		{"发票", "mixed"},
		{"发票2026", "mixed"},
		{"2026号", "mixed"},
		{"文件report", "mixed"},
		{"report", "mixed"},
		{"from:marta", "beijing elephant garden marks mixed quotes"},
		{"from:elise", "from"},
		{"From:ÉLISE", "from"},
		{"from:elise.dubois@mail.example.fr", "from"},
		{`from:"elise dubois"`, "from"},
		{`from:"dubois marta"`, ""},
		{"from: elise", "from"},
		{"to:marta", "from"},
		{"to:李雷", "from"},
		{"to:陈", "beijing elephant garden marks mixed quotes"},
		{"发件人：elise", "from"},
		{"收件人:李雷 发件人:Élise", "from"},
		{"主题:北京", "beijing"},
		{"subject:tulips", ""},
		{"subject:garden tulips", "garden"},
		{"tulips subject:garden", "garden"},
		{"subject:garden subject:plans", "garden"},
		{"from:marta to:陈 subject:plans roses", "garden"},
		{"from:", ""},
		{"from: to:", ""},
		{"tulips from:", "garden quotes"},
		{"body:tulips", ""}, // no field of that name: words like any other
		{"marta", all},      // everywhere
		{"never again", "quotes"},
		{"elephants NOT forget", ""},
		{"NEAR(x y)", "quotes"},
		{"AND", "quotes"},
		{`^z*`, "quotes"},
		{`tulips"`, "garden quotes"},
		{`a"b`, "garden"}, // two words
		{"tulips *", "garden quotes"},
		{"tulips -- ()", "garden quotes"},
		{"{subject sender}: tulips", ""},
		{"***", ""},
		{`""`, ""},
		{`"`, ""},
		{"😀", ""},
		{"\x00", ""},
		{"tul\x00ips", ""},
		{"tulips\x00", "garden quotes"},
		{"\xff\xfe tulips", "garden quotes"},
	} {
		l, err := s.List(ctx, mail.Query{Text: c.query})
		if err != nil {
			t.Errorf("%q: %v", c.query, err)
			continue
		}
		var got []string
		for _, m := range l {
			got = append(got, name[m.ID])
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q\ngot  %v\nwant %s", c.query, got, c.want)
		}
	}
	for _, c := range []struct {
		q    mail.Query
		want int
	}{
		{mail.Query{Text: "tulips", Role: mail.Junk}, 1},
		{mail.Query{Text: "tulips", Folder: folder(t, s, home, mail.Trash)}, 1},
		{mail.Query{Text: "tulips", Account: home}, 2},
		{mail.Query{Text: "tulips", Account: work}, 0},
		{mail.Query{Text: "  \n "}, len(mails)}, // no query at all
		{mail.Query{Text: "tulips", Limit: 1}, 2},
	} {
		if n, err := s.Count(ctx, c.q); err != nil || n != c.want {
			t.Errorf("%+v: %d (%v), want %d", c.q, n, err, c.want)
		}
	}
}

// Words that stand in most messages are searched for in another way than rare ones: both must give the same.
func TestSearchForCommonWords(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	var batch []mail.Arrival
	const n = 3*fewMatches + 500
	for i := range n {
		a := letter(i, fmt.Sprint("Letter ", i), "common")
		a.Summary.Date = epoch.AddDate(0, 0, i*7919%n)
		a.Raw = mail.Bytes("x")
		a.Role = []mail.Role{mail.Inbox, mail.Inbox, mail.Archive, mail.Trash}[i%4]
		a.Summary.Flags = mail.Flags(i % 16)
		batch = append(batch, a)
	}
	add(t, s, batch...)
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	for _, q := range []mail.Query{
		{}, {Oldest: true}, {Limit: 20}, {Offset: 1000, Limit: 20}, {Offset: n - 10}, {Role: mail.Trash}, {Unread: true}, {Flagged: true, Oldest: true}, {Account: home, Limit: 3},
	} {
		want, err := s.IDs(ctx, mail.Query{Account: q.Account, Role: q.Role, Unread: q.Unread, Flagged: q.Flagged, Oldest: q.Oldest})
		if err != nil {
			t.Fatal(err)
		}
		if q.Role == "" {
			trash := list(t, s, mail.Query{Role: mail.Trash})
			want = slices.DeleteFunc(want, func(id mail.MessageID) bool { return slices.Contains(trash, id) })
		}
		for _, q.Text = range []string{"common", `"common"`, "comm"} { // the last word, a whole word, part of one
			if got := list(t, s, q); !slices.Equal(got, page(want, q)) {
				t.Errorf("%+v: got %d messages, want %d, or in another order", q, len(got), len(page(want, q)))
			}
		}
		if c, err := s.Count(ctx, q); err != nil || c != len(want) {
			t.Errorf("%+v: %d (%v), want %d", q, c, err, len(want))
		}
	}
}

// What waits for the index survives the end of the program, with and without its text in the database.
func TestIndexCatchesUp(t *testing.T) {
	ctx := context.Background()
	read := 0
	text := func(raw mail.Raw) string {
		read++
		b := make([]byte, raw.Size())
		if _, err := raw.ReadAt(b, 0); err != nil {
			return ""
		}
		return string(b)
	}
	for _, o := range []Options{{}, {Text: text}} {
		dir := t.TempDir()
		s := openStore(t, dir, o)
		var ids []mail.MessageID
		for i := range 5 {
			ids = append(ids, add(t, s, letter(i, "Subject", fmt.Sprint("needle", i)))...)
		}
		if left, err := s.Index(ctx, 2); err != nil || left != 3 || s.Unindexed() != 3 {
			t.Errorf("%d left (%v), %d unindexed", left, err, s.Unindexed())
		}
		if err := s.Delete(ctx, []mail.MessageID{ids[0], ids[4]}); err != nil { // one indexed, one not
			t.Fatal(err)
		}
		if read != 0 {
			t.Errorf("texts at hand were read again %d times", read)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = openStore(t, dir, o)
		if s.Unindexed() != 2 {
			t.Errorf("%d unindexed after reopening", s.Unindexed())
		}
		for i := range 5 {
			got := list(t, s, mail.Query{Text: fmt.Sprint("needle", i)})
			if want := i > 0 && i < 4; (len(got) == 1 && got[0] == ids[i]) != want {
				t.Errorf("needle%d: %v", i, got)
			}
		}
		if s.Unindexed() != 0 {
			t.Errorf("%d unindexed after a search", s.Unindexed())
		}
		if o.Text != nil && read != 2 {
			t.Errorf("%d texts were read again instead of 2", read)
		}
	}
}

// A message that is deleted while its text is being read must not come back in the index.
func TestDeletedWhileIndexing(t *testing.T) {
	ctx := context.Background()
	var s *Store
	var gone mail.MessageID
	text := func(mail.Raw) string {
		if err := s.Delete(ctx, []mail.MessageID{gone}); err != nil {
			t.Error(err)
		}
		return "needle"
	}
	dir := t.TempDir()
	s = openStore(t, dir)
	ids := add(t, s, letter(1, "One", ""), letter(2, "Two", ""), letter(3, "Three", ""))
	gone = ids[1]
	breakStore(t, s, "UPDATE unindexed SET text = NULL") // as a store with Options.Text has them
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, dir, Options{Text: text})
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if got := list(t, s, mail.Query{Text: "needle", Oldest: true}); !slices.Equal(got, []mail.MessageID{ids[0], ids[2]}) {
		t.Errorf("got %v", got)
	}
}

// A search does not wait for a writer who takes his time.
func TestSearchBesideABusyWriter(t *testing.T) {
	s := newStore(t)
	ids := add(t, s, letter(1, "One", "needle"))
	if err := s.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	add(t, s, letter(2, "Two", "needle"))
	s.turn <- struct{}{}
	got := list(t, s, mail.Query{Text: "needle"})
	<-s.turn
	if !slices.Equal(got, ids) {
		t.Errorf("got %v", got)
	}
}

// Anything may be typed: FTS5 must never see a syntax error, and a word typed as it stands in a message finds it.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{"tulips", `"a b" c`, "from:x to:", "北京*", `a"b""c`, "NEAR(a b)", "-a +b ^c", "subject:subject:", "{a}:b", "\x00\"", "a AND OR NOT", "ÄÖ é\u0301", "（：＂"} {
		f.Add(q)
	}
	s := newStore(f)
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, query string) {
		if _, err := s.IDs(ctx, mail.Query{Text: query}); err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		if e, _, ok := matchExpression(query); ok {
			if strings.Contains(e, "\x00") {
				t.Fatalf("%q: NUL in %q", query, e)
			}
		}
		terms := parseQuery(query)
		if len(terms) > maxTerms {
			t.Fatalf("%d terms", len(terms))
		}
		for _, term := range terms {
			if strings.ContainsFunc(term.text, isQuote) {
				t.Fatalf("%q: a quote in %q", query, term.text)
			}
		}
		split := splitWords(query)
		if again := splitWords(split); strings.Join(strings.Fields(again), " ") != strings.Join(strings.Fields(split), " ") {
			t.Fatalf("%q splits into %q and that into %q", query, split, again)
		}
	})
}

// FuzzFound stores a text and searches for each of its words.
func FuzzFound(f *testing.F) {
	for _, text := range []string{"Tulips and roses", "北京大学 and ラーメン", "a.b@c-d.e", "ＡＢＣ", "naïve Straße", "x\u0301y"} {
		f.Add(text)
	}
	s := newStore(f)
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, text string) {
		id := add(t, s, letter(1, "Subject", text))[0]
		for _, word := range strings.Fields(text) {
			if len(word) > 200 || strings.ContainsFunc(word, func(r rune) bool { return isQuote(r) || r == ':' || r == '：' || r == 0xFFFD || r == 0 }) {
				continue
			}
			if !strings.ContainsFunc(word, func(r rune) bool {
				return r < 0x3000 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') || r >= 0x4E00 && r < 0x9FC0
			}) {
				continue // whether younger characters are letters is for the tables of SQLite to say
			}
			if got := list(t, s, mail.Query{Text: `"` + word + `"`}); !slices.Contains(got, id) {
				t.Fatalf("%q in %q is not found", word, text)
			}
		}
		if err := s.Delete(ctx, []mail.MessageID{id}); err != nil {
			t.Fatal(err)
		}
	})
}
