package gui

/*
#cgo LDFLAGS: -framework Foundation
void poplarListen(void);
*/
import "C"

// clicked holds the links that the system handed over and nobody has taken yet.
var clicked = make(chan string, 8)

//export poplarOpenLink
func poplarOpenLink(link *C.char) {
	select {
	case clicked <- C.GoString(link):
	default: // nobody clicks so fast
	}
}

// systemLinks delivers the mailto: links that the system hands to the program that runs. It must be called on the main
// thread before the loop begins, or the link that started the program is lost.
func systemLinks() <-chan string {
	C.poplarListen()
	return clicked
}
