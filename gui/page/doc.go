// Package page is the widget that shows a message body, HTML or plain text, drawn by Poplar's own engine: in tiles
// painted away from the UI thread, with mouse selection across the whole message, copying, links, find, zoom and dark
// colours.
//
// A Page does not scroll by itself. It is as high as its contents at the width it is given and stands, between headers
// and attachments, in its owner's container.Scroll; Follow ties the two together. Whatever its height, only the tiles
// around what is visible exist.
package page
