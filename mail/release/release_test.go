package release

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"aead.dev/minisign"
)

func TestNewer(t *testing.T) {
	public, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, stranger, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.SplitN(public.String(), "\n", 2)[0]
	feed := func(v string) string {
		return `{"version":"` + v + `","date":"2026-03-01","page":"https://poplar.app/get"}`
	}
	for _, c := range []struct {
		name, have, list string
		signer           minisign.PrivateKey
		signed           string // what the signature is of; empty: the list
		status           int
		newer            bool
		fails            string
	}{
		{"newer", "0.1.0", feed("0.2.0"), private, "", 200, true, ""},
		{"by number, not by letter", "0.9.0", feed("0.10.0"), private, "", 200, true, ""},
		{"the same", "0.2.0", feed("0.2.0"), private, "", 200, false, ""},
		{"older", "1.0.0", feed("0.9.9"), private, "", 200, false, ""},
		{"of a stranger", "0.1.0", feed("0.2.0"), stranger, "", 200, false, "not signed"},
		{"changed on the way", "0.1.0", feed("9.0.0"), private, feed("0.1.0"), 200, false, "not signed"},
		{"not there", "0.1.0", "", private, "", 404, false, "404"},
		{"elsewhere", "0.1.0", "", private, "", 302, false, "302"},
		{"no list", "0.1.0", "hello", private, "", 200, false, "cannot be read"},
		{"no version", "0.1.0", feed("new"), private, "", 200, false, "no version"},
		{"a page without https", "0.1.0", strings.Replace(feed("0.2.0"), "https", "http", 1), private, "", 200, false, "no https address"},
		{"endless", "0.1.0", strings.Repeat(" ", maxFeed+1), private, "", 200, false, "far larger"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Cookie") != "" || r.UserAgent() != "Poplar" || r.URL.RawQuery != "" {
					t.Errorf("the question says more than it must: %v %s", r.Header, r.URL)
				}
				if c.status == http.StatusFound {
					w.Header().Set("Location", "https://elsewhere.example/")
				}
				w.WriteHeader(c.status)
				body := c.list
				if strings.HasSuffix(r.URL.Path, ".minisig") {
					if c.signed != "" {
						body = c.signed
					}
					body = string(minisign.Sign(c.signer, []byte(body)))
				}
				_, _ = w.Write([]byte(body))
			}))
			defer server.Close()
			f := Feed{Address: server.URL + "/release.json", Key: key, Client: server.Client()}
			got, newer, err := f.Newer(t.Context(), c.have)
			if newer != c.newer || (err == nil) != (c.fails == "") || (err != nil && !strings.Contains(err.Error(), c.fails)) {
				t.Errorf("newer %v, %+v, %v", newer, got, err)
			}
			if c.newer && got.Page != "https://poplar.app/get" {
				t.Errorf("%+v", got)
			}
			if strings.Contains(c.fails, "not signed") && !errors.Is(err, ErrNotSigned) {
				t.Errorf("%v is not ErrNotSigned", err)
			}
		})
	}
	f := Feed{Address: "http://poplar.example/release.json", Key: key}
	if _, _, err := f.Newer(t.Context(), "0.1.0"); err == nil || !strings.Contains(err.Error(), "no https address") {
		t.Errorf("asked without encryption: %v", err)
	}
}
