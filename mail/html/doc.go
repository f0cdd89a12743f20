// Package html is Poplar's own engine for the HTML that mail carries, and for plain text, which goes the same way so
// that selection, search, links and zoom work alike. It parses hostile source into a safe, styled Doc, and knows the
// source's readable text, links and trackers. It never runs script, never follows a reference and never touches the
// network: what a message wants from outside is counted and left to the caller.
//
// Package layout turns a Doc into boxes at a width, package paint turns those into pictures.
package html
