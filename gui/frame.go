package gui

import (
	"fyne.io/fyne/v2"

	"poplar/gui/browse"
)

// Widths of the columns, in pixels at scale 1.
const (
	sidebarWidth, sidebarLeast, sidebarMost = 212, 180, 320
	listWidth, listLeast, listMost          = 364, 280, 560
	readerLeast                             = 420

	briefUnder  = 1080 // the answering buttons lose their words
	railUnder   = 940  // the folders become a rail of icons
	singleUnder = 720  // list or message, not both
	lowUnder    = 560  // height: previews go
)

// columns lays out the three panes and the two grips between them. It keeps pixels: a wider window gives all it has
// to the message.
type columns struct {
	sidebar, list float32 // as the person left them
	reading       bool    // in a window for one pane: the message is shown
	waiting       bool    // the outbox stands in the place of list and message
	size          fyne.Size

	folders, pane, reader fyne.CanvasObject
	outbox, left, right   fyne.CanvasObject
	foot                  *browse.Foot
	// onWidth tells what there is room for.
	onWidth func(rail, brief, single, low bool)
}

// MinSize implements fyne.Layout.
func (c *columns) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(480, 360) }

// Layout implements fyne.Layout.
func (c *columns) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	c.size = s
	rail, single := s.Width < railUnder, s.Width < singleUnder
	if c.onWidth != nil {
		c.onWidth(rail, s.Width < briefUnder, single, s.Height < lowUnder)
	}
	side := within(c.sidebar, sidebarLeast, sidebarMost)
	if rail {
		side = browse.RailWidth
	}
	list := within(c.list, listLeast, listMost)
	if room := s.Width - side - readerLeast; list > room {
		list = max(room, listLeast)
	}
	showing := func(o fyne.CanvasObject, on bool) {
		if on != o.Visible() {
			if on {
				o.Show()
			} else {
				o.Hide()
			}
		}
	}
	showing(c.left, true)
	showing(c.outbox, c.waiting)
	showing(c.right, !single && !c.waiting)
	showing(c.pane, !c.waiting && (!single || !c.reading))
	showing(c.reader, !c.waiting && (!single || c.reading))
	if single {
		list = s.Width - side
	}
	// Beside a rail the foot goes under the other columns.
	foot := c.foot.Height()
	height := s.Height
	if rail {
		height -= foot
		c.foot.Move(fyne.NewPos(side, height))
		c.foot.Resize(fyne.NewSize(s.Width-side, foot))
	} else {
		c.foot.Move(fyne.NewPos(0, s.Height-foot))
		c.foot.Resize(fyne.NewSize(side-1, foot))
	}
	place := func(o fyne.CanvasObject, x, w float32) {
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(max(w, 0), height))
	}
	const grip, half = 5, 2 // kit.GripWidth, and what of it is left of the line
	place(c.folders, 0, side)
	c.folders.Resize(fyne.NewSize(side, s.Height))
	place(c.outbox, side, s.Width-side)
	place(c.pane, side, list)
	place(c.left, side-1-half, grip)
	c.left.Resize(fyne.NewSize(grip, s.Height))
	place(c.right, side+list-1-half, grip)
	if single {
		place(c.reader, side, s.Width-side)
	} else {
		place(c.reader, side+list, s.Width-side-list)
	}
}

func within(v, least, most float32) float32 { return max(least, min(v, most)) }

// dragSidebar moves the line beside the folders.
func (c *columns) dragSidebar(dx float32) {
	c.sidebar = within(c.sidebar+dx, sidebarLeast, min(sidebarMost, c.size.Width-listLeast-readerLeast))
}

// dragList moves the line beside the list.
func (c *columns) dragList(dx float32) {
	side := c.sidebar
	if c.size.Width < railUnder {
		side = browse.RailWidth
	}
	c.list = within(c.list+dx, listLeast, min(listMost, c.size.Width-side-readerLeast))
}
