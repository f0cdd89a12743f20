package model

import (
	"testing"

	"poplar/mail"
)

func TestOwnAddressAsTyped(t *testing.T) {
	for _, c := range []struct{ typed, name, addr string }{
		{"anna@birch.test", "", "anna@birch.test"},
		{"  anna@birch.test ", "", "anna@birch.test"},
		{"Anna+Lists@BIRCH.Test", "", "Anna+Lists@birch.test"},
		{"anna @ birch.test", "", "anna@birch.test"},
		{"linhua＠163。com", "", "linhua@163.com"},
		{"ｌｉｎｈｕａ＠１６３．ｃｏｍ", "", "linhua@163.com"},
		{"安娜@birch.test", "", "安娜@birch.test"},
		{"anna@Bücher.test", "", "anna@bücher.test"},
		{"Anna Lindqvist <anna@birch.test>", "Anna Lindqvist", "anna@birch.test"},
		{"\"Lindqvist, Anna\" <anna@birch.test>", "Lindqvist, Anna", "anna@birch.test"},
		{"林华 ＜linhua@163.com＞", "林华", "linhua@163.com"},
		{"<anna@birch.test>", "", "anna@birch.test"},
		{"mailto:anna@birch.test", "", "anna@birch.test"},
		// What is no address, or not yet.
		{"", "", ""},
		{"anna", "", "anna"},
		{"Anna <anna@birch", "", "Anna <anna@birch"},
		{"Anna <anna>", "", "Anna <anna>"},
		{"a@birch.test, b@birch.test", "", "a@birch.test, b@birch.test"},
		{"anna lind@birch.test", "", "anna lind@birch.test"},
	} {
		if name, addr := OwnAddress(c.typed); name != c.name || addr != c.addr {
			t.Errorf("%q: %q %q, want %q %q", c.typed, name, addr, c.name, c.addr)
		}
	}
}

func TestPastedAddressBringsItsName(t *testing.T) {
	f := NewForm(mail.DefaultAccount())
	f.SetAddress("Anna Lindqvist <anna@Birch.test>")
	if f.Name != "Anna Lindqvist" || f.Address != "anna@birch.test" || f.Check(FieldAddress) != "" {
		t.Errorf("%q %q", f.Name, f.Address)
	}
	f.SetAddress("Somebody <else@birch.test>")
	if f.Name != "Anna Lindqvist" || f.Address != "else@birch.test" {
		t.Errorf("a name that is there gives way: %q", f.Name)
	}
}

func TestTwice(t *testing.T) {
	list := []mail.Account{{Address: "anna@birch.test"}}
	if !Twice(list, "Anna@Birch.test") || Twice(list, "bert@birch.test") || Twice(list, "") || Twice([]mail.Account{{}}, "") {
		t.Error("the same address is not noticed, or another one is")
	}
}
