package mail

// Transfer is what became of an import or an export.
type Transfer struct {
	Done    int // messages imported, or exported
	Skipped int // messages that were here already
	Partial int // of those exported, the ones of which only the header and the first lines are here
	Failed  []TransferFailure
}

// TransferFailure is one file, or one message of a file, that could not be taken along.
type TransferFailure struct {
	Where string `json:"where"`
	Why   string `json:"why"`
}
