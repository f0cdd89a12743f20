package model

import (
	"slices"
	"strings"
	"testing"
)

func TestShowsPictures(t *testing.T) {
	list := AllowPictures(AllowPictures(AllowPictures(nil, "News@Shop.example"), "@rail.example"), "news@shop.example")
	if len(list) != 2 {
		t.Fatalf("the list is %q", list)
	}
	for addr, want := range map[string]bool{
		"news@shop.example": true, "NEWS@shop.example": true, "other@shop.example": false, "a@rail.example": true, "a@mail.rail.example": true,
		"a@notrail.example": false, "a@rail.example.evil.example": false, "@rail.example": true, "rail.example": false, "": false, "a@": false,
	} {
		if got := ShowsPictures(list, addr); got != want {
			t.Errorf("%q: %v, want %v", addr, got, want)
		}
	}
}

func TestPictureChoices(t *testing.T) {
	if !slices.IsSorted(everybodys) {
		t.Error("the list of domains is not in order")
	}
	for addr, want := range map[string]string{
		"A@B.example": "a@b.example @b.example", "a@qq.com": "a@qq.com ", "a@localhost": " ", "a": " ", "": " ", "@b.example": " ",
	} {
		sender, domain := PictureChoices(addr)
		if got := strings.Join([]string{sender, domain}, " "); got != want {
			t.Errorf("%q: %q, want %q", addr, got, want)
		}
	}
}
