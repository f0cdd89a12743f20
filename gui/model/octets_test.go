package model

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func shown(o *Octets) []string {
	var out []string
	for i := range o.Rows() {
		b, _ := o.Row(i)
		out = append(out, Display(b))
	}
	return out
}

func TestOctetsRows(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"lines", "a: b\r\n\r\nc\n\nd", []string{"a: b", "", "c", "", "d"}},
		{"a long line", "0123456789ab", []string{"01234567", "89ab"}},
		{"exactly a row", "01234567\r\nx", []string{"01234567", "x"}},
		{"Chinese is twice as wide", "邮件邮件邮\r\n", []string{"邮件邮件", "邮"}},
		{"no half of a character", "a邮件邮件", []string{"a邮件邮", "件"}},
		{"tabs", "a\tb", []string{"a       ", "b"}},
		{"no text", "\x00\xff\r\x7f", []string{"␀\uFFFD␍␡"}},
		{"what turns around", "a\u202eb", []string{"a\uFFFDb"}},
		{"the last line end", "a\r\n", []string{"a"}},
	} {
		for size := 1; size < 6; size++ {
			o := NewOctets(8)
			for p := []byte(c.in); len(p) > 0; p = p[min(size, len(p)):] {
				o.Add(p[:min(size, len(p))])
			}
			if got := shown(o); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d at a time: %q", c.name, size, got)
			}
		}
	}
}

func TestOctetsPlaces(t *testing.T) {
	o := NewOctets(80)
	o.Add([]byte("Subject: 邮件 x\r\nTo: b\r\n"))
	row, from := o.Row(1)
	if from != 19 || o.RowAt(from) != 1 || o.RowAt(from-1) != 0 || o.RowAt(0) != 0 || o.RowAt(1000) != 1 {
		t.Errorf("row 1 begins at %d", from)
	}
	if string(row) != "To: b" {
		t.Errorf("%q", row)
	}
	row, _ = o.Row(0)
	for _, c := range []struct {
		column float64
		at     int
	}{{0, 0}, {3.4, 3}, {9.2, 9}, {10.9, 12}, {11, 12}, {100, 17}} {
		if got := OffsetAt(row, c.column); got != c.at {
			t.Errorf("column %v is at %d", c.column, got)
		}
	}
	if c := Column(row, 15); c != 13 {
		t.Errorf("x stands at column %d", c)
	}
	o.SetColumns(10)
	if got := shown(o); got[0] != "Subject: " || len(got) != 3 {
		t.Errorf("%q", got)
	}
}

func TestFindOctets(t *testing.T) {
	data := bytes.Repeat([]byte("From: Anna <a@x>\r\n"), 100_000)
	for _, c := range []struct {
		text  string
		found int
		first int
	}{{"anna", 10_000, 6}, {"FROM: anna <A@X>\r\nfrom", 10_000, 0}, {"nobody", 0, 0}, {"", 0, 0}} {
		got, err := FindOctets(t.Context(), data, c.text)
		if err != nil || len(got) != c.found || c.found > 0 && got[0] != c.first {
			t.Errorf("%q: %d places, %v", c.text, len(got), err)
		}
	}
	// A place across the border of what is looked at together is found once.
	for shift := range 8 {
		data := bytes.Repeat([]byte{'.'}, 2<<20+100)
		copy(data[1<<20-shift:], "needle")
		copy(data[2<<20-shift:], "邮件 é")
		for _, text := range []string{"NEEDLE", "邮件"} {
			if got, _ := FindOctets(t.Context(), data, text); len(got) != 1 {
				t.Errorf("%s, %d before the border: %v", text, shift, got)
			}
		}
	}
}

func BenchmarkOctets(b *testing.B) {
	data := []byte(strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 10<<20/78))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		o := NewOctets(110)
		for p := data; len(p) > 0; p = p[min(1<<20, len(p)):] {
			o.Add(p[:min(1<<20, len(p))])
		}
		if o.Rows() < 1000 {
			b.Fatal(fmt.Sprint(o.Rows()))
		}
	}
}
