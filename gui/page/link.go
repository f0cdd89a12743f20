package page

import "poplar/mail/html"

// Link is a link of a message, for owners that do not know the engine.
type Link = html.Link
