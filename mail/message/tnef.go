package message

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
)

// The limits of reading TNEF (MS-OXTNEF): properties larger than tnefProperty are passed over, and a message inside a
// message is opened tnefDepth deep.
const (
	tnefProperty   = 4 << 20
	tnefAttributes = 10_000
	tnefFiles      = 1000
	tnefDepth      = 4
)

// winmail is what Outlook put into application/ms-tnef.
type winmail struct {
	files []winmailFile
	text  string
	html  string
	rtf   string // decompressed
}

func (w *winmail) empty() bool { return w.text == "" && w.html == "" && w.rtf == "" }

// winmailFile is one attachment; its bytes lie at [start, start+length) of the TNEF stream.
type winmailFile struct {
	name, long, mediaType, contentID string
	start, length                    int64
	opened                           bool // a message whose own files are listed
}

var errTNEF = errors.New("this is no TNEF stream")

// tnef reads a TNEF leaf; nil when it is none. What can be read of a damaged one is given.
func (t *tree) tnef(p *part) *winmail {
	if p.tnef != nil || p.tnefTried {
		return p.tnef
	}
	p.tnefTried = true
	if t.win.left && p.end-p.body >= t.win.until {
		return nil // it takes too long for a glance
	}
	w, err := readTNEF(t.reader(p))
	if err != nil {
		t.add(tnefBroken)
	}
	if w == nil || err != nil && len(w.files) == 0 && w.empty() {
		return nil
	}
	p.tnef = w
	return w
}

// tnefReader reads little-endian values and knows where it is.
type tnefReader struct {
	r   *bufio.Reader
	pos int64
	err error
	cp  string // code page of 8-bit strings
}

func readTNEF(r io.Reader) (*winmail, error) {
	d := &tnefReader{r: bufio.NewReaderSize(r, 32<<10), cp: "windows-1252"}
	w := &winmail{}
	err := d.stream(w, 0, 1<<62)
	w.files = slices.DeleteFunc(w.files, func(f winmailFile) bool { return f.opened })
	for i := range w.files {
		f := &w.files[i]
		if f.long != "" {
			f.name = f.long
		}
		if f.mediaType = strings.ToLower(strings.TrimSpace(f.mediaType)); !strings.Contains(f.mediaType, "/") {
			f.mediaType = typeByName(f.name)
		}
	}
	return w, err
}

func (d *tnefReader) bytes(n int64) []byte {
	if d.err != nil || n <= 0 {
		return nil
	}
	if n > tnefProperty {
		d.skip(n)
		return nil
	}
	// Grown while it is read: a length that lies takes no memory.
	b, err := io.ReadAll(io.LimitReader(d.r, n))
	d.pos += int64(len(b))
	if err != nil {
		d.err = err
	} else if int64(len(b)) < n {
		d.err = io.ErrUnexpectedEOF
	}
	return b
}

func (d *tnefReader) skip(n int64) {
	if d.err != nil || n <= 0 {
		return
	}
	m, err := io.CopyN(io.Discard, d.r, n)
	d.pos += m
	if err != nil {
		d.err = io.ErrUnexpectedEOF
	}
}

func (d *tnefReader) u8() int64 {
	b := d.bytes(1)
	if len(b) < 1 {
		return 0
	}
	return int64(b[0])
}

func (d *tnefReader) u16() int64 {
	b := d.bytes(2)
	if len(b) < 2 {
		return 0
	}
	return int64(binary.LittleEndian.Uint16(b))
}

func (d *tnefReader) u32() int64 {
	b := d.bytes(4)
	if len(b) < 4 {
		return 0
	}
	return int64(binary.LittleEndian.Uint32(b))
}

// Attributes of MS-OXTNEF section 2.1.3.2.
const (
	attTitle      = 0x8010
	attData       = 0x800F
	attRendData   = 0x9002
	attMAPIProps  = 0x9003
	attAttachment = 0x9005
	attCodepage   = 0x9007
	attBody       = 0x800C
)

// stream reads one TNEF stream that ends at limit.
func (d *tnefReader) stream(w *winmail, depth int, limit int64) error {
	if d.u32() != 0x223E9F78 || d.err != nil {
		return errTNEF
	}
	d.u16()    // key
	file := -1 // the attachment that attributes of level 2 belong to
	for n := 0; n < tnefAttributes && d.err == nil && d.pos < limit; n++ {
		level := d.u8()
		if d.err != nil {
			d.err = nil // a clean end
			return nil
		}
		if level != 1 && level != 2 {
			return errTNEF
		}
		id := d.u32() & 0xffff
		size := d.u32()
		end := d.pos + size
		if d.err != nil || end > limit {
			return io.ErrUnexpectedEOF
		}
		switch {
		case id == attCodepage:
			if b := d.bytes(size); len(b) >= 4 {
				d.cp = codePage(int64(binary.LittleEndian.Uint32(b)))
			}
		case id == attBody && level == 1:
			if b := d.bytes(size); len(b) > 0 && w.text == "" && depth == 0 {
				w.text = d.text8(b)
			}
		case id == attMAPIProps && level == 1:
			d.properties(w, -1, depth, end)
		case id == attRendData:
			if len(w.files) >= tnefFiles {
				return nil
			}
			w.files = append(w.files, winmailFile{})
			file = len(w.files) - 1
		case file < 0: // an attachment's attribute before any attachment
		case id == attTitle:
			w.files[file].name = d.text8(d.bytes(size))
		case id == attData:
			w.files[file].start, w.files[file].length = d.pos, size
		case id == attAttachment:
			d.properties(w, file, depth, end)
		}
		d.skip(end - d.pos)
		d.u16() // checksum: not needed, and often wrong
	}
	return d.err
}

// Properties of MS-OXPROPS.
const (
	prBody         = 0x1000
	prRTF          = 0x1009
	prHTML         = 0x1013
	prDisplayName  = 0x3001
	prDataObject   = 0x3701
	prFileName     = 0x3704
	prLongFileName = 0x3707
	prMIMETag      = 0x370E
	prContentID    = 0x3712
	prCodepage     = 0x3FDE
)

// properties reads a MAPI property list (MS-OXTNEF section 2.1.3.4): of the message, or of the
// attachment of that index.
func (d *tnefReader) properties(w *winmail, file, depth int, end int64) {
	count := d.u32()
	for n := int64(0); n < count && n < tnefAttributes && d.err == nil && d.pos < end; n++ {
		kind, id := d.u16(), d.u16()
		if id >= 0x8000 { // named: a GUID and a number or a name
			d.skip(16)
			if d.u32() == 0 {
				d.skip(4)
			} else {
				d.skip(pad4(d.u32()))
			}
		}
		values := int64(1)
		multi := kind&0x1000 != 0
		kind &^= 0x1000
		variable := kind == 0x1e || kind == 0x1f || kind == 0x0d || kind == 0x102
		if multi || variable {
			values = d.u32()
		}
		for v := int64(0); v < values && d.err == nil && d.pos < end; v++ {
			if !variable {
				switch kind {
				case 2, 3, 4, 10, 11, 1: // shorts are padded
					d.skip(4)
				case 5, 6, 7, 20, 64:
					d.skip(8)
				case 0x48:
					d.skip(16)
				default:
					return // an unknown type: its length cannot be told
				}
				continue
			}
			size := d.u32()
			next := d.pos + pad4(size)
			if d.err != nil || next > end {
				return
			}
			d.property(w, file, depth, kind, id, size)
			d.skip(next - d.pos)
		}
	}
}

func (d *tnefReader) property(w *winmail, file, depth int, kind, id, size int64) {
	text := func() string {
		b := d.bytes(size)
		if kind == 0x1f {
			return strings.TrimRight(utf16LE(b), "\x00")
		}
		return d.text8(b)
	}
	if file >= 0 {
		f := &w.files[file]
		switch id {
		case prLongFileName:
			f.long = text()
		case prFileName, prDisplayName:
			if s := text(); f.name == "" {
				f.name = s
			}
		case prMIMETag:
			f.mediaType = text()
		case prContentID:
			f.contentID = strings.Trim(text(), "<> ")
		case prDataObject:
			if size <= 16 {
				return
			}
			end := d.pos + size
			d.skip(16) // the interface's id
			if kind == 0x0d && depth < tnefDepth {
				// A message in the message: its own files stand for it.
				inner := &winmail{}
				if err := d.stream(inner, depth+1, end); err == nil || len(inner.files) > 0 {
					f.opened = true
					w.files = append(w.files, inner.files[:min(len(inner.files), tnefFiles-min(tnefFiles, len(w.files)))]...)
				}
				return
			}
			f.start, f.length = d.pos, size-16
		}
		return
	}
	if depth > 0 {
		return
	}
	switch id {
	case prBody:
		w.text = text()
	case prHTML:
		b := d.bytes(size)
		cs := metaCharset(b)
		if kind == 0x1f {
			w.html = utf16LE(b)
		} else {
			if cs == "" {
				cs = d.cp
			}
			w.html, _ = decodeText(b, cs)
		}
	case prRTF:
		if b := d.bytes(size); len(b) > 16 {
			w.rtf = string(decompressRTF(b))
		}
	}
}

// text8 reads an 8-bit string that may end in NUL.
func (d *tnefReader) text8(b []byte) string {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	s, _ := decodeText(b, d.cp)
	return s
}

func utf16LE(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	return string(utf16.Decode(units))
}

func pad4(n int64) int64 { return (n + 3) &^ 3 }

// codePage names a Windows code page.
func codePage(n int64) string {
	switch n {
	case 932:
		return "shift_jis"
	case 936, 54936:
		return "gb18030"
	case 949:
		return "euc-kr"
	case 950:
		return "big5"
	case 874:
		return "windows-874"
	case 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258:
		return "windows-" + string([]byte{'1', '2', '5', byte('0' + n%10)})
	case 20866:
		return "koi8-r"
	case 28592:
		return "iso-8859-2"
	case 28605:
		return "iso-8859-15"
	case 50220, 50221, 50222:
		return "iso-2022-jp"
	case 51932:
		return "euc-jp"
	case 65001:
		return "utf-8"
	}
	return "windows-1252"
}
