package mailtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"poplar/mail"
)

// Domain is the domain for which the private Postfix has mail; its mailboxes are user@Domain for each of Dovecot's users.
const Domain = "example.test"

// Postfix is a private instance on free ports of 127.0.0.1: submission with STARTTLS and over TLS, AUTH through a
// Dovecot, into whose Maildirs it delivers. It takes mail only after AUTH or for its own users; an unknown
// user of Domain is refused with 550.
type Postfix struct {
	Dir    string
	CAFile string
	SMTP   int // port with STARTTLS
	SMTPS  int // port with TLS from the start

	commands, daemons string // Postfix's own folders
	process
}

// StartPostfix starts a Postfix that ends with the test. Where it is not installed, or the test does not run as
// root, which Postfix needs, the test is skipped.
func StartPostfix(tb TB, d *Dovecot) *Postfix {
	tb.Helper()
	program := find(tb, "postfix", "postfix")
	daemons, err := exec.CommandContext(context.Background(), filepath.Join(filepath.Dir(program), "postconf"), "-d", "-h", "daemon_directory").Output()
	must(tb, err)
	if os.Getuid() != 0 {
		tb.Skipf("Postfix can only be started by root")
	}
	p := &Postfix{Dir: serverDir(tb), CAFile: d.CAFile}
	p.commands, p.daemons = filepath.Dir(program), strings.TrimSpace(string(daemons))
	must(tb, p.folders())
	for try := 0; ; try++ {
		p.SMTP, p.SMTPS = freePort(tb), freePort(tb)
		must(tb, os.WriteFile(filepath.Join(p.Dir, "etc", "main.cf"), []byte(p.main(d)), 0o644))
		must(tb, os.WriteFile(filepath.Join(p.Dir, "etc", "master.cf"), []byte(p.master()), 0o644))
		// Not "postfix start-fg", which puts a shell between us and the master, and that outlives it. The master closes
		// every descriptor there might be, which takes seconds where the limit is a million.
		p.process = process{cmd: exec.CommandContext(context.Background(), "sh", "-c", `ulimit -n 1024; exec "$0" -c "$1" -s`, filepath.Join(p.daemons, "master"), filepath.Join(p.Dir, "etc"))}
		err := p.start(fmt.Sprint("127.0.0.1:", p.SMTP), fmt.Sprint("127.0.0.1:", p.SMTPS))
		if err == nil {
			break
		}
		p.stop()
		if try == 2 {
			said, _ := os.ReadFile(filepath.Join(p.Dir, "postfix.log"))
			tb.Fatalf("Postfix does not start: %v\n%s%s", err, p.output.String(), said)
		}
	}
	tb.Cleanup(p.stop)
	return p
}

// folders makes what "postfix check" would, in a hundredth of its time.
func (p *Postfix) folders() error {
	owner, err := user.Lookup("postfix")
	if err != nil {
		return err
	}
	group, err := user.LookupGroup("postdrop")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(group.Gid)
	for name, mode := range map[string]os.FileMode{
		"etc": 0o755, "data": 0o700, "queue": 0o755, "queue/pid": 0o755, "queue/public": 0o710, "queue/maildrop": 0o730,
		"queue/active": 0o700, "queue/bounce": 0o700, "queue/corrupt": 0o700, "queue/defer": 0o700, "queue/deferred": 0o700,
		"queue/flush": 0o700, "queue/hold": 0o700, "queue/incoming": 0o700, "queue/private": 0o700, "queue/saved": 0o700, "queue/trace": 0o700,
	} {
		dir := filepath.Join(p.Dir, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		switch name {
		case "etc", "queue", "queue/pid": // root's
		case "queue/public", "queue/maildrop":
			err = os.Chown(dir, uid, gid)
		default:
			err = os.Chown(dir, uid, -1)
		}
		if err != nil {
			return err
		}
		if err := os.Chmod(dir, mode); err != nil {
			return err
		}
	}
	return nil
}

// Server returns the settings of a client of this Postfix.
func (p *Postfix) Server(user string, security mail.Security) mail.Server {
	s := mail.Server{Host: "localhost", Port: p.SMTP, Security: security, User: user, Auth: mail.AuthAuto, CAFile: p.CAFile}
	switch security {
	case mail.TLS:
		s.Port = p.SMTPS
	case mail.NoTLS:
		s.AllowPlaintext = true
	}
	return s
}

func (p *Postfix) main(d *Dovecot) string {
	var boxes []string
	for name := range d.Users {
		boxes = append(boxes, fmt.Sprintf("%s@%s=%s/Maildir/", name, Domain, name))
	}
	sort.Strings(boxes)
	return fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
command_directory = %[6]s
daemon_directory = %[7]s
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.%[2]s
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
virtual_mailbox_domains = %[2]s
virtual_mailbox_base = %[3]s/mail
virtual_mailbox_maps = inline:{ %[4]s }
virtual_mailbox_limit = 0
virtual_uid_maps = static:%[5]d
virtual_gid_maps = static:%[5]d
default_transport = error:nothing goes out from here
maillog_file = %[1]s/postfix.log
maillog_file_prefixes = %[1]s
message_size_limit = 52428800
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = %[3]s/auth
smtpd_recipient_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_data_restrictions = reject_unauth_pipelining
smtpd_tls_security_level = may
smtpd_tls_cert_file = %[3]s/c.pem
smtpd_tls_key_file = %[3]s/k.pem
smtpd_peername_lookup = no
`, p.Dir, Domain, d.Dir, strings.Join(boxes, ", "), mailUID, p.commands, p.daemons)
}

func (p *Postfix) master() string {
	return fmt.Sprintf(`127.0.0.1:%d inet n - n - - smtpd
127.0.0.1:%d inet n - n - - smtpd
 -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`, p.SMTP, p.SMTPS)
}
