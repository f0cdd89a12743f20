package engine

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// socketPath is where the Poplar that has the profile dir open listens for later starts. Unix sockets have short
// names, and a profile's own path may be long.
func socketPath(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	sum := sha256.Sum256([]byte(dir))
	name := "poplar-" + hex.EncodeToString(sum[:6]) + ".sock"
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), dir} {
		if base != "" && len(base)+len(name) < 100 {
			return filepath.Join(base, name)
		}
	}
	return filepath.Join(os.TempDir(), name)
}

// Raise asks the Poplar that has the profile dir open to show its window, with an optional mailto: URL to write to.
// It reports whether one answered.
func Raise(ctx context.Context, dir, mailto string) bool {
	return ask(ctx, dir, "show "+strings.ReplaceAll(mailto, "\n", " ")) == "shown\n"
}

// Running reports whether a Poplar has the profile dir open with its window, shown or not.
func Running(ctx context.Context, dir string) bool { return ask(ctx, dir, "here?") == "here\n" }

// ask puts a line to the Poplar that has the profile dir open and returns the line it answers, or "".
func ask(ctx context.Context, dir, line string) string {
	d := net.Dialer{Timeout: 2 * time.Second}
	conn, err := d.DialContext(ctx, "unix", socketPath(dir))
	if err != nil {
		return ""
	}
	defer conn.Close() //nolint:errcheck // the answer is what counts
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := io.WriteString(conn, line+"\n"); err != nil {
		return ""
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return ""
	}
	return answer
}

// Raised delivers, for each later start of the window on this profile, the mailto: URL it was given, or "". AcceptRaise
// must have been called.
func (e *Engine) Raised() <-chan string { return e.raised }

// AcceptRaise listens for later starts. The profile's lock is held, so a socket that is there already is a dead one.
func (e *Engine) AcceptRaise() error {
	path := socketPath(e.o.Dir)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(e.ctx, "unix", path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(err, l.Close())
	}
	e.spawn("raise", func(ctx context.Context) {
		defer context.AfterFunc(ctx, func() { _ = l.Close() })()
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			e.answerRaise(conn)
		}
	})
	return nil
}

func (e *Engine) answerRaise(conn net.Conn) {
	defer conn.Close() //nolint:errcheck // nothing depends on it
	_ = conn.SetDeadline(e.o.Now().Add(2 * time.Second))
	line, err := bufio.NewReader(io.LimitReader(conn, 64<<10)).ReadString('\n')
	if err != nil {
		return
	}
	if line == "here?\n" {
		_, _ = io.WriteString(conn, "here\n")
		return
	}
	mailto, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "show ")
	if !ok {
		return
	}
	select {
	case e.raised <- mailto:
		_, _ = io.WriteString(conn, "shown\n")
	default:
	}
}
