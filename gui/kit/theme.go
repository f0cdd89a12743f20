package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Theme is Poplar's look for Fyne's own widgets: the colours of Colour, Fyne's fonts and symbols, and tighter sizes.
type Theme struct{ base fyne.Theme }

// NewTheme returns the theme.
func NewTheme() *Theme { return &Theme{base: theme.DefaultTheme()} }

// SetTheme chooses "light", "dark" or (anything else) what the system says, and redraws every window.
func SetTheme(choice string) {
	chosen.Store(choice)
	if app := fyne.CurrentApp(); app != nil {
		app.Settings().SetTheme(NewTheme())
	}
}

// themed says which of our colours a colour of Fyne's is.
var themed = map[fyne.ThemeColorName]Colour{
	theme.ColorNameBackground:          Surface,
	theme.ColorNameOverlayBackground:   Dialog,
	theme.ColorNameMenuBackground:      MenuFill,
	theme.ColorNameHeaderBackground:    Footer,
	theme.ColorNameForeground:          Text,
	theme.ColorNamePlaceHolder:         Text3,
	theme.ColorNameDisabled:            Disabled,
	theme.ColorNamePrimary:             Accent,
	theme.ColorNameForegroundOnPrimary: OnAccent,
	theme.ColorNameForegroundOnSuccess: OnAccent,
	theme.ColorNameButton:              ButtonFill,
	theme.ColorNameDisabledButton:      ButtonFill,
	theme.ColorNameInputBackground:     Input,
	theme.ColorNameInputBorder:         Border,
	theme.ColorNameSeparator:           Sep,
	theme.ColorNameError:               Err,
	theme.ColorNameWarning:             Warn,
	theme.ColorNameSuccess:             OK,
	theme.ColorNameHyperlink:           LinkText,
	theme.ColorNameShadow:              Veil,

	theme.ColorNameInnerWindowBorder:         Sep,
	theme.ColorNameInnerWindowBorderInactive: Sep,
}

// Color implements fyne.Theme. The person's choice of light or dark goes before the variant Fyne asks for.
func (t *Theme) Color(n fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	dark := darkBy(variant)
	if c, ok := themed[n]; ok {
		return value(c, dark)
	}
	pick := func(light, night uint8) uint8 {
		if dark {
			return night
		}
		return light
	}
	// Fyne blends the first three over a widget's own fill, so they must let it through.
	switch n {
	case theme.ColorNameHover:
		return alpha(value(Text, dark), pick(0x10, 0x1A))
	case theme.ColorNamePressed:
		return alpha(value(Text, dark), pick(0x1C, 0x2C))
	case theme.ColorNameFocus:
		return alpha(value(Accent, dark), 0x55)
	case theme.ColorNameSelection:
		return alpha(value(Accent, dark), 0x40)
	case theme.ColorNameForegroundOnError, theme.ColorNameForegroundOnWarning:
		if dark {
			return rgb(0x1A0B08)
		}
		return rgb(0xFFFFFF)
	case theme.ColorNameScrollBar:
		return alpha(value(Text3, dark), 0x80)
	case theme.ColorNameScrollBarBackground:
		return color.Transparent
	}
	return t.base.Color(n, variant)
}

// Font implements fyne.Theme.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource { return t.base.Font(s) }

// Icon implements fyne.Theme. Fyne recolours fills only, so its own (filled) symbols stay.
func (t *Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return t.base.Icon(n) }

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:                 13,
	theme.SizeNameCaptionText:          11,
	theme.SizeNameSubHeadingText:       15,
	theme.SizeNameHeadingText:          20,
	theme.SizeNameInlineIcon:           18,
	theme.SizeNamePadding:              4,
	theme.SizeNameInnerPadding:         6, // makes Fyne's Button and Entry 30 high
	theme.SizeNameLineSpacing:          4,
	theme.SizeNameSeparatorThickness:   1,
	theme.SizeNameSplitThickness:       5,
	theme.SizeNameScrollBar:            10,
	theme.SizeNameScrollBarSmall:       4,
	theme.SizeNameScrollBarRadius:      5,
	theme.SizeNameInputBorder:          1,
	theme.SizeNameInputRadius:          6,
	theme.SizeNameButtonRadius:         6,
	theme.SizeNameSelectionRadius:      6,
	theme.SizeNamePopupRadius:          8,
	theme.SizeNameMenuRadius:           8,
	theme.SizeNameDialogRadius:         8,
	theme.SizeNameCardRadius:           8,
	theme.SizeNameInnerWindowRadius:    8,
	theme.SizeNameModalBlurRadius:      0,
	theme.SizeNameWindowTitleBarHeight: 32,
	theme.SizeNameWindowButtonIcon:     14,
}

// Size implements fyne.Theme.
func (t *Theme) Size(n fyne.ThemeSizeName) float32 {
	if s, ok := sizes[n]; ok {
		return s
	}
	return t.base.Size(n)
}
