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

	PlainText    bool   `json:"plainText,omitempty"`    // messages are shown as text alone
	RichText     bool   `json:"richText,omitempty"`     // new messages are written with formatting
	Mono         bool   `json:"mono,omitempty"`         // plain text is shown in letters of one width
	Original     bool   `json:"original,omitempty"`     // the colours that senders chose are kept under a dark theme
	PicturesFrom string `json:"picturesFrom,omitempty"` // addresses, and domains with @ before them, whose remote pictures are shown; separated by blanks

	// QuickTexts are texts that are written again and again, to be put into a message.
	QuickTexts []QuickText `json:"quickTexts,omitempty"`

	Updates      bool  `json:"updates,omitempty"`      // a newer Poplar is looked for once a day
	UpdatesAsked int64 `json:"updatesAsked,omitempty"` // when that was done last, in Unix seconds

	Window WindowState `json:"window"` // how the main window was left
}

// QuickText is a text under a name. Words in braces in it are filled in where it is used: see model.FillQuickText.
type QuickText struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// WindowState is how the main window was left: sizes in pixels at scale 1, 0 where the person has not chosen.
type WindowState struct {
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
	Sidebar int    `json:"sidebar,omitempty"` // width of the folder column
	List    int    `json:"list,omitempty"`    // width of the message list
	Closed  string `json:"closed,omitempty"`  // what is folded in the folder column, separated by blanks
	// SaveFolder is where the person saved an attachment last.
	SaveFolder string `json:"saveFolder,omitempty"`
}

// DefaultPreferences are used until the person chooses.
func DefaultPreferences() Preferences {
	return Preferences{
		Theme: "system", Language: "system", Background: true, Notify: true, PreviewLines: 1,
		UndoSeconds: 10, MarkSeconds: 2, BodySize: 14,
	}
}
