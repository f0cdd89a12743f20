package model

import "testing"

func TestMeant(t *testing.T) {
	for addr, want := range map[string]string{
		"a@gmial.com":        "a@gmail.com",
		"a@GMAI.com":         "a@gmail.com",
		"a@gmail.con":        "a@gmail.com",
		"a@gmial.con":        "a@gmail.com",
		"a@gmail.co":         "a@gmail.com",
		"a@hotmial.com":      "a@hotmail.com",
		"a@outlok.com":       "a@outlook.com",
		"a@yahooo.com":       "a@yahoo.com",
		"a@qq.con":           "a@qq.com",
		"a@163.cmo":          "a@163.com",
		"a@foxmial.com":      "a@foxmail.com",
		"a@birch.example":    "",
		"a@birch.con":        "a@birch.com",
		"a@mail.birch.ocm":   "a@mail.birch.com",
		"a@gmail.com":        "",
		"a@yahoo.es":         "", // a country's own
		"a@gmx.ch":           "",
		"a@qq.cn":            "",
		"a@me.org":           "",
		"a@mac.com":          "",
		"a@email.com":        "",
		"a@163.net":          "",
		"nobody":             "",
		"a@":                 "",
		"a@yeah.met":         "a@yeah.net",
		"a@vip.qq.com":       "",
		"first.last@liv.com": "first.last@live.com",
	} {
		if got := Meant(addr); got != want {
			t.Errorf("%s: meant is %q, not %q", addr, got, want)
		}
	}
	e := ParseEntered("Bob <bob@gmial.com>")
	if e[0].Meant != "bob@gmail.com" || e[0].Doubt != DoubtTypo || e[0].Wrong != "" {
		t.Errorf("entered is %+v", e[0])
	}
}
