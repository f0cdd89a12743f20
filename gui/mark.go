package gui

import (
	"net/url"
	"strings"

	"poplar/mail"
)

// webMark says where a file on the disk came from. The system and other programs ask before they run such a file, and
// open documents without their macros.
type webMark struct {
	messageID string
	from      string
	subject   string
}

func markOf(m *mail.Message) webMark {
	w := webMark{messageID: oneLine(m.MessageID), subject: oneLine(m.Subject)}
	if len(m.From) > 0 {
		w.from = oneLine(m.From[0].Addr)
	}
	return w
}

// url is the message as a URL (RFC 2392); a message without an id is no more than mail.
func (m webMark) url() string {
	if m.messageID == "" {
		return "mid:unknown"
	}
	return "mid:" + url.PathEscape(m.messageID)
}

// oneLine keeps a stranger's text from adding lines to a mark.
func oneLine(s string) string {
	const most = 500
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}
