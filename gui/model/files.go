package model

import (
	"path/filepath"
	"strings"
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
