// Package gui is Poplar's window: it joins the columns, the composer and the set-up to the engine, and holds what
// belongs to no page: menus, shortcuts, the tray, notifications, and the one goroutine that hears of events.
package gui
