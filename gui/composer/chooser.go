package composer

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// chooser lets the person choose several files of one folder at once, which Fyne's dialog does not.
type chooser struct {
	w      *Window
	ask    *kit.Ask
	dir    string
	list   []model.DiskEntry
	chosen map[string]bool
	where  *kit.Line
	rows   *widget.List
	only   func(path string) bool // which files are shown; nil: all
	then   func(paths []string)
	labels func(n int) string // of the button that takes them
	reads  int                // counts the readings of a folder, so that a late one is not shown
}

// lastFolder is where files were attached from last. It is used on the loop's thread alone.
var lastFolder string

const (
	chooserWidth  = 640
	chooserHeight = 340
)

func newChooser(w *Window) *chooser {
	c := &chooser{w: w, then: w.Attach, chosen: map[string]bool{}, where: kit.NewLine("", 13, false, kit.Text2).CutAt(kit.CutMiddle).Shrink()}
	c.rows = widget.NewList(func() int { return len(c.list) }, newDiskRow, func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(c.list) {
			o.(*diskRow).show(c.list[i], c.chosen[c.list[i].Path])
		}
	})
	c.rows.HideSeparators = true
	c.rows.OnSelected = func(i widget.ListItemID) {
		c.rows.Unselect(i)
		if i < len(c.list) {
			c.press(c.list[i])
		}
	}
	up := kit.NewIconButton("up", kit.T("The folder above"), func() { c.read(filepath.Dir(c.dir)) })
	head := kit.NewRow(6, 1, up, c.where)
	c.ask = &kit.Ask{
		Title: kit.T("Attach files"), Content: container.New(&kit.Column{Gap: 8}, head, container.New(tall{chooserHeight}, c.rows)), Width: chooserWidth,
		Choices: []kit.AskChoice{
			{Label: kit.T("Attach the folder"), Left: true, Kind: kit.Link, Do: func() bool { c.take([]string{c.dir}); return true }},
			{Label: kit.T("Cancel")},
			{Label: kit.T("Attach"), Kind: kit.Filled, Do: func() bool { c.take(c.paths()); return true }},
		},
		OnCancelled: func() {},
	}
	c.labels = func(n int) string {
		if n == 0 {
			return kit.T("Attach")
		}
		return kit.N(n, "Attach %d file", "Attach %d files")
	}
	return c
}

// newPictureChooser is the chooser of pictures that are to stand in the text.
func newPictureChooser(w *Window) *chooser {
	c := newChooser(w)
	c.ask.Title, c.then, c.only = kit.T("Put pictures into the text"), w.putPictures, model.IsPicture
	c.ask.Choices = c.ask.Choices[1:]
	c.labels = func(n int) string {
		if n == 0 {
			return kit.T("Put in")
		}
		return kit.N(n, "Put in %d picture", "Put in %d pictures")
	}
	return c
}

func (c *chooser) show() {
	c.w.ask(c.ask)
	c.say()
	if lastFolder == "" {
		lastFolder, _ = os.UserHomeDir() // without one the reading says what is wrong
	}
	c.read(lastFolder)
}

// read shows another folder.
func (c *chooser) read(dir string) {
	c.reads++
	reading := c.reads
	kit.Go(c.w.ctx, c.w.loop, func(context.Context) ([]model.DiskEntry, error) { return model.ListFolder(dir) }, func(list []model.DiskEntry, err error) {
		if reading != c.reads {
			return
		}
		if err != nil {
			c.where.SetText(kit.T("%s cannot be read.", dir))
			c.where.SetColour(kit.Err)
			return
		}
		if c.only != nil {
			list = slices.DeleteFunc(list, func(e model.DiskEntry) bool { return !e.Folder && !c.only(e.Path) })
		}
		c.dir, c.list, lastFolder = dir, list, dir
		clear(c.chosen)
		c.where.SetText(dir)
		c.where.SetColour(kit.Text2)
		c.rows.ScrollToTop()
		c.rows.Refresh()
		c.say()
	})
}

// press opens a folder, and chooses a file or leaves it again.
func (c *chooser) press(e model.DiskEntry) {
	if e.Folder {
		c.read(e.Path)
		return
	}
	if c.chosen[e.Path] {
		delete(c.chosen, e.Path)
	} else {
		c.chosen[e.Path] = true
	}
	c.rows.Refresh()
	c.say()
}

// say has the button tell how many files it attaches.
func (c *chooser) say() {
	b := c.ask.Button(len(c.ask.Choices) - 1)
	n := len(c.chosen)
	b.SetLabel(c.labels(n))
	if n > 0 {
		b.Enable()
	} else {
		b.Disable()
	}
}

// paths are the chosen files in the order of the list.
func (c *chooser) paths() []string {
	var list []string
	for _, e := range c.list {
		if c.chosen[e.Path] {
			list = append(list, e.Path)
		}
	}
	return list
}

func (c *chooser) take(paths []string) {
	c.w.loop(func() { c.then(slices.Clone(paths)) })
}

// tall gives its object a height. It is a fyne.Layout.
type tall struct{ height float32 }

// Layout implements fyne.Layout.
func (tall) Layout(o []fyne.CanvasObject, s fyne.Size) {
	for _, x := range o {
		x.Resize(s)
	}
}

// MinSize implements fyne.Layout.
func (t tall) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, t.height) }

// diskRow is a line of the chooser.
type diskRow struct {
	widget.BaseWidget
	glyph      *kit.Glyph
	tick       *kit.Glyph
	name, size *kit.Line
	ground     *kit.Fill
}

func newDiskRow() fyne.CanvasObject {
	r := &diskRow{
		glyph: kit.NewGlyph("doc", 17, kit.Text2), tick: kit.NewGlyph("check", 16, kit.AccentText), ground: kit.NewFill(kit.None, 6),
		name: kit.NewLine("", 13, false, kit.Text).CutAt(kit.CutMiddle).Shrink(), size: kit.NewLine("", 12, false, kit.Text2).Align(fyne.TextAlignTrailing).Shrink(),
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *diskRow) show(e model.DiskEntry, chosen bool) {
	icon, size := fileIcon(e.Name), kit.Size(e.Size)
	if e.Folder {
		icon, size = "folder", ""
	}
	r.glyph.Set(icon, kit.Text2)
	r.name.SetText(strings.ToValidUTF8(e.Name, "\uFFFD"))
	r.size.SetText(size)
	r.tick.Hidden = !chosen
	ground := kit.None
	if chosen {
		ground = kit.Sel
	}
	r.ground.Set(ground, kit.None)
	r.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *diskRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(diskRowLayout{r}, r.ground, r.glyph, r.name, r.size, r.tick))
}

type diskRowLayout struct{ r *diskRow }

// Layout implements fyne.Layout.
func (l diskRowLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	l.r.ground.Resize(s)
	l.r.glyph.Place(8, 4)
	l.r.name.Place(34, 18, s.Width-34-130)
	l.r.size.Place(s.Width-124, 18, 90)
	l.r.tick.Place(s.Width-26, 5)
}

// MinSize implements fyne.Layout.
func (diskRowLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 26) }
