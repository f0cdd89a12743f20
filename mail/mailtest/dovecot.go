package mailtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"poplar/mail"
)

// mailUID owns the Maildirs where the tests run as root: a number no system uses, and above Dovecot's lowest.
const mailUID = 20009

// DovecotOptions says what a private Dovecot is like.
type DovecotOptions struct {
	Users map[string]string // passwords by login name; nil: "anna" and "bert", password "secret"
	CA    *CA               // nil: a new one
	IdP   *IdP              // whose tokens are taken, by XOAUTH2 and OAUTHBEARER; nil: no tokens
}

// Dovecot is a private instance on free ports of 127.0.0.1: POP3 with STLS, POP3 over TLS, mechanisms PLAIN, LOGIN, CRAM-MD5, APOP;
// a password in the clear is allowed.
type Dovecot struct {
	Dir    string
	CAFile string
	Users  map[string]string
	POP3   int // ports
	POP3S  int

	process
	serial int
	tokens string // of the configuration, about OAuth2
}

// StartDovecot starts a Dovecot that ends with the test. Where it is not installed the test is skipped.
func StartDovecot(tb TB, o DovecotOptions) *Dovecot {
	tb.Helper()
	program := find(tb, "dovecot", "dovecot-pop3d")
	if o.Users == nil {
		o.Users = map[string]string{"anna": "secret", "bert": "secret"}
	}
	if o.CA == nil {
		o.CA = NewCA()
	}
	d := &Dovecot{Dir: serverDir(tb), Users: o.Users}
	must(tb, d.certificates(o.CA))
	var passwd strings.Builder
	for name, password := range o.Users {
		fmt.Fprintf(&passwd, "%s:{PLAIN}%s\n", name, password)
	}
	must(tb, d.write("users", passwd.String(), 0o644))
	if o.IdP != nil {
		d.tokens = "auth_mechanisms=$auth_mechanisms xoauth2 oauthbearer\n" +
			"passdb {\n driver=oauth2\n mechanisms=xoauth2 oauthbearer\n args=" + d.Dir + "/oauth2\n}\n"
		must(tb, d.write("oauth2", "introspection_mode=auth\nintrospection_url="+o.IdP.UserInfo()+"\nusername_attribute=email\nusername_format=%u\n", 0o644))
	}
	for name := range o.Users {
		for _, sub := range []string{"cur", "new", "tmp"} {
			must(tb, os.MkdirAll(filepath.Join(d.Maildir(name), sub), 0o755))
		}
	}
	must(tb, ownAll(filepath.Join(d.Dir, "mail")))
	// Another process may take a port between our look and Dovecot's; then it is tried again.
	for try := 0; ; try++ {
		d.POP3, d.POP3S = freePort(tb), freePort(tb)
		must(tb, d.write("dovecot.conf", d.config(), 0o644))
		d.process = process{cmd: exec.CommandContext(context.Background(), program, "-F", "-c", filepath.Join(d.Dir, "dovecot.conf"))}
		err := d.start(fmt.Sprint("127.0.0.1:", d.POP3), fmt.Sprint("127.0.0.1:", d.POP3S))
		if err == nil {
			break
		}
		d.stop()
		if try == 2 {
			said, _ := os.ReadFile(filepath.Join(d.Dir, "dovecot.log"))
			tb.Fatalf("Dovecot does not start: %v\n%s%s", err, d.output.String(), said)
		}
	}
	tb.Cleanup(d.stop)
	return d
}

func (d *Dovecot) config() string {
	uid, gid, internal, extra := mailUID, mailUID, "default_internal_user=dovecot\ndefault_login_user=dovenull\n", ""
	if os.Getuid() != 0 {
		uid, gid = os.Getuid(), os.Getgid()
		name, group := "nobody", "nogroup"
		if u, err := user.Current(); err == nil {
			name = u.Username
			if g, err := user.LookupGroupId(u.Gid); err == nil {
				group = g.Name
			}
		}
		internal = fmt.Sprintf("default_internal_user=%s\ndefault_internal_group=%s\ndefault_login_user=%s\n", name, group, name)
		extra = "service anvil {\n chroot=\n}\n"
	}
	return fmt.Sprintf(`base_dir=%[1]s/run
state_dir=%[1]s/state
log_path=%[1]s/dovecot.log
protocols=pop3
listen=127.0.0.1
auth_mechanisms=plain login cram-md5 apop
disable_plaintext_auth=no
auth_failure_delay=0
ssl=yes
ssl_cert=<%[1]s/c.pem
ssl_key=<%[1]s/k.pem
mail_location=maildir:%[1]s/mail/%%n/Maildir
first_valid_uid=100
mail_max_userip_connections=0
%[2]sservice pop3-login {
 chroot=
 inet_listener pop3 {
  port=%[3]d
 }
 inet_listener pop3s {
  port=%[4]d
  ssl=yes
 }
}
service auth {
 unix_listener %[1]s/auth {
  mode=0666
 }
}
%[5]spassdb {
 driver=passwd-file
 args=scheme=PLAIN %[1]s/users
}
userdb {
 driver=static
 args=uid=%[6]d gid=%[7]d home=%[1]s/mail/%%n
}
%[8]s`, d.Dir, internal, d.POP3, d.POP3S, extra, uid, gid, d.tokens)
}

// Server returns the settings of a client of this Dovecot.
func (d *Dovecot) Server(user string, security mail.Security) mail.Server {
	s := mail.Server{Host: "localhost", Port: d.POP3, Security: security, User: user, Auth: mail.AuthAuto, CAFile: d.CAFile}
	switch security {
	case mail.TLS:
		s.Port = d.POP3S
	case mail.NoTLS:
		s.AllowPlaintext = true
	}
	return s
}

// Maildir is the folder of a user's mail.
func (d *Dovecot) Maildir(user string) string { return filepath.Join(d.Dir, "mail", user, "Maildir") }

// Put delivers a message, with the line ends of raw.
func (d *Dovecot) Put(user string, raw []byte) error {
	d.serial++
	name := fmt.Sprintf("%d.M%06dP%d.poplar", 1700000000+d.serial, d.serial, os.Getpid())
	tmp := filepath.Join(d.Maildir(user), "tmp", name)
	if err := os.WriteFile(tmp, raw, 0o644); err != nil {
		return err
	}
	if os.Getuid() == 0 {
		if err := os.Chown(tmp, mailUID, mailUID); err != nil {
			return err
		}
	}
	return os.Rename(tmp, filepath.Join(d.Maildir(user), "new", name))
}

// Messages returns the contents of a user's Maildir in the order of delivery, with CRLF line ends, as POP3 gives them.
func (d *Dovecot) Messages(user string) ([][]byte, error) {
	type entry struct{ name, path string }
	var list []entry
	for _, sub := range []string{"cur", "new"} {
		dir := filepath.Join(d.Maildir(user), sub)
		files, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			list = append(list, entry{f.Name(), filepath.Join(dir, f.Name())})
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	var all [][]byte
	for _, e := range list {
		raw, err := os.ReadFile(e.path)
		if err != nil {
			return nil, err
		}
		raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
		all = append(all, bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")))
	}
	return all, nil
}

func (d *Dovecot) certificates(ca *CA) error {
	var err error
	if d.CAFile, err = ca.File(d.Dir); err != nil {
		return err
	}
	return ca.files(d.Dir, "c.pem", "k.pem")
}

func (d *Dovecot) write(name, text string, mode os.FileMode) error {
	return os.WriteFile(filepath.Join(d.Dir, name), []byte(text), mode)
}

// ownAll gives a tree to the user whom the servers deliver as.
func ownAll(dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, mailUID, mailUID)
	})
}

// process is a server program in the foreground, ended by its own number and no other.
type process struct {
	cmd    *exec.Cmd
	output bytes.Buffer
	ended  chan struct{}
}

// start runs the program until it answers at all addresses.
func (p *process) start(addrs ...string) error {
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	// A group of its own: the interrupt that ends a test run from the terminal must not reach it before our own word.
	p.cmd.SysProcAttr = ownSession()
	p.cmd.WaitDelay = 2 * time.Second // children may hold the output open
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.ended = make(chan struct{})
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	dialer := net.Dialer{Timeout: time.Second}
	limit := time.After(20 * time.Second)
	for _, addr := range addrs {
		for {
			c, err := dialer.DialContext(context.Background(), "tcp", addr)
			if err == nil {
				_ = c.Close()
				break
			}
			select {
			case <-p.ended:
				return errors.New("it ended at once")
			case <-limit:
				return fmt.Errorf("no answer at %s", addr)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}

func (p *process) stop() {
	if p.ended == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// find looks for a server's program, also where a user's PATH does not.
func find(tb TB, name, pkg string) string {
	tb.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	tb.Skipf("%s is not installed (Debian: apt install %s)", name, pkg)
	return ""
}

// serverDir is a folder that other users can pass and whose path is short enough for sockets; TempDir's is neither.
func serverDir(tb TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "poplar")
	must(tb, err)
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(tb, os.Chmod(dir, 0o755))
	return dir
}

func freePort(tb TB) int {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	must(tb, err)
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	n, err := strconv.Atoi(port)
	must(tb, err)
	return n
}

func must(tb TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("%v", err)
	}
}
