package gui

import "os"

// mark writes the stream that Windows calls Zone.Identifier: the file is from the internet. A file system without
// streams keeps the file without.
func (m webMark) mark(path string) {
	text := "[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=" + m.url() + "\r\nHostUrl=about:internet\r\n"
	_ = os.WriteFile(path+":Zone.Identifier", []byte(text), 0o600) // best effort, as said above
}
