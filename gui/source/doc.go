// Package source is the window that shows a message as it stands: its octets, its header, the tree of its parts. It
// knows the engine by the interfaces of model and calls back by its options.
package source
