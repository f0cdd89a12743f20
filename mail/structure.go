package mail

// Structure is a message taken apart, for a person who wants to see what is in it.
type Structure struct {
	Size int64 // octets of the raw message
	Root Node
	// Header is the header of the message as it stands and as it is read, in its order.
	Header []SourceField
	// Cut says that there are more parts or fields than are listed.
	Cut bool
}

// SourceField is one header field: as a person reads it, and as it stands in the message.
type SourceField struct {
	Name  string
	Value string // unfolded and decoded
	Raw   string // as it stands, folds and encoded words kept; what is no UTF-8 is shown as U+FFFD
}

// Node is one part of a message (RFC 2045).
type Node struct {
	// Path is the part's number as IMAP gives it (RFC 3501 section 6.4.5): "1", "2.1". The message itself is "".
	Path        string
	Type        string // media type, lower case, no parameters
	Charset     string // as the part names it
	Encoding    string // Content-Transfer-Encoding, normalised; "" where none is named
	Disposition string // "inline", "attachment", …
	Name        string // as the message gives it, decoded: not safe as a file name
	ContentID   string // without brackets
	Size        int64  // octets of the decoded contents; of a part with parts, as it stands
	Raw         int64  // octets as they stand in the message
	Offset      int64  // where its header starts in the raw message; -1 for a file inside another (winmail.dat)
	Index       int    // its number among Message.Parts, the handle for reading its bytes; -1 where it is none
	Parts       []Node
}

// Piece says that a message is one of several that make a whole (RFC 2046 section 5.2.2).
type Piece struct {
	ID     string
	Number int // from 1
	Total  int // 0 where this piece does not tell
	// Have is how many pieces of the whole are in the store; Whole that all are, and that the message is read as the
	// whole. Only Engine.Read fills them in.
	Have  int
	Whole bool
}

// External is where a part is kept that is not in the message itself (message/external-body, RFC 2046 section 5.2.3).
// Nothing of it is ever fetched by itself.
type External struct {
	Access  string // "url", "anon-ftp", "local-file", "mail-server", …, lower case
	Where   string // the URL, or site, directory and name put together, as a person reads it
	Type    string // media type of what is kept there
	Name    string
	Size    int64  // octets, 0 where it does not tell
	Expires string // as it stands
}

// Charsets are the character sets that a person may choose to read a message in, by their preferred MIME names, those
// in use most first.
var Charsets = []string{
	"utf-8", "gb18030", "big5", "hz-gb-2312", "iso-2022-cn", "iso-2022-jp", "shift_jis", "euc-jp", "euc-kr", "iso-2022-kr",
	"windows-1252", "iso-8859-15", "windows-1250", "iso-8859-2", "windows-1251", "koi8-r", "koi8-u", "iso-8859-5",
	"windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "windows-874", "utf-16", "utf-7", "ibm437", "macintosh",
}
