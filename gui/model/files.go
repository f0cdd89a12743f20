package model

import (
	"path/filepath"
	"strings"

	"poplar/mail"
)

// FileKind is what a person would call an attached file.
type FileKind int

// The kinds.
const (
	OtherFile FileKind = iota
	PDFFile
	PictureFile
	TableFile
	TextFile
	MessageFile
	CalendarFile
)

// Icon is the name of the kind's icon.
func (k FileKind) Icon() string {
	return [...]string{"clip", "pdf", "image", "xls", "doc", "mail", "cal"}[k]
}

// FileKindOf tells the kind by the media type, and where that says little by the name.
func FileKindOf(name, mediaType string) FileKind {
	t := strings.ToLower(mediaType)
	switch {
	case t == "application/pdf":
		return PDFFile
	case strings.HasPrefix(t, "image/"):
		return PictureFile
	case t == "message/rfc822":
		return MessageFile
	case t == "text/calendar":
		return CalendarFile
	}
	switch Extension(name) {
	case "PDF":
		return PDFFile
	case "PNG", "JPG", "JPEG", "GIF", "WEBP", "BMP", "TIF", "TIFF", "SVG", "HEIC":
		return PictureFile
	case "XLS", "XLSX", "ODS", "CSV", "ET", "NUMBERS":
		return TableFile
	case "TXT", "DOC", "DOCX", "ODT", "RTF", "MD", "WPS", "PAGES":
		return TextFile
	case "EML":
		return MessageFile
	case "ICS":
		return CalendarFile
	}
	if strings.HasPrefix(t, "text/") {
		return TextFile
	}
	return OtherFile
}

// Extension is the ending of a file name in capitals without its dot; empty where there is none or it is no ending.
func Extension(name string) string {
	ext := strings.ToUpper(strings.TrimPrefix(filepath.Ext(name), "."))
	if len(ext) > 8 {
		return ""
	}
	return ext
}

// MessageFileName is the name under which a message of that subject is saved.
func MessageFileName(subject string) string {
	const longest = 120
	name := strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F:
			return -1
		case strings.ContainsRune(`<>:"/\|?*`, r):
			return '_'
		}
		return r
	}, strings.TrimSpace(subject))
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "")
	}
	if name = strings.Trim(name, " ."); name == "" {
		name = "message"
	}
	return name + ".eml"
}

// NodeName is the name under which a part of a message is saved.
func NodeName(n mail.Node) string {
	if n.Name != "" {
		ext := filepath.Ext(n.Name)
		return strings.TrimSuffix(MessageFileName(strings.TrimSuffix(n.Name, ext)), ".eml") + strings.TrimSuffix(MessageFileName("x"+ext), ".eml")[1:]
	}
	ext := map[string]string{
		"text/plain": ".txt", "text/html": ".html", "message/rfc822": ".eml", "text/calendar": ".ics", "image/jpeg": ".jpg", "image/png": ".png",
		"image/gif": ".gif", "application/pdf": ".pdf", "message/delivery-status": ".txt",
	}[n.Type]
	if ext == "" {
		ext = ".bin"
	}
	if n.Path == "" {
		return "part" + ext
	}
	return "part-" + strings.ReplaceAll(n.Path, ".", "-") + ext
}
