package pop3_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/pop3"
)

// curlCase is one of curl's scripted-server tests, as the shared data has it.
type curlCase struct {
	ID        string
	Protocol  string
	Name      string
	ServerCmd []string `json:"servercmd"`
	Reply     string   `json:"reply_data"`
	Command   string
	Sent      []string `json:"expected_client_lines"`
	Exit      string   `json:"expected_exit"`
}

// What is not replayed, and why.
var curlSkipped = map[string]string{
	"test1319": "an HTTP proxy", "test480": "a .netrc file", "test875": "an URL", "test894": "an URL", "test882": "one connection for two users",
	"test868": "NTLM", "test873": "NTLM", "test877": "NTLM", "test880": "NTLM", "test869": "DIGEST-MD5, obsolete since RFC 6331", "test878": "DIGEST-MD5", "test881": "DIGEST-MD5",
	"test883": "EXTERNAL", "test884": "EXTERNAL", "test885": "EXTERNAL", "test886": "EXTERNAL",
	"test892": "another authorization identity", "test893": "another authorization identity",
}

var (
	curlUser   = regexp.MustCompile(`-u ([\w.]+)(?::(\w+))?`)
	curlBearer = regexp.MustCompile(`--oauth2-bearer (\S+)`)
	curlDo     = regexp.MustCompile(`-X '?(\w+)`)
)

// TestAsCurl replays curl's cases: where curl succeeds, so does this client, and where it fails, too.
func TestAsCurl(t *testing.T) {
	data, err := os.ReadFile(mailtest.Shared(t, "data", "mail", "protocol", "curl_pop3_smtp_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []curlCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range cases {
		if c.Protocol != "POP3" || curlSkipped[c.ID] != "" {
			continue
		}
		n++
		t.Run(c.ID+" "+c.Name, func(t *testing.T) { c.replay(t) })
	}
	if n < 30 {
		t.Errorf("only %d cases were replayed", n)
	}
}

func (c curlCase) replay(t *testing.T) {
	user, secret := "user", "secret"
	if m := curlUser.FindStringSubmatch(c.Command); m != nil {
		user, secret = m[1], m[2]
	}
	if m := curlBearer.FindStringSubmatch(c.Command); m != nil {
		secret = m[1]
	}
	o := mailtest.POP3Options{SASL: []string{}}
	known := secret
	var scripts []mailtest.Script
	auth := mail.AuthAuto
	for _, cmd := range c.ServerCmd {
		verb, arg, _ := strings.Cut(cmd, " ")
		switch verb {
		case "AUTH":
			o.SASL = strings.Fields(arg)
			auth = mail.Auth(strings.ToLower(o.SASL[0]))
			if len(o.SASL) > 1 {
				auth = mail.AuthAuto
			}
		case "CAPA":
			if strings.Contains(arg, "APOP") {
				o.APOP, auth = true, mail.AuthAPOP
			}
			if strings.Contains(arg, "STLS") {
				scripts = append(scripts, mailtest.On("CAPA", mailtest.Capa("STLS", "USER")))
			}
		case "SLOWDOWN":
			scripts = append(scripts, mailtest.On("LIST", mailtest.Trickle(1, 0)))
		case "REPLY", "REPLYLF":
			arg = strings.ReplaceAll(strings.TrimPrefix(arg, `"`), `\r\n`, "\r\n")
			name, reply, _ := strings.Cut(arg, " ")
			switch {
			case strings.Contains(arg, "Rubbish"):
				scripts = append(scripts, mailtest.On("CHALLENGE", mailtest.Say("+ Rubbish!")))
			case verb == "REPLYLF":
				scripts = append(scripts, mailtest.On("CHALLENGE", mailtest.Say("+\n")))
			case name == "AQ==":
				known = "another token"
			case name == "PASS" && strings.HasPrefix(reply, "-ERR"), name == "CAPA", name == "STLS", name == "LIST", name == "RETR":
				scripts = append(scripts, mailtest.On(name, mailtest.Instead(reply)))
			}
		}
	}
	o.Script = mailtest.Scripts(scripts...)
	ca := mailtest.NewCA()
	tls := strings.Contains(c.Command, "--ssl")
	if tls {
		o.TLS, o.ImplicitTLS = ca.ServerTLS(), strings.Contains(c.Command, "pop3s:")
		if !strings.Contains(strings.Join(c.ServerCmd, " "), "STLS") {
			o.Without = []string{"STLS"}
		}
	}
	s := mailtest.StartPOP3(t, o)
	box := s.AddUser(user, known)
	text := strings.ReplaceAll(strings.ReplaceAll(c.Reply, "%CR", ""), "\n", "\r\n")
	box.Put(mailtest.Message{Raw: []byte{}, Wire: []byte(text)})
	to := s.Server(user)
	if tls {
		to = secured(t, s, ca)
		to.User = user
	}
	to.Auth = auth
	got := c.act(t, to, secret)
	if (got == nil) != (c.Exit == "0") {
		t.Errorf("curl exits with %s; here it is %v; sent %q", c.Exit, got, s.Lines(0))
	}
	for _, line := range s.Lines(0) {
		if tls && c.Exit != "0" && line != "CAPA" && line != "STLS" {
			t.Errorf("%q was sent without encryption", line)
		}
	}
}

// act does what the command line asks for.
func (c curlCase) act(t *testing.T, to mail.Server, secret string) error {
	ctx := t.Context()
	client, err := pop3.Open(ctx, to, secret, pop3.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	do := "RETR"
	if m := curlDo.FindStringSubmatch(c.Command); m != nil {
		do = m[1]
	} else if strings.HasSuffix(strings.Fields(c.Command)[0], "PORT/") {
		do = "LIST"
	} else if strings.Contains(c.Command, " -l ") {
		do = "LIST 1"
	}
	var b bytes.Buffer
	switch do {
	case "RETR":
		_, err = client.Retr(ctx, 1, &b)
		if want := strings.ReplaceAll(strings.ReplaceAll(c.Reply, "%CR", ""), "\n", "\r\n"); err == nil && b.String() != strings.ReplaceAll("\r\n"+want, "\r\n..", "\r\n.")[2:] {
			err = errors.New("the message is not what was sent: " + b.String())
		}
	case "TOP":
		_, err = client.Top(ctx, 1, 0, &b)
	case "LIST":
		_, err = client.List(ctx)
	case "LIST 1":
		// curl takes any +OK for an answer; here one that is not about the message asked for is none.
		if _, err = client.ListOne(ctx, 1); pop3.Refused(err) != nil && pop3.Refused(err).Kind == mail.Protocol {
			err = nil
		}
	case "STAT":
		_, _, err = client.Stat(ctx)
	case "UIDL":
		_, err = client.UIDL(ctx)
	case "NOOP":
		err = client.Noop(ctx)
	case "RSET":
		err = client.Rset(ctx)
	case "DELE":
		err = client.Dele(ctx, 1)
	default:
		t.Fatalf("the test does not know %s", do)
	}
	return err
}
