package mailtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"poplar/mail"
)

// IdP is a real identity provider on a free port of 127.0.0.1: zitadel/oidc, built from .ci/idp. Its users sign in with a
// name and a password; the client "poplar" is a program on a desk, "poplar-device" (secret "secret") one for another device.
type IdP struct {
	URL string // with a final slash
	process
}

// StartIdP starts a provider that knows these users: passwords by mail address, which is also the name to sign in with.
// Where it has not been built (make idp) the test is skipped.
func StartIdP(tb TB, users map[string]string) *IdP {
	tb.Helper()
	program := os.Getenv("POPLAR_IDP")
	if program == "" {
		program = fromRoot("build/tools/idp")
	}
	if program == "" {
		tb.Skipf("the identity provider is not built: make idp")
	}
	type user struct {
		ID, Username, Password, FirstName, LastName, Email string
		EmailVerified                                      bool
	}
	list := map[string]user{}
	for address, password := range users {
		list[address] = user{ID: address, Username: address, Password: password, FirstName: "Anna", LastName: "Test", Email: address, EmailVerified: true}
	}
	data, err := json.Marshal(list)
	must(tb, err)
	dir := serverDir(tb)
	file := filepath.Join(dir, "users.json")
	must(tb, os.WriteFile(file, data, 0o600))
	for try := 0; ; try++ {
		port := freePort(tb)
		p := &IdP{URL: fmt.Sprintf("http://localhost:%d/", port)}
		p.cmd = exec.CommandContext(context.Background(), program, strconv.Itoa(port), file)
		err := p.start(fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			tb.Cleanup(p.stop)
			return p
		}
		p.stop()
		if try == 2 {
			tb.Fatalf("the identity provider does not start: %v\n%s", err, p.output.String())
		}
	}
}

// fromRoot finds a file of the checkout, from wherever a test runs; empty where it is not there.
func fromRoot(name string) string {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if _, err := os.Stat(path); err == nil {
				return path
			}
			return ""
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
	return ""
}

// OAuth returns the settings of a program that signs in there.
func (p *IdP) OAuth() mail.OAuth {
	return mail.OAuth{
		Provider: "test", ClientID: "poplar", AuthURL: p.URL + "auth", TokenURL: p.URL + "oauth/token", DeviceURL: p.URL + "device_authorization",
		Scopes: []string{"openid", "email", "offline_access"},
	}
}

// Believes asks the provider whether a token is the user's, as mail servers do.
func (p *IdP) Believes(user, token string) bool {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, p.UserInfo(), nil)
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+token)
	c := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := c.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = answer.Body.Close() }()
	var info struct{ Email string }
	return answer.StatusCode == http.StatusOK && json.NewDecoder(answer.Body).Decode(&info) == nil && info.Email == user
}

// UserInfo is the page that tells whose a token is; Dovecot asks it.
func (p *IdP) UserInfo() string { return p.URL + "userinfo" }
