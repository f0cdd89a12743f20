//go:build keep

package main

import (
	_ "fyne.io/fyne/v2/app"
	_ "fyne.io/fyne/v2/test"
	_ "github.com/adrg/xdg"
	_ "github.com/alecthomas/kong"
	_ "github.com/emersion/go-message/charset"
	_ "github.com/emersion/go-message/mail"
	_ "github.com/emersion/go-sasl"
	_ "github.com/emersion/go-smtp"
	_ "github.com/go-text/typesetting/fontscan"
	_ "github.com/go-text/typesetting/shaping"
	_ "github.com/godbus/dbus/v5"
	_ "github.com/mattn/go-sqlite3"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/zalando/go-keyring"
	_ "go.uber.org/goleak"
	_ "golang.org/x/image/draw"
	_ "golang.org/x/image/vector"
	_ "golang.org/x/net/html"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/text/encoding/htmlindex"
	_ "github.com/microcosm-cc/bluemonday"
	_ "golang.org/x/time/rate"
	_ "github.com/gofrs/flock"
)

func main() {}
