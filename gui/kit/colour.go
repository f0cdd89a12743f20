package kit

import (
	"image/color"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colour names a colour of the design by its use. Col gives its value in the theme of the moment, so widgets keep
// the name and ask again in Refresh.
type Colour string

// The colours. Every text colour keeps a contrast of 4.5 on every ground it may stand on.
const (
	Sidebar     Colour = "sidebar"
	List        Colour = "list"
	Surface     Colour = "surface" // reading pane, composer, dialogs in their own window
	Dialog      Colour = "dialog"  // modal dialogs
	MenuFill    Colour = "menu"
	Footer      Colour = "footer" // button bars, disabled fields
	Text        Colour = "text"
	Text2       Colour = "text2" // second text, icons at rest
	Text3       Colour = "text3" // dates, hints, placeholders; never on a selected row
	Disabled    Colour = "disabled"
	Accent      Colour = "accent"
	AccentHover Colour = "accentHover"
	OnAccent    Colour = "onAccent"
	AccentText  Colour = "accentText" // accent as text: counts, link buttons
	Sel         Colour = "sel"        // selected row where the list has the keyboard
	SelText     Colour = "selText"
	SelOff      Colour = "selOff" // selected row where it has not
	Hover       Colour = "hover"
	Press       Colour = "press"
	ButtonFill  Colour = "button"
	Input       Colour = "input"
	Border      Colour = "border" // outline of fields
	Sep         Colour = "sep"    // 1 px lines
	Pill        Colour = "pill"
	Err         Colour = "err"
	ErrBg       Colour = "errBg"
	Warn        Colour = "warn"
	WarnBg      Colour = "warnBg"
	OK          Colour = "ok"
	OKBg        Colour = "okBg"
	Info        Colour = "info"
	InfoBg      Colour = "infoBg"
	LinkText    Colour = "link"
	Mark        Colour = "mark" // behind a word that was searched for
	MarkText    Colour = "markText"
	Flag        Colour = "flag"
	Violet      Colour = "violet" // the fifth of tags, the third of quotes
	Toast       Colour = "toast"  // the undo bar
	ToastText   Colour = "toastText"
	ToastAct    Colour = "toastAct"
	Veil        Colour = "veil" // shadows
	None        Colour = "none" // nothing is drawn
)

// palette holds each colour as 0xRRGGBB, light and dark.
var palette = map[Colour][2]uint32{
	Sidebar: {0xF1F4F2, 0x141816}, List: {0xFAFBFA, 0x181C1A}, Surface: {0xFFFFFF, 0x1D2220},
	Dialog: {0xFFFFFF, 0x212724}, MenuFill: {0xFFFFFF, 0x262C29}, Footer: {0xF6F8F6, 0x1B201E},
	Text: {0x1A211D, 0xE5EAE7}, Text2: {0x505B54, 0xAEB8B2}, Text3: {0x5C6760, 0x97A29B},
	Disabled: {0x97A29B, 0x66716A},
	Accent:   {0x1B7A4E, 0x55C08C}, AccentHover: {0x15663F, 0x6BD09E}, OnAccent: {0xFFFFFF, 0x082014},
	AccentText: {0x17693F, 0x6ACB9C}, Sel: {0xD9EDE1, 0x1F3D2D}, SelText: {0x10301E, 0xE3F6EB},
	SelOff: {0xE3E8E5, 0x2B322E}, Hover: {0xECF1EE, 0x242A27}, Press: {0xDFE6E2, 0x2E3531},
	ButtonFill: {0xE9EEEB, 0x2E3531}, Input: {0xFFFFFF, 0x171B19}, Border: {0x87938C, 0x6D7972},
	Sep: {0xE0E6E2, 0x2C332F}, Pill: {0xE4EAE6, 0x2E3531},
	Err: {0xB3261E, 0xFF9B8F}, ErrBg: {0xFCEBE9, 0x3B2220}, Warn: {0x854D00, 0xF2BD72}, WarnBg: {0xFFF3DC, 0x37301F},
	OK: {0x17693F, 0x6ACB9C}, OKBg: {0xE3F2E9, 0x1D3327}, Info: {0x1B5A88, 0x86BFEB}, InfoBg: {0xE7F1F9, 0x1D2E3B},
	LinkText: {0x0B629E, 0x82BDF0}, Mark: {0xFFE38A, 0x5E4A0C}, MarkText: {0x2B2300, 0xFFF3C4},
	Violet: {0x6B3FA0, 0xC3A2EE}, Flag: {0xC26A00, 0xF0A646}, Toast: {0x24302A, 0xE5EAE7}, ToastText: {0xF2F6F3, 0x1A211D},
	ToastAct: {0x7FDBAD, 0x17693F}, onAvatar: {0xFFFFFF, 0xFFFFFF},
}

// avatars are the grounds of the round letters; white on each is readable.
var avatars = [...]uint32{0x2E6F95, 0x8A5A2B, 0x6B3FA0, 0x1B7A4E, 0xA23B5A, 0x4A6572, 0xB3541E}

// chosen is the theme of the preferences: "light", "dark", anything else follows the system.
var chosen atomic.Value

// systemSilent is set where the system does not say whether it is light or dark.
var systemSilent atomic.Bool

// SystemTheme tells whether the system says if it is light or dark. Where it does not, Poplar is light.
func SystemTheme(known bool) { systemSilent.Store(!known) }

// darkBy says whether the window is dark where the system's own variant is as given.
func darkBy(variant fyne.ThemeVariant) bool {
	switch chosen.Load() {
	case "light":
		return false
	case "dark":
		return true
	}
	return variant == theme.VariantDark && !systemSilent.Load()
}

// Dark reports whether the window is dark now.
func Dark() bool {
	app := fyne.CurrentApp()
	return app != nil && darkBy(app.Settings().ThemeVariant())
}

// Col returns the colour as it is in the theme of the moment. An unknown name and None are transparent.
func Col(c Colour) color.Color { return value(c, Dark()) }

func value(c Colour, dark bool) color.NRGBA {
	if c == Veil {
		if dark {
			return color.NRGBA{A: 0x8C}
		}
		return alpha(rgb(0x10281A), 0x33)
	}
	pair, ok := palette[c]
	switch {
	case !ok:
		return color.NRGBA{}
	case dark:
		return rgb(pair[1])
	}
	return rgb(pair[0])
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF} //nolint:gosec // the octets of one number
}

func alpha(c color.NRGBA, a uint8) color.NRGBA {
	c.A = a
	return c
}
