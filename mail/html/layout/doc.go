// Package layout turns a styled Doc into a display list: words, boxes and pictures with their rectangles, in CSS pixels
// from the top left corner. It follows CSS 2.1 and the level 3 modules for what mail uses, with the details of the
// engine that mail is designed against (line heights, table widths, quirks).
//
// It knows fonts, but neither pictures' pixels nor windows.
package layout
