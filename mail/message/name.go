package message

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameLimit bounds a file name in bytes; file systems take 255, and a copy may get " (2)".
const nameLimit = 180

// reserved are device names of Windows, with or without extension.
var reserved = map[string]bool{
	"con": true, "prn": true, "aux": true, "nul": true, "com1": true, "com2": true, "com3": true, "com4": true, "com5": true, "com6": true, "com7": true, "com8": true, "com9": true,
	"lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true, "lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true, "conin$": true, "conout$": true, "com0": true, "lpt0": true,
}

// extensions for the types that parts without a name have. The system's own table is not asked: a name does not depend
// on where it is read.
var extensions = map[string]string{
	"text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "text/vcard": ".vcf", "text/x-vcard": ".vcf", "text/rfc822-headers": ".txt", "text/enriched": ".txt", "text/xml": ".xml",
	"message/rfc822": ".eml", "message/global": ".eml", "message/delivery-status": ".txt", "message/disposition-notification": ".txt", "message/partial": ".eml",
	"image/jpeg": ".jpg", "image/jpg": ".jpg", "image/pjpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp", "image/tiff": ".tiff", "image/svg+xml": ".svg", "image/heic": ".heic",
	"application/pdf": ".pdf", "application/zip": ".zip", "application/x-zip-compressed": ".zip", "application/msword": ".doc", "application/rtf": ".rtf", "application/json": ".json", "application/xml": ".xml", "application/gzip": ".gz",
	"application/ms-tnef": ".dat", "application/pgp-signature": ".asc", "application/pgp-encrypted": ".txt", "application/pgp-keys": ".asc",
	"application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx", "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
	"application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt", "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/amr": ".amr", "video/mp4": ".mp4", "video/quicktime": ".mov",
}

// SafeName makes a file name of what a message says: no path, no control or direction-changing characters, nothing
// that Windows reserves, not hidden, not too long, never empty. The extension is kept, as it is what opens the file.
func SafeName(name, mediaType string) string {
	name = strings.ToValidUTF8(name, "")
	// A path of either system: its last element. A name that ends in a separator keeps what is before it.
	name = strings.TrimRight(name, `/\ `)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == '\u115f' || r == '\u1160' || r == '\u3164':
			return -1 // bidi overrides, zero width and blank letters hide the extension
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Co, r):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	for strings.Contains(name, "  ") {
		name = strings.ReplaceAll(name, "  ", " ")
	}
	name = strings.Trim(name, " .")
	if name == "" {
		name = defaultName(mediaType)
	}
	stem, _, _ := strings.Cut(name, ".")
	if reserved[strings.ToLower(strings.TrimSpace(stem))] {
		name = "_" + name
	}
	if len(name) > nameLimit {
		ext := path.Ext(name)
		if len(ext) > 20 {
			ext = ""
		}
		stem := name[:nameLimit-len(ext)]
		for len(stem) > 0 && !utf8.ValidString(stem) {
			stem = stem[:len(stem)-1]
		}
		name = strings.TrimRight(stem, " .") + ext
	}
	return name
}

// defaultName names a part that has no name.
func defaultName(mediaType string) string {
	ext := extensions[mediaType]
	switch {
	case mediaType == "message/rfc822" || mediaType == "message/global":
		return "message.eml"
	case strings.HasPrefix(mediaType, "image/"):
		return "image" + ext
	case strings.HasSuffix(mediaType, "-signature"):
		return "signature" + ext
	case mediaType == "message/delivery-status":
		return "report.txt"
	case mediaType == "text/calendar":
		return "invitation.ics"
	}
	return "attachment" + ext
}
