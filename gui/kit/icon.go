package kit

import (
	"fmt"
	"image/color"
	"sync"

	"fyne.io/fyne/v2"

	"poplar/assets"
)

// icons keeps every icon in every colour it was asked for: Fyne caches pictures by resource name.
var icons sync.Map // of string -> fyne.Resource

// Icon returns the icon of that name (a file of assets/icons/ui without its ending) in the colour of the moment;
// widgets ask again in Refresh. An unknown name gives an empty picture.
func Icon(name string, c Colour) fyne.Resource { return drawn(name, Col(c), 1.6) }

// SmallIcon is Icon with a thicker stroke, for a flag of 13 px that would fade.
func SmallIcon(name string, c Colour) fyne.Resource { return drawn(name, Col(c), 1.9) }

func drawn(name string, c color.Color, stroke float64) fyne.Resource {
	r, g, b, _ := c.RGBA()
	key := fmt.Sprintf("%s-%.1f-%02X%02X%02X.svg", name, stroke, r>>8, g>>8, b>>8)
	if found, ok := icons.Load(key); ok {
		return found.(fyne.Resource)
	}
	path := ""
	if src := assets.Icon(name); src != nil {
		path, _ = outline(src, stroke) // a test draws every icon there is
	}
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="%s" fill="#%02X%02X%02X"/></svg>`, path, r>>8, g>>8, b>>8)
	made, _ := icons.LoadOrStore(key, fyne.NewStaticResource(key, []byte(svg)))
	return made.(fyne.Resource)
}

// Picture returns the application's or the tray's icon: a file name of assets/icons. An unknown name gives an empty
// resource.
func Picture(name string) fyne.Resource { return fyne.NewStaticResource(name, assets.Picture(name)) }
