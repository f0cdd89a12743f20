package page

import (
	"context"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"poplar/gui/kit"
	"poplar/mail/html/layout"
)

// fonts are the faces of the process: Fyne's own as the base, the system's for what those lack.
var fonts = sync.OnceValues(func() (*layout.Fonts, error) {
	o := layout.FontOptions{}
	for _, r := range []fyne.Resource{
		theme.DefaultTextFont(), theme.DefaultTextBoldFont(), theme.DefaultTextItalicFont(), theme.DefaultTextBoldItalicFont(),
		theme.DefaultTextMonospaceFont(),
	} {
		o.Base = append(o.Base, r.Content())
	}
	if r := theme.DefaultEmojiFont(); r != nil {
		o.Emoji = r.Content()
	}
	return layout.NewFonts(o)
})

// Warm loads the fonts and the index of the system's fonts away from the UI thread, so that the first message need not
// wait for them. The window calls it once at its start.
func Warm(loop kit.Loop) {
	kit.Do(context.Background(), loop, func(context.Context) error {
		f, err := fonts()
		if err != nil {
			return err
		}
		f.Scan()
		return nil
	}, func(error) {})
}
