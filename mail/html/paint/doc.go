// Package paint draws a layout.Page into pictures, tile by tile, with anti-aliased text and shapes in plain Go. It
// knows no windows.
package paint
