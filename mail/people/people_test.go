package people

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func person(name, addr string, sent, received, days int) mail.Person {
	return mail.Person{Address: mail.Address{Name: name, Addr: addr}, Sent: sent, Received: received, Last: now.AddDate(0, 0, -days)}
}

func book() *Book {
	return NewBook([]mail.Person{
		person("Klara Lindqvist", "klara@lindqvist.se", 5, 9, 3),
		person("Klaus Richter", "k.richter@bauamt.example", 1, 1, 200),
		person("陈思远", "chen@x.cn", 2, 4, 10),
		person("曾志伟", "zzw@x.cn", 0, 1, 10),
		person("吕布", "lb@x.cn", 0, 1, 10),
		person("Äsa Öberg", "asa@x.se", 0, 3, 50),
		person("", "billing@klarna.example", 0, 40, 1),
		person("重庆办事处", "office@cq.cn", 0, 2, 30),
	}, []mail.PeopleGroup{{Name: "项目组", Members: []mail.Address{{Addr: "chen@x.cn"}, {Addr: "zzw@x.cn"}}}})
}

func TestSuggest(t *testing.T) {
	b := book()
	for typed, want := range map[string]string{
		"kla":           "klara@lindqvist.se k.richter@bauamt.example billing@klarna.example",
		"klara l":       "klara@lindqvist.se",
		"rich":          "k.richter@bauamt.example",
		"csy":           "chen@x.cn",
		"chens":         "chen@x.cn",
		"chensiyuan":    "chen@x.cn",
		"chen si":       "chen@x.cn",
		"siyuan":        "chen@x.cn",
		"思远":            "chen@x.cn",
		"陈":             "chen@x.cn",
		"zengzhiwei":    "zzw@x.cn",
		"lvbu":          "lb@x.cn",
		"lb":            "lb@x.cn",
		"asa o":         "asa@x.se",
		"ÖBERG":         "asa@x.se",
		"ｋｌａｒａ":         "klara@lindqvist.se",
		"chongqing":     "office@cq.cn",
		"cqbsc":         "office@cq.cn",
		"xmz":           "项目组",
		"bauamt":        "k.richter@bauamt.example",
		"nobody":        "",
		"":              "",
		"@":             "",
		"quite nothing": "",
	} {
		var got []string
		for _, s := range b.Suggest(typed, 5, now, nil) {
			if s.Group != nil {
				got = append(got, s.Group.Name)
			} else {
				got = append(got, s.Addr)
			}
		}
		if typed == "@" { // it stands in every address
			continue
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q suggests %q, not %q", typed, got, want)
		}
	}
	if got := b.Suggest("kla", 5, now, func(a string) bool { return a == "klara@lindqvist.se" }); len(got) != 2 {
		t.Errorf("what is there already is suggested: %v", got)
	}
	if got := b.Suggest("kla", 1, now, nil); len(got) != 1 {
		t.Errorf("%d suggestions instead of one", len(got))
	}
}

func TestWhoIsWrittenToGoesFirst(t *testing.T) {
	b := NewBook([]mail.Person{
		person("Anna Alt", "a1@x.org", 9, 0, 900),
		person("Anna Berg", "a2@x.org", 3, 0, 2),
		person("Anna Carl", "a3@x.org", 0, 10, 2),
	}, nil)
	var got []string
	for _, s := range b.Suggest("anna", 9, now, nil) {
		got = append(got, s.Addr)
	}
	if want := []string{"a2@x.org", "a3@x.org", "a1@x.org"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if Score(person("", "x@x", 1, 0, 0), now) <= Score(person("", "x@x", 0, 5, 0), now) {
		t.Error("one message sent weighs less than five received")
	}
}

func TestWorth(t *testing.T) {
	for addr, want := range map[string]bool{
		"anna@x.org": true, "no-reply@x.org": false, "MAILER-DAEMON@x.org": false, "": false, "a b@x.org": false,
		"reply+0123456789012345678901234567890123456789@x.org": false, "张三@例子.cn": true,
	} {
		if Worth(mail.Address{Addr: addr}) != want {
			t.Errorf("%q: %v", addr, !want)
		}
	}
}

func TestCards(t *testing.T) {
	list := []mail.Person{
		{Address: mail.Address{Name: "陈思远", Addr: "chen@x.cn"}, Kept: true, Org: "白杨", Phone: "+86 10 1234", Note: "first\nsecond, with; marks"},
		{Address: mail.Address{Name: "Lindqvist, Klara", Addr: "klara@x.se"}, Kept: true},
	}
	groups := []mail.PeopleGroup{{Name: "Team", Members: []mail.Address{{Addr: "chen@x.cn"}, {Addr: "klara@x.se"}}}}
	for _, old := range []bool{false, true} {
		var b bytes.Buffer
		if err := Write(&b, list, groups, old); err != nil {
			t.Fatal(err)
		}
		got, gotGroups, err := Read(&b)
		if err != nil || !slices.Equal(got, list) {
			t.Errorf("old %v: got %+v, %v", old, got, err)
		}
		if len(gotGroups) != 1 || gotGroups[0].Name != "Team" || !slices.Equal(gotGroups[0].Members, groups[0].Members) {
			t.Errorf("old %v: groups %+v", old, gotGroups)
		}
	}
	// As other programs write them.
	const foreign = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Weber;Jonas;;;\r\nFN:Jonas Weber\r\nEMAIL;TYPE=INTERNET;TYPE=HOME:jonas@home.example\r\n" +
		"EMAIL;TYPE=INTERNET;TYPE=pref:jonas@work.example\r\nORG:Birch;Roofs\r\nUID:u1\r\nEND:VCARD\r\n" +
		"BEGIN:VCARD\r\nVERSION:3.0\r\nN:陈;思远;;;\r\nFN:\r\nEMAIL:chen@x.cn\r\nEND:VCARD\r\n" +
		"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Roofers\r\nN:Roofers\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:u1\r\nEND:VCARD\r\n"
	got, gotGroups, err := Read(strings.NewReader(foreign))
	if err != nil || len(got) != 3 || got[0].Addr != "jonas@work.example" || got[0].Org != "Birch Roofs" || got[2].Name != "陈思远" {
		t.Errorf("got %+v, %v", got, err)
	}
	if len(gotGroups) != 1 || gotGroups[0].Members[0].Addr != "jonas@work.example" {
		t.Errorf("groups %+v", gotGroups)
	}
	if got, _, err := Read(strings.NewReader(foreign + "BEGIN:VCARD\r\nrubbish")); err == nil || len(got) < 2 {
		t.Errorf("a broken file gives %d people, %v", len(got), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\nEMAIL;PREF=1:a@x\r\nEND:VCARD\r\n"))
	f.Add([]byte("BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E9=99=88;\nEND:VCARD"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, groups, _ := Read(bytes.NewReader(b))
		var out bytes.Buffer
		if err := Write(&out, list, groups, false); err != nil {
			t.Skip()
		}
		if again, _, err := Read(&out); err != nil || len(again) != len(list) {
			t.Fatalf("%d people became %d: %v\n%s", len(list), len(again), err, out.String())
		}
	})
}

func BenchmarkSuggest(b *testing.B) {
	var list []mail.Person
	for i := range 20000 {
		list = append(list, person("张三李四"[i%4*3:i%4*3+3]+string(rune('一'+i)), string(rune('a'+i%26))+"name@x.org", i%3, i%50, i%400))
	}
	book := NewBook(list, nil)
	for b.Loop() {
		book.Suggest("zh", 6, now, nil)
	}
}
