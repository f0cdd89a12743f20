package compose

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

func TestParseAddresses(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
		wrong    map[string]Reason
	}{
		{"empty", "", nil, nil},
		{"separators only", " , ;\n，、 ", nil, nil},
		{"bare", "bob@example.org", []string{"|bob@example.org"}, nil},
		{"brackets", "<bob@example.org>", []string{"|bob@example.org"}, nil},
		{"name", "Bob Roe <bob@example.org>", []string{"Bob Roe|bob@example.org"}, nil},
		{"quoted name", `"Roe, Bob \"B\"" <bob@example.org>`, []string{`Roe, Bob "B"|bob@example.org`}, nil},
		{"single quotes", `'Bob' <bob@example.org>; 'ann@example.org'`, []string{"Bob|bob@example.org", "|ann@example.org"}, nil},
		{"name is the address", "bob@example.org <bob@example.org>", []string{"|bob@example.org"}, nil},
		{"no brackets", "Bob Roe bob@example.org", []string{"Bob Roe|bob@example.org"}, nil},
		{"comment", "bob@example.org (Bob Roe)", []string{"Bob Roe|bob@example.org"}, nil},
		{"commas", "a@x.org, b@x.org,c@x.org", []string{"|a@x.org", "|b@x.org", "|c@x.org"}, nil},
		{"full width", "张三 ＜zhang＠example．cn＞；li＠example。cn，wang@example.cn、zhao@example.cn", []string{"张三|zhang@example.cn", "|li@example.cn", "|wang@example.cn", "|zhao@example.cn"}, nil},
		{"full-width letters", "ｂｏｂ＠ｅｘａｍｐｌｅ．ｏｒｇ", []string{"|bob@example.org"}, nil},
		{"ideographic space", "张三　zhang@example.cn　li@example.cn", []string{"张三|zhang@example.cn", "|li@example.cn"}, nil},
		{"blanks part bare addresses", "a@x.org b@x.org\tc@x.org", []string{"|a@x.org", "|b@x.org", "|c@x.org"}, nil},
		{"lines", "a@x.org\nBob <b@x.org>\r\n\r\nc@x.org\r", []string{"|a@x.org", "Bob|b@x.org", "|c@x.org"}, nil},
		{"folded field", "To: Ann\n <a@x.org>,\n\tBob <b@x.org>", []string{"Ann|a@x.org", "Bob|b@x.org"}, nil},
		{"Chinese field name", "收件人：张三 <z@x.cn>", []string{"张三|z@x.cn"}, nil},
		{"Outlook list", "Roe, Bob <b@x.org>; Doe, Jane <j@x.org>", []string{"Roe, Bob|b@x.org", "Doe, Jane|j@x.org"}, nil},
		{"group", "Team: a@x.org, Bob <b@x.org>;c@x.org", []string{"|a@x.org", "Bob|b@x.org", "|c@x.org"}, nil},
		{"empty group", "undisclosed-recipients:;", nil, nil},
		{"mailto", "mailto:a@x.org, <mailto:b@x.org>", []string{"|a@x.org", "|b@x.org"}, nil},
		{"end of a sentence", "Write to bob@example.org.", []string{"Write to|bob@example.org"}, nil},
		{"invisible characters", "\u200bbob@example.org\u200e\ufeff", []string{"|bob@example.org"}, nil},
		{"encoded name", "=?UTF-8?B?5byg5LiJ?= <z@x.cn>", []string{"张三|z@x.cn"}, nil},
		{"route", "<@a.org,@b.org:bob@x.org>", []string{"|bob@x.org"}, nil},
		{"quoted local part", `"bob roe"@x.org, "a@b"@x.org`, []string{`|"bob roe"@x.org`, `|"a@b"@x.org`}, nil},
		{"backslash in quotes", `"\\" <a@x.org>, "\"," <b@x.org>`, []string{`\|a@x.org`, `",|b@x.org`}, nil},
		{"unicode", "用户@例子.测试, jörg@straße.de", []string{"|用户@例子.测试", "|jörg@straße.de"}, nil},
		{"dots of phone providers", "taro..@x.jp", []string{"|taro..@x.jp"}, nil},
		{"literal", "root@[127.0.0.1], root@[IPv6:::1]", []string{"|root@[127.0.0.1]", "|root@[IPv6:::1]"}, nil},
		{"intranet", "root@localhost", []string{"|root@localhost"}, nil},
		{"apostrophe", "o'neil@x.org", []string{"|o'neil@x.org"}, nil},
		{"unclosed quote", `Bob "B <b@x.org>, c@x.org`, []string{"Bob B|b@x.org", "|c@x.org"}, nil},

		{"no at", "bob, ann@x.org", []string{"|ann@x.org"}, map[string]Reason{"bob": NoAt}},
		{"forgotten address is not taken for a name", "bob, Jane <j@x.org>", []string{"Jane|j@x.org"}, map[string]Reason{"bob": NoAt}},
		{"nothing before", "@x.org", nil, map[string]Reason{"@x.org": NoLocal}},
		{"nothing after", "bob@; c@x.org", []string{"|c@x.org"}, map[string]Reason{"bob@": NoDomain}},
		{"two ats", "bob@@x.org, a@b@x.org", nil, map[string]Reason{"bob@@x.org": ManyAts, "a@b@x.org": ManyAts}},
		{"bad domain", "bob@x..org, bob@-x.org, bob@x,org", []string{"|bob@x"}, map[string]Reason{"bob@x..org": BadDomain, "bob@-x.org": BadDomain, "org": NoAt}},
		{"bad local part", "Bob <bob roe@x.org>", nil, map[string]Reason{"Bob <bob roe@x.org>": BadLocal}},
		{"open bracket", "Bob <bob@x.org", nil, map[string]Reason{"Bob <bob@x.org": NotClosed}},
		{"empty bracket", "Bob <>", nil, map[string]Reason{"Bob <>": EmptyAngle}},
		{"too long", strings.Repeat("a", 330) + "@x.org", nil, map[string]Reason{strings.Repeat("a", 330) + "@x.org": TooLong}},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := ParseAddresses(c.in)
			var got []string
			for _, a := range list {
				got = append(got, a.Name+"|"+a.Addr)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			wrong := map[string]Reason{}
			collect(err, wrong)
			if len(wrong) != len(c.wrong) {
				t.Errorf("wrong entries %q, want %q", wrong, c.wrong)
			}
			for entry, why := range c.wrong {
				if wrong[entry] != why {
					t.Errorf("%q: %q, want %q", entry, wrong[entry], why)
				}
			}
		})
	}
}

func collect(err error, into map[string]Reason) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			collect(e, into)
		}
		return
	}
	var e *EntryError
	if errors.As(err, &e) {
		into[e.Entry] = e.Why
	}
}

func TestEntryErrorSaysWhichAndWhy(t *testing.T) {
	_, err := ParseAddresses("ann@x.org, bob")
	if err == nil || err.Error() != "“bob” is no mail address: it has no @" {
		t.Errorf("got %v", err)
	}
}

func TestRecipients(t *testing.T) {
	d := mail.Draft{
		To: []mail.Address{{Addr: "a@x.org"}, {Name: "only a name"}}, Cc: []mail.Address{{Addr: "B@x.org"}, {Addr: "A@X.org"}},
		Bcc: []mail.Address{{Addr: "c@x.org"}, {Addr: "b@x.org"}},
	}
	if got, want := Recipients(d), []string{"a@x.org", "B@x.org", "c@x.org"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestNewMessageID(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []struct{ addr, domain string }{
		{"bob@example.org", "example.org"}, {"x@例子.测试", "xn--fsqu00a.xn--0zwm56d"}, {"", "poplar.invalid"}, {"x@a b", "poplar.invalid"}, {"x@y>\r\nz", "poplar.invalid"},
	} {
		id := NewMessageID(c.addr)
		local, domain, _ := strings.Cut(id, "@")
		if domain != c.domain || len(local) < 26 || seen[id] || len(messageIDs(id)) != 1 {
			t.Errorf("%q: %q", c.addr, id)
		}
		seen[id] = true
	}
}

func FuzzParseAddresses(f *testing.F) {
	for _, s := range []string{"a@x.org, Bob <b@x.org>", `"a, b" <c@d>;x：y@z`, "张三＜z＠x。cn＞、", `"\`, "(<@:", "a@b c@d e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, _ := ParseAddresses(s)
		for _, a := range list {
			if _, err := wireAddr(a.Addr); err != nil {
				t.Errorf("%q gave %q: %v", s, a.Addr, err)
			}
			if a.Name != clean(a.Name) {
				t.Errorf("%q gave the name %q", s, a.Name)
			}
		}
		tokens, err := mailboxes(list)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseList(strings.Join(tokens, " "), false)
		if err != nil || len(again) != len(list) {
			t.Fatalf("%q gave %q, which reads as %q (%v)", s, tokens, again, err)
		}
		for i := range again {
			if again[i].Name != list[i].Name && again[i].Name != strings.Trim(list[i].Name, "'() ") {
				t.Errorf("%q gave %q, which reads as %q", s, list[i], again[i])
			}
		}
	})
}
