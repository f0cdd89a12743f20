package model

import (
	"strings"
	"testing"

	"poplar/mail"
)

func TestParseEntered(t *testing.T) {
	a := func(name, addr string) Entered { return Entered{Address: mail.Address{Name: name, Addr: addr}} }
	bad := func(name, addr, wrong string) Entered {
		return Entered{Address: mail.Address{Name: name, Addr: addr}, Wrong: wrong}
	}
	for _, c := range []struct {
		name, in string
		want     []Entered
	}{
		{"nothing", " ,; \n", nil},
		{"one", "anna@birch.example", []Entered{a("", "anna@birch.example")}},
		{"name in brackets", "Anna Lindqvist <anna@birch.example>", []Entered{a("Anna Lindqvist", "anna@birch.example")}},
		{"name without brackets", "Anna Lindqvist anna@birch.example", []Entered{a("Anna Lindqvist", "anna@birch.example")}},
		{"comment", "anna@birch.example (Anna)", []Entered{a("Anna", "anna@birch.example")}},
		{"commas and semicolons", "a@x.org, b@x.org; c@x.org\nd@x.org", []Entered{a("", "a@x.org"), a("", "b@x.org"), a("", "c@x.org"), a("", "d@x.org")}},
		{"full width", "陈思远＜chen＠example．cn＞；李雷 <li@example.cn>，王＠例子。中国", []Entered{a("陈思远", "chen@example.cn"), a("李雷", "li@example.cn"), a("", "王@例子.中国")}},
		{"quoted comma", `"Lindqvist, Anna" <anna@x.org>, b@x.org`, []Entered{a("Lindqvist, Anna", "anna@x.org"), a("", "b@x.org")}},
		{"comma without quotes", "Lindqvist, Anna <anna@x.org>", []Entered{a("Lindqvist, Anna", "anna@x.org")}},
		{"commas in a semicolon list", "Lindqvist, Anna <anna@x.org>; Weber, Jonas <j@x.org>", []Entered{a("Lindqvist, Anna", "anna@x.org"), a("Weber, Jonas", "j@x.org")}},
		{"forgotten domain is not swallowed", "bob, Anna <anna@x.org>, c@x.org", []Entered{bad("", "bob", WrongNoAt), a("Anna", "anna@x.org"), a("", "c@x.org")}},
		{"blanks between", "a@x.org b@x.org", []Entered{a("", "a@x.org"), a("", "b@x.org")}},
		{"group", "Friends: a@x.org, b@x.org;", []Entered{a("", "a@x.org"), a("", "b@x.org")}},
		{"mailto", "mailto:a@x.org?subject=Hi", []Entered{a("", "a@x.org")}},
		{"encoded word", "=?utf-8?B?6ZmI5oCd6L+c?= <chen@x.org>", []Entered{a("陈思远", "chen@x.org")}},
		{"escaped quote", `"Anna \"Ann\" L" <a@x.org>`, []Entered{a(`Anna "Ann" L`, "a@x.org")}},
		{"lone quote", `O"Hara <o@x.org>, b@x.org`, []Entered{a(`O"Hara`, "o@x.org"), a("", "b@x.org")}},
		{"source route", "<@relay.org:a@x.org>", []Entered{a("", "a@x.org")}},
		{"name equals address", "a@x.org <a@x.org>", []Entered{a("", "a@x.org")}},
		{"trailing full stop", "a@x.org.", []Entered{a("", "a@x.org")}},
		{"literal", "root@[192.0.2.1], root@[IPv6:2001:db8::1]", []Entered{a("", "root@[192.0.2.1]"), a("", "root@[IPv6:2001:db8::1]")}},
		{"no at", "studio", []Entered{bad("", "studio", WrongNoAt)}},
		{"no user", "@x.org", []Entered{bad("", "@x.org", WrongNoUser)}},
		{"no host", "anna@", []Entered{bad("", "anna@", WrongNoHost)}},
		{"two dots", "anna@x..org", []Entered{bad("", "anna@x..org", WrongHost)}},
		{"blank inside", "anna b@x.org c", []Entered{bad("", "anna b@x.org c", WrongUser)}},
		{"two ats", "a@b@x.org", []Entered{bad("", "a@b@x.org", WrongUser)}},
		{"bare domain", "studio@birch-co", []Entered{{Address: mail.Address{Addr: "studio@birch-co"}, Doubt: DoubtNoDomain}}},
		{"localhost", "root@localhost", []Entered{a("", "root@localhost")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ParseEntered(c.in)
			if len(got) != len(c.want) {
				t.Fatalf("got %d %+v, want %d %+v", len(got), got, len(c.want), c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%d: got %+v, want %+v", i, got[i], c.want[i])
				}
			}
		})
	}
}

func TestEnteredTextReadsBack(t *testing.T) {
	for _, e := range []mail.Address{
		{Addr: "a@x.org"},
		{Name: "Anna", Addr: "a@x.org"},
		{Name: "Lindqvist, Anna", Addr: "a@x.org"},
		{Name: `Anna "Ann" \ L`, Addr: "a@x.org"},
		{Name: "陈，思远", Addr: "chen@x.cn"},
	} {
		want := EnteredFrom([]mail.Address{e})[0]
		got := ParseEntered(want.Text())
		if len(got) != 1 || got[0] != want {
			t.Errorf("%q gave %+v, want %+v", want.Text(), got, want)
		}
	}
}

func FuzzParseEntered(f *testing.F) {
	for _, s := range []string{"a@b.c", `"x, y" <a@b.c>; (c) d@e.f`, "＠；，", "<<>@,(", "a:b@c;d", "=?utf-8?Q?=41?= <a@b>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, e := range ParseEntered(s) {
			if e.Wrong != "" {
				continue
			}
			if strings.ContainsAny(e.Addr, "\r\n<>") || !strings.Contains(e.Addr, "@") {
				t.Errorf("%q gave the address %q", s, e.Addr)
			}
			if strings.ContainsAny(e.Name, "\r\n") {
				t.Errorf("%q gave the name %q", s, e.Name)
			}
		}
	})
}
