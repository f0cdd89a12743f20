package kit

import (
	"bytes"
	"fmt"
	"image/color"
	"sync"

	"fyne.io/fyne/v2"

	"poplar/assets"
)

// icons keeps every icon in every colour it was asked for: Fyne caches pictures by resource name.
var icons sync.Map // of string -> fyne.Resource

// Icon returns the icon of that name (a file of assets/icons/ui without its ending) in the colour of the moment. Fyne
// recolours fills only and these are strokes, so the colour is written into the source; widgets ask again in Refresh.
// An unknown name gives an empty picture.
func Icon(name string, c Colour) fyne.Resource { return stroked(name, Col(c), "1.6") }

// SmallIcon is Icon for marks of 13 px, where a thin stroke would fade.
func SmallIcon(name string, c Colour) fyne.Resource { return stroked(name, Col(c), "1.9") }

func stroked(name string, c color.Color, width string) fyne.Resource {
	r, g, b, _ := c.RGBA()
	hex := fmt.Sprintf("#%02X%02X%02X", r>>8, g>>8, b>>8)
	key := name + hex + width + ".svg"
	if found, ok := icons.Load(key); ok {
		return found.(fyne.Resource)
	}
	src := assets.Icon(name)
	if src == nil {
		src = []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"></svg>`)
	}
	src = bytes.ReplaceAll(src, []byte("#000000"), []byte(hex))
	src = bytes.ReplaceAll(src, []byte(`stroke-width="1.6"`), []byte(`stroke-width="`+width+`"`))
	made, _ := icons.LoadOrStore(key, fyne.NewStaticResource(key, src))
	return made.(fyne.Resource)
}

// Picture returns the application's or the tray's icon: a file name of assets/icons. An unknown name gives an empty
// resource.
func Picture(name string) fyne.Resource { return fyne.NewStaticResource(name, assets.Picture(name)) }
