package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poplar/mail"
	"poplar/settings"
)

func TestAWindowThatCannotOpenSaysWhy(t *testing.T) {
	write := func(name, contents string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(contents), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name string
		make func(*testing.T, string)
		says string // by whom it failed; empty: it opens
		kind mail.Kind
	}{
		{"the store is no database", write("data/store.db", strings.Repeat("This is no database. ", 1000)), "not a database", mail.StoreDamaged},
		{"the settings are a folder", func(t *testing.T, dir string) { write("settings.json/x", "")(t, dir) }, "settings", mail.Unknown},
		{"the settings are damaged", write(settings.FileName, "{"), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			c.make(t, dir)
			var failed error
			aside, opened := "", false
			code := Main(t.Context(), []string{"--profile", dir}, World{
				Stdout: io.Discard, Stderr: io.Discard,
				Window: func(_ context.Context, s *Session, _ Begin) error {
					opened, aside = true, s.Settings.Aside()
					return nil
				},
				Failed: func(_ context.Context, _ string, err error) { failed = err },
			})
			if c.says == "" {
				if !opened || code != 0 || failed != nil || !strings.HasPrefix(aside, dir) {
					t.Errorf("opened %v (%d), failed with %v, set aside as %q", opened, code, failed, aside)
				}
				return
			}
			if opened || code != exitFail || failed == nil || !strings.Contains(failed.Error(), c.says) || mail.ProblemOf(failed).Kind != c.kind {
				t.Errorf("opened %v (%d), failed with %v", opened, code, failed)
			}
		})
	}
}

// opened is the profile of a program, opened in this process: quicker than a run for each message.
type opened struct {
	p *program
	s *Session
}

func (p *program) session() *opened {
	p.t.Helper()
	s, err := OpenSession(p.t.Context(), SessionOptions{Profile: p.profile})
	if err != nil {
		p.t.Fatal(err)
	}
	return &opened{p, s}
}

func (o *opened) all() []mail.Summary {
	o.p.t.Helper()
	list, err := o.s.Engine.List(o.p.t.Context(), mail.Query{})
	if err != nil {
		o.p.t.Fatal(err)
	}
	return list
}

func (o *opened) raw(id mail.MessageID) []byte {
	o.p.t.Helper()
	raw, err := o.s.Engine.Raw(o.p.t.Context(), id)
	if err != nil {
		o.p.t.Fatal(err)
	}
	defer raw.Close()
	data, err := io.ReadAll(mail.Reader(raw))
	if err != nil {
		o.p.t.Fatal(err)
	}
	return data
}

func (o *opened) close() {
	o.p.t.Helper()
	if err := o.s.Close(); err != nil {
		o.p.t.Error(err)
	}
}
