package message

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

func tnefAttribute(level byte, id uint32, data []byte) []byte {
	b := []byte{level}
	b = binary.LittleEndian.AppendUint32(b, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, data...)
	return append(b, 0, 0)
}

func tnefProps(props ...[]byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(props))), bytes.Join(props, nil)...)
}

func tnefProp(kind, id uint16, data []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	b = binary.LittleEndian.AppendUint16(b, id)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, data...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s + "\x00")) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func tnefStream(attributes ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x223E9F78)
	return append(append(b, 1, 0), bytes.Join(attributes, nil)...)
}

// tnefSample has a text, a file, and a message with a file of its own.
func tnefSample() []byte {
	inner := tnefStream(
		tnefAttribute(2, attRendData, make([]byte, 14)),
		tnefAttribute(2, attTitle, []byte("inner.txt\x00")),
		tnefAttribute(2, attData, []byte("from inside")),
	)
	return tnefStream(
		tnefAttribute(1, attCodepage, []byte{0xe4, 4, 0, 0, 0, 0, 0, 0}),
		tnefAttribute(1, attMAPIProps, tnefProps(tnefProp(0x1e, prBody, []byte("The text\x00")), tnefProp(0x102, prHTML, []byte("<p>The text</p>")))),
		tnefAttribute(2, attRendData, make([]byte, 14)),
		tnefAttribute(2, attTitle, []byte("LONGNA~1.DOC\x00")),
		tnefAttribute(2, attData, []byte("the document")),
		tnefAttribute(2, attAttachment, tnefProps(tnefProp(0x1f, prLongFileName, wide("A long näme.doc")), tnefProp(0x1e, prMIMETag, []byte("Application/MSWord\x00")), tnefProp(0x1e, prContentID, []byte("<c1@x>\x00")))),
		tnefAttribute(2, attRendData, make([]byte, 14)),
		tnefAttribute(2, attTitle, []byte("A message\x00")),
		tnefAttribute(2, attAttachment, tnefProps(tnefProp(0x0d, prDataObject, append(make([]byte, 16), inner...)))),
	)
}

func TestTNEF(t *testing.T) {
	b := tnefSample()
	w, err := readTNEF(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if w.text != "The text" || w.html != "<p>The text</p>" {
		t.Errorf("text %q, HTML %q", w.text, w.html)
	}
	if len(w.files) != 2 {
		t.Fatalf("%d files: %+v", len(w.files), w.files)
	}
	for i, want := range []struct{ name, mediaType, contentID, data string }{
		{"A long näme.doc", "application/msword", "c1@x", "the document"},
		{"inner.txt", "text/plain", "", "from inside"},
	} {
		f := w.files[i]
		if f.name != want.name || f.mediaType != want.mediaType || f.contentID != want.contentID || string(b[f.start:f.start+f.length]) != want.data {
			t.Errorf("file %d: %+v", i, f)
		}
	}
	// Cut anywhere, it neither fails hard nor loses what was whole before.
	for n := range b {
		w, err := readTNEF(bytes.NewReader(b[:n]))
		if w == nil || n < len(b)-200 && err == nil && n > 10 && len(w.files) == 2 {
			t.Errorf("cut at %d: %+v, %v", n, w, err)
		}
	}
	// Found by fuzzing: a title before any attachment.
	if w, err := readTNEF(bytes.NewReader(tnefStream(tnefAttribute(1, attTitle, []byte("x")), tnefAttribute(2, attData, []byte("y"))))); err != nil || len(w.files) != 0 {
		t.Errorf("%+v, %v", w, err)
	}
	if _, err := readTNEF(strings.NewReader("no TNEF at all")); err == nil {
		t.Error("text passes for TNEF")
	}
}

func TestRTF(t *testing.T) {
	tests := []struct {
		name, src, want string
		isHTML          bool
	}{
		{"plain", `{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator X;}\f0 Hello \b bold\b0 , caf\'e9\par Next\tab line \{x\}}`, "Hello bold, café\nNext\tline {x}", false},
		{"Unicode", `{\rtf1\ansi\uc1 \u20320?\u22909? and \u-10179?\u-8704?}`, "你好 and 😀", false},
		{"GBK", `{\rtf1\ansi\ansicpg936 \'c4\'e3\'ba\'c3}`, "你好", false},
		{"HTML inside", `{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Good \htmlrtf \b \htmlrtf0 {\*\htmltag84 <b>}morning{\*\htmltag92 </b>}\htmlrtf\par}\htmlrtf0{\*\htmltag72 </p>}{\*\htmltag27 </html>}}`, "<html><p>Good <b>morning</b></p></html>", true},
	}
	for _, tt := range tests {
		got, isHTML := rtfText(tt.src)
		if got != tt.want || isHTML != tt.isHTML {
			t.Errorf("%s: %q, %v", tt.name, got, isHTML)
		}
	}
	// The example of MS-OXRTFCP section 4.1.1.
	compressed := []byte{
		0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0, 0x0a, 0, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42,
		0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
	}
	if got := string(decompressRTF(compressed)); got != "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n" {
		t.Errorf("decompressed: %q", got)
	}
	// A size that lies takes no memory.
	copy(compressed[4:], []byte{0xff, 0xff, 0xff, 0x7f})
	if got := decompressRTF(compressed); len(got) > 100 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestCalendar(t *testing.T) {
	list := parseCalendar("BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VTIMEZONE\r\nTZID:Own Zone\r\nBEGIN:STANDARD\r\nTZOFFSETTO:+0330\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=\"Own Zone\":20240506T090000\r\nDURATION:PT1H30M\r\nSUMMARY:Lin\r\n e\\; two\\nnext\r\nSTATUS:CANCELLED\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20240506\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;TZID=China Standard Time:20240506T090000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	if len(list) != 3 {
		t.Fatalf("%d events", len(list))
	}
	v := list[0]
	if v.Method != "CANCEL" || v.Summary != "Line; two\nnext" || v.Status != "CANCELLED" || v.Repeats != "FREQ=WEEKLY" || v.Start.UTC().Format("15:04") != "05:30" || v.End.Sub(v.Start).Minutes() != 90 {
		t.Errorf("%+v", v)
	}
	if !list[1].AllDay || list[1].Start.Format("2006-01-02") != "2024-05-06" {
		t.Errorf("%+v", list[1])
	}
	if list[2].Start.UTC().Format("15:04") != "01:00" {
		t.Errorf("%+v", list[2])
	}
}
