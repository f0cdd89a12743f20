// Command idp is the identity provider of the tests: the certified OpenID Connect library zitadel/oidc with its example's
// store in memory. It is a module of its own, so that the product does not depend on it.
//
// usage: idp PORT USERS.json
package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

func main() {
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "idp:", err)
		os.Exit(1)
	}
}

func serve(port, users string) error {
	// A program on a desk (public, with PKCE), one for another device, and the mail server that asks about tokens.
	storage.RegisterClients(
		storage.NativeClient("poplar", "http://127.0.0.1/", "http://localhost/"),
		storage.DeviceClient("poplar-device", "secret"),
		storage.WebClient("dovecot", "secret"),
	)
	store, err := storage.StoreFromFile(users)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if os.Getenv("IDP_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	handler := exampleop.SetupServer("http://localhost:"+port+"/", storage.NewStorage(store), log, false)
	s := &http.Server{Addr: "127.0.0.1:" + port, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	return s.ListenAndServe()
}
