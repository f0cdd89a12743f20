package model

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
)

// Danger is how much care a file wants that came by mail.
type Danger int

// The degrees of danger.
const (
	Harmless Danger = iota
	AskFirst        // it can be opened after a question
	NeverRun        // the system might run it: it is saved, never opened
)

// careful are the kinds of files that want care, with what they are as an English phrase.
var careful = []struct {
	danger  Danger
	what    string
	endings string
}{
	{NeverRun, "a Windows program", "EXE COM SCR PIF CPL XLL SYS DLL OCX GADGET MSC SCF APPREF-MS APPLICATION"},
	{NeverRun, "an installer", "MSI MSP MSIX MSIXBUNDLE APPX APPXBUNDLE APPINSTALLER PKG DEB RPM APK XAPK JAR JNLP SNAP FLATPAK FLATPAKREF"},
	{NeverRun, "a script", "BAT CMD VBS VBE JS JSE MJS WSF WSH WSC HTA PS1 PSM1 PSD1 SH BASH ZSH KSH CSH FISH PY PYW PYC PYZ PL RB LUA PHP TCL COMMAND TOOL SCPT SCPTD APPLESCRIPT WORKFLOW TERMINAL AHK"},
	{NeverRun, "a program", "RUN ELF APP APPIMAGE SO DYLIB"},
	{NeverRun, "a shortcut", "LNK URL DESKTOP WEBLOC FILELOC INETLOC SEARCH-MS LIBRARY-MS SETTINGCONTENT-MS WEBSITE"},
	{NeverRun, "a file of settings", "REG INF MOBILECONFIG RDP DIAGCAB THEME"},
	{NeverRun, "a help file that can run", "CHM HLP"},
	{NeverRun, "a disk image", "ISO IMG VHD VHDX DMG TOAST UDF"},
	{NeverRun, "a database that can run", "MDB MDE ACCDB ACCDE ACCDR ADE ADP"},
	{NeverRun, "an add-in", "XLA XLAM PPA PPAM WLL VSTO OXT XPI CRX"},
	{AskFirst, "a notebook that can hold programs", "ONE ONEPKG"},
	{AskFirst, "a query that loads data", "IQY SLK ODC RQY"},
	{AskFirst, "a document with macros", "DOCM DOTM XLSM XLTM XLSB PPTM POTM PPSM SLDM"},
	{AskFirst, "a web page", "HTML HTM XHTML XHT SHTML MHT MHTML SVG SVGZ"},
}

// archives are endings of archives. Those that pack one file under its own name (data.csv.gz) are not among them: two
// endings are usual there.
var archives = map[string]bool{
	"ZIP": true, "RAR": true, "7Z": true, "TGZ": true, "TAR": true, "ARJ": true, "ACE": true, "CAB": true, "LZH": true, "LHA": true, "UUE": true,
}

// FileDanger says how dangerous a file of that name is, and what it really is, as a key of translations: "" where it
// is what its name seems to say. disguised says that the name pretends to be of a harmless kind.
func FileDanger(name string) (d Danger, what string, disguised bool) {
	name = strings.TrimRight(name, ". ")
	ext := strings.ToUpper(strings.TrimPrefix(filepath.Ext(name), "."))
	stem := strings.TrimRight(name[:max(len(name)-len(ext)-1, 0)], " ._\u2003")
	disguised = looksLikeDocument(stem)
	for _, k := range careful {
		if slices.Contains(strings.Fields(k.endings), ext) {
			return k.danger, k.what, disguised
		}
	}
	if archives[ext] && disguised {
		return AskFirst, "an archive", true
	}
	return Harmless, "", false
}

// looksLikeDocument reports whether a name without its last ending has another one, of something people open
// without a thought.
func looksLikeDocument(stem string) bool {
	switch FileKindOf(stem, "") {
	case PDFFile, PictureFile, TableFile, TextFile:
		return true
	}
	switch Extension(stem) {
	case "PPT", "PPTX", "ODP", "MP3", "MP4", "MOV", "AVI", "WAV":
		return true
	}
	return false
}

// ContentDanger looks at the first octets of a file for what the system could run, whatever its name.
func ContentDanger(head []byte) (d Danger, what string) {
	for _, m := range []struct{ magic, what string }{
		{"MZ", "a Windows program"},
		{"\x7fELF", "a program"},
		{"\xfe\xed\xfa\xce", "a program"},
		{"\xfe\xed\xfa\xcf", "a program"},
		{"\xce\xfa\xed\xfe", "a program"},
		{"\xcf\xfa\xed\xfe", "a program"},
		{"#!/", "a script"},
		{"#! /", "a script"},
		{"[Desktop Entry]", "a shortcut"},
		{"L\x00\x00\x00\x01\x14\x02\x00", "a shortcut"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return NeverRun, m.what
		}
	}
	return Harmless, ""
}
