// Package editor has the widget in which the text of a message is written. Fyne's own entry costs more for each key the
// longer its text is; this one keeps lines, wraps each by itself and draws only what is seen, so that a key costs the same
// in a note and under a quoted original of hundreds of kilobytes.
//
// Buffer, the wrapping and the moves of the caret are plain Go; Editor draws them. Fyne hands an input method's text over
// once it is chosen, letter by letter, and says nothing of what is still being composed: that is shown by the input
// method in a window of its own.
package editor
