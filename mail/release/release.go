// Package release asks a release feed whether there is a newer Poplar. It installs nothing: a person, or the system's
// package manager, does. The feed is one JSON file, beside it its minisign signature (the same address with ".minisig"
// appended); a feed whose signature is not by the known key says nothing.
//
// What the asked server learns is that somebody asked: no version, no cookie, no identifier goes out.
package release

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"aead.dev/minisign"
)

// Release is what the feed says of the newest version.
type Release struct {
	Version string `json:"version"` // as 1.2.3
	Date    string `json:"date"`    // as 2026-03-01
	Page    string `json:"page"`    // where a person gets it, an https address
}

// Feed is where releases are told, and who signs them.
type Feed struct {
	Address string // an https address
	Key     string // the minisign public key, as its second line stands in the .pub file
	Client  *http.Client
}

// ErrNotSigned says that the feed is not by the one who makes Poplar.
var ErrNotSigned = errors.New("the list of releases is not signed by Poplar's makers; nothing of it was believed")

// maxFeed bounds the feed and its signature, in octets.
const maxFeed = 64 << 10

// limit bounds the whole check.
const limit = 30 * time.Second

// Newer returns the newest release if it is newer than have; ok is false where it is not.
func (f Feed) Newer(ctx context.Context, have string) (newest Release, ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var key minisign.PublicKey
	if err := key.UnmarshalText([]byte(f.Key)); err != nil {
		return newest, false, fmt.Errorf("the key of the list of releases cannot be read: %w", err)
	}
	list, err := f.get(ctx, f.Address)
	if err != nil {
		return newest, false, err
	}
	signature, err := f.get(ctx, f.Address+".minisig")
	if err != nil {
		return newest, false, err
	}
	if !minisign.Verify(key, list, signature) {
		return newest, false, ErrNotSigned
	}
	if err := json.Unmarshal(list, &newest); err != nil {
		return newest, false, fmt.Errorf("the list of releases cannot be read: %w", err)
	}
	if page, err := url.Parse(newest.Page); err != nil || page.Scheme != "https" || page.Host == "" {
		return Release{}, false, fmt.Errorf("the list of releases names %q as the page to get it from, which is no https address", newest.Page)
	}
	theirs, err := parse(newest.Version)
	if err != nil {
		return Release{}, false, err
	}
	ours, err := parse(have)
	if err != nil {
		return Release{}, false, err
	}
	return newest, theirs.after(ours), nil
}

// get reads one small file over https, from where it was asked for.
func (f Feed) get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if req.URL.Scheme != "https" {
		return nil, fmt.Errorf("%s is no https address", address)
	}
	req.Header.Set("User-Agent", "Poplar")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if f.Client != nil {
		client.Transport = f.Client.Transport
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, resp.Status)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxFeed+1))
	if err == nil && len(b) > maxFeed {
		err = fmt.Errorf("%s is far larger than a list of releases", address)
	}
	return b, err
}

type version [3]int

func parse(s string) (version, error) {
	var v version
	parts := strings.Split(s, ".")
	if len(parts) != len(v) {
		return v, fmt.Errorf("%q is no version", s)
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return v, fmt.Errorf("%q is no version", s)
		}
		v[i] = n
	}
	return v, nil
}

func (v version) after(w version) bool {
	for i := range v {
		if v[i] != w[i] {
			return v[i] > w[i]
		}
	}
	return false
}
