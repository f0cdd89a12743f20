package html

// Imitates says whether a host, as a person reads it, is written so that it may be taken for another: a label mixes
// alphabets, or consists of letters that all look like Latin ones.
func Imitates(host string) bool { return imitates(host) }
