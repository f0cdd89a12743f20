package settings

// Preferences are the person's choices that belong to no account.
type Preferences struct {
	Theme        string `json:"theme"`        // "system", "light" or "dark"
	Language     string `json:"language"`     // "system", "en" or "zh"
	Background   bool   `json:"background"`   // closing the window keeps retrieving
	Notify       bool   `json:"notify"`       // a notification per visit that brought mail
	PreviewLines int    `json:"previewLines"` // lines of text under the subject in the list: 0, 1 or 2
	UndoSeconds  int    `json:"undoSeconds"`  // how long a sent message waits in the outbox
	MarkSeconds  int    `json:"markSeconds"`  // how long a message is shown before it counts as read
	BodySize     int    `json:"bodySize"`     // text size of message bodies, 12 to 20
}

// DefaultPreferences are used until the person chooses.
func DefaultPreferences() Preferences {
	return Preferences{
		Theme: "system", Language: "system", Background: true, Notify: true, PreviewLines: 1,
		UndoSeconds: 10, MarkSeconds: 2, BodySize: 14,
	}
}
