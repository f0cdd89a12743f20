package composer

import (
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

const (
	fileWidth  = 212
	fileHeight = 46
	fileGap    = 8
	filesMax   = 2*fileHeight + fileGap + 16 // two rows; more scroll
)

// files is the row of attachments.
type files struct {
	widget.BaseWidget
	list     []mail.Attachment
	onRemove func(i int)
	box      *fyne.Container
	scroll   *container.Scroll
}

func newFiles(list []mail.Attachment, remove func(i int)) *files {
	f := &files{onRemove: remove, box: container.New(filesLayout{})}
	f.scroll = container.NewVScroll(f.box)
	f.ExtendBaseWidget(f)
	f.Set(list)
	return f
}

// Set shows a list.
func (f *files) Set(list []mail.Attachment) {
	f.list = list
	f.box.RemoveAll()
	for i, a := range list {
		c := &fileCard{
			glyph:  kit.NewGlyph(fileIcon(a.Name), 20, kit.Text2),
			name:   kit.NewLine(a.Name, 13, false, kit.Text).CutAt(kit.CutMiddle),
			detail: kit.NewLine(fileDetail(a), 11, false, kit.Text2),
			remove: kit.NewIconButton("x", kit.T("Remove"), func() { f.onRemove(i) }).Sized(24, 14),
		}
		c.ExtendBaseWidget(c)
		f.box.Add(c)
	}
	f.Hidden = len(list) == 0
	f.Refresh()
}

// Height is what the row needs at a width.
func (f *files) Height(width float32) float32 {
	if len(f.list) == 0 {
		return 0
	}
	return min(filesHeight(len(f.list), width-2*linePad)+16, filesMax)
}

// MinSize implements fyne.CanvasObject.
func (f *files) MinSize() fyne.Size {
	f.ExtendBaseWidget(f)
	return fyne.NewSize(fileWidth+2*linePad, f.Height(max(f.Size().Width, fileWidth+2*linePad)))
}

// CreateRenderer implements fyne.Widget.
func (f *files) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(kit.Inset{Left: linePad, Top: 4, Right: linePad - 8, Bottom: 8}, f.scroll))
}

func filesPerRow(width float32) int { return max(int((width+fileGap)/(fileWidth+fileGap)), 1) }

func filesHeight(n int, width float32) float32 {
	per := filesPerRow(width)
	rows := (n + per - 1) / per
	return float32(rows)*(fileHeight+fileGap) - fileGap
}

type filesLayout struct{}

// Layout implements fyne.Layout.
func (filesLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	per := filesPerRow(s.Width)
	for i, c := range o {
		c.Move(fyne.NewPos(float32(i%per)*(fileWidth+fileGap), float32(i/per)*(fileHeight+fileGap)))
		c.Resize(fyne.NewSize(fileWidth, fileHeight))
	}
}

// MinSize implements fyne.Layout.
func (filesLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	if len(o) == 0 {
		return fyne.Size{}
	}
	last := o[len(o)-1]
	return fyne.NewSize(fileWidth, last.Position().Y+fileHeight)
}

// fileCard is one attachment.
type fileCard struct {
	widget.BaseWidget
	glyph        *kit.Glyph
	name, detail *kit.Line
	remove       *kit.IconButton
}

// CreateRenderer implements fyne.Widget.
func (c *fileCard) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(fileCardLayout{c}, kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1), c.glyph, c.name, c.detail, c.remove))
}

type fileCardLayout struct{ c *fileCard }

// Layout implements fyne.Layout.
func (l fileCardLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(s)
	l.c.glyph.Place(12, 13)
	l.c.name.Place(42, 20, s.Width-42-36)
	l.c.detail.Place(42, 36, s.Width-42-36)
	l.c.remove.Move(fyne.NewPos(s.Width-32, 11))
	l.c.remove.Resize(fyne.NewSquareSize(24))
}

// MinSize implements fyne.Layout.
func (fileCardLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(fileWidth, fileHeight)
}

func fileIcon(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pdf":
		return "pdf"
	case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".bmp", ".svg", ".tif", ".tiff":
		return "image"
	case ".xls", ".xlsx", ".ods", ".csv":
		return "xls"
	case ".eml":
		return "mail"
	}
	return "doc"
}

// fileDetail is the second line of a card: "PDF · 420 KB".
func fileDetail(a mail.Attachment) string {
	size := kit.Size(a.Size)
	if ext := strings.TrimPrefix(filepath.Ext(a.Name), "."); ext != "" && len(ext) <= 5 {
		return strings.ToUpper(ext) + " · " + size
	}
	return size
}
