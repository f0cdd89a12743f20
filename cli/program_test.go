package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// TestMain lets the test binary stand in for the program: with POPLAR_BE_PROGRAM set it runs the verbs.
func TestMain(m *testing.M) {
	if os.Getenv("POPLAR_BE_PROGRAM") != "" {
		os.Exit(Main(context.Background(), os.Args[1:], World{
			Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Version: "test", Commit: "none", Go: runtime.Version(),
			Window: func(context.Context, *Session, Begin) error { return errors.New("there is no window here") },
		}))
	}
	os.Exit(m.Run())
}

// program runs verbs on one profile, as a person does in a terminal.
type program struct {
	t       *testing.T
	profile string
	out     *bytes.Buffer // everything any run printed, to be searched for secrets
}

// newProgram needs a keyring; tests that use it run on .ci/desk.
func newProgram(t *testing.T) *program {
	t.Helper()
	if os.Getenv("POPLAR_TEST_KEYRING") == "" {
		t.Skip("needs a keyring: run through .ci/desk, as make test does")
	}
	return &program{t: t, profile: t.TempDir(), out: &bytes.Buffer{}}
}

func (p *program) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(p.t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "POPLAR_BE_PROGRAM=1", "POPLAR_PROFILE="+p.profile)
	return cmd
}

type result struct {
	stdout, stderr string
	code           int
}

func (p *program) run(stdin string, args ...string) result {
	p.t.Helper()
	cmd := p.command(args...)
	var out, err bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &err
	failed := cmd.Run()
	var exit *exec.ExitError
	if failed != nil && !errors.As(failed, &exit) {
		p.t.Fatalf("poplar %s: %v", strings.Join(args, " "), failed)
	}
	p.out.Write(out.Bytes())
	p.out.Write(err.Bytes())
	return result{out.String(), err.String(), cmd.ProcessState.ExitCode()}
}

// ok runs a verb that must succeed and returns its JSON lines.
func (p *program) ok(stdin string, args ...string) []map[string]any {
	p.t.Helper()
	r := p.run(stdin, append([]string{"--json"}, args...)...)
	if r.code != 0 {
		p.t.Fatalf("poplar %s: exit %d\n%s%s", strings.Join(args, " "), r.code, r.stdout, r.stderr)
	}
	return objects(p.t, r.stdout)
}

func objects(t *testing.T, out string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for line := range strings.Lines(out) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("no JSON object: %q: %v", line, err)
		}
		list = append(list, o)
	}
	return list
}

// add adds an account on the given servers and returns its id.
func (p *program) add(address string, in, out mail.Server, secret string, extra ...string) string {
	p.t.Helper()
	args := []string{
		"account", "add", "--name", "Anna Test", "--address", address, "--pop", in.Addr(), "--pop-security", string(in.Security),
		"--pop-user", in.User, "--smtp", out.Addr(), "--smtp-security", string(out.Security), "--password-stdin",
	}
	if in.CAFile != "" {
		args = append(args, "--ca", in.CAFile)
	}
	if in.AllowPlaintext {
		args = append(args, "--allow-plaintext")
	}
	return p.ok(secret+"\n", append(args, extra...)...)[0]["id"].(string)
}

func number(t *testing.T, o map[string]any, key string) int {
	t.Helper()
	n, ok := o[key].(float64)
	if !ok {
		t.Fatalf("%q is no number in %v", key, o)
	}
	return int(n)
}

func (p *program) receive() map[string]any {
	p.t.Helper()
	return p.ok("", "receive")[0]
}

func (p *program) verify() int {
	p.t.Helper()
	o := p.ok("", "verify")[0]
	return number(p.t, o, "messages")
}

// noSecret searches the whole profile and everything that was printed for the secret in each form it travels in.
func (p *program) noSecret(user, secret string) {
	p.t.Helper()
	forms := mailtest.SecretForms(user, secret)
	search := func(where string, data []byte) {
		for _, form := range forms {
			if bytes.Contains(data, []byte(form)) {
				p.t.Errorf("%s holds the password as %q", where, form)
			}
		}
	}
	search("what was printed", p.out.Bytes())
	err := filepath.WalkDir(p.profile, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		search(path, data)
		return err
	})
	if err != nil {
		p.t.Error(err)
	}
}
