// Package quiet keeps the standard logger silent while packages are being initialised. Fyne looks at the locale then and
// logs a complaint about C and POSIX, which would stand on standard error before every verb's one clear line. A program
// that imports quiet must point the logger back at standard error when main begins.
//
// It works because packages are initialised in the order of their import paths as soon as their own imports are ready
// (Go specification, "Program initialization"): this one needs log and io only, and is ready before Fyne is.
package quiet

import (
	"io"
	"log"
)

func init() { log.SetOutput(io.Discard) }
