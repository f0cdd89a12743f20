package submit_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/submit"
	"poplar/mail/wire"
)

// notOurs are cases about things a mail client has no use for, or that are tried elsewhere. docs/smtp.md lists them.
var notOurs = map[string]string{
	"test1187": "MIME by curl's command line", "test646": "MIME by curl's command line", "test648": "MIME by curl's command line", "test649": "MIME by curl's command line",
	"test652": "MIME by curl's API", "test3227": "MIME by curl's API", "test1320": "an HTTP proxy", "test931": "curl's URLs", "test1507": "the callbacks of curl's API", "test938": "two connections of one command",
	"test923": "VRFY", "test924": "VRFY", "test925": "VRFY", "test926": "VRFY", "test950": "VRFY", "test957": "VRFY", "test958": "VRFY", "test961": "VRFY", "test964": "VRFY",
	"test967": "VRFY", "test968": "VRFY", "test927": "EXPN", "test969": "EXPN", "test928": "HELP", "test929": "NOOP", "test930": "RSET",
}

// different are cases in which Poplar does otherwise on purpose: what comes of them, and why. docs/smtp.md lists them.
var different = map[string]struct {
	ok  bool
	why string
}{
	"test918": {true, "one refused recipient does not keep the message from the others"},
	"test939": {false, "an account that is to log in does not send without; AuthNone is the way"},
	"test940": {false, "an account that is to log in does not send without; AuthNone is the way"},
	"test959": {false, "a domain beyond ASCII is always sent as A-labels; this server refuses even that"},
	"test960": {true, "a domain beyond ASCII is always sent as A-labels"},
	"test913": {false, "the size is known before MAIL"},
	"test906": {false, "NTLM is not spoken"},
	"test921": {false, "NTLM is not spoken"},
	"test907": {false, "DIGEST-MD5 is not spoken (RFC 6331 retires it)"},
	"test942": {true, "EXTERNAL is not spoken; the server lets the message go without a login"},
	"test943": {true, "EXTERNAL is not spoken; the server lets the message go without a login"},
	"test944": {true, "EXTERNAL is not spoken; the server lets the message go without a login"},
	"test945": {true, "EXTERNAL is not spoken; the server lets the message go without a login"},
	"test953": {false, "nobody acts for another: there is no authorization identity beside the user name"},
	"test920": {false, "LOGIN is spoken without an initial response, which some servers do not know; this one knows nothing else"},
	"test911": {true, "a message without a header is sent with an empty one"},
}

type curlCase struct {
	ID        string   `json:"id"`
	Protocol  string   `json:"protocol"`
	Name      string   `json:"name"`
	ServerCmd []string `json:"servercmd"`
	Stdin     *string  `json:"stdin"`
	Command   string   `json:"command"`
	Client    []string `json:"expected_client_lines"`
	Upload    *string  `json:"expected_upload"`
	Exit      string   `json:"expected_exit"`
}

// The SMTP cases of curl's test suite: what a scripted server says, and what a client ought to do about it.
func TestCurlCases(t *testing.T) {
	raw, err := os.ReadFile(mailtest.Shared(t, "data", "mail", "protocol", "curl_pop3_smtp_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []curlCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, c := range cases {
		if c.Protocol != "SMTP" || notOurs[c.ID] != "" {
			continue
		}
		ran++
		t.Run(c.ID, func(t *testing.T) { c.run(t) })
	}
	t.Logf("%d cases", ran)
	if ran < 65 {
		t.Errorf("only %d cases were found", ran)
	}
	listed, err := os.ReadFile("../../docs/smtp.md")
	if err != nil {
		t.Fatal(err)
	}
	for id := range notOurs {
		if !bytes.Contains(listed, []byte(strings.TrimPrefix(id, "test"))) {
			t.Errorf("docs/smtp.md does not list %s: %s", id, notOurs[id])
		}
	}
	for id, d := range different {
		if !bytes.Contains(listed, []byte(strings.TrimPrefix(id, "test"))) {
			t.Errorf("docs/smtp.md does not list %s: %s", id, d.why)
		}
	}
}

func (c curlCase) run(t *testing.T) {
	ca := mailtest.NewCA()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &curlServer{t: t, c: c, port: l.Addr().(*net.TCPAddr).Port}
	to := mail.Server{Host: "127.0.0.1", Port: s.port, Security: mail.NoTLS, Auth: mail.AuthNone, AllowPlaintext: true}
	secret := ""
	flag := func(name string) []string {
		var out []string
		for _, m := range regexp.MustCompile(`--?`+name+`\s+(?:"([^"]*)"|(\S+))`).FindAllStringSubmatch(c.Command, -1) {
			out = append(out, s.expand(m[1]+m[2]))
		}
		return out
	}
	if u := flag("u"); u != nil {
		to.User, secret, _ = strings.Cut(u[0], ":")
		to.Auth = mail.AuthAuto
		if token := flag("oauth2-bearer"); token != nil {
			secret = token[0]
			to.Auth = mail.AuthOAuthBearer
			if !slices.ContainsFunc(c.ServerCmd, func(s string) bool { return strings.HasPrefix(s, "AUTH OAUTHBEARER") }) || strings.Contains(c.Command, "AUTH=XOAUTH2") {
				to.Auth = mail.AuthXOAuth2
			}
		}
	}
	if strings.Contains(c.Command, "--ssl ") {
		to.Security = mail.STARTTLS
	}
	if strings.Contains(c.Command, "smtps://") {
		file, err := ca.File(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		to.Security, to.CAFile, s.tls = mail.TLS, file, ca.ServerTLS()
	}
	m := submit.Message{To: flag("mail-rcpt"), Raw: mail.Bytes(c.body(s))}
	if from := flag("mail-from"); from != nil {
		m.From = from[0]
	}
	switch c.ID {
	case "test2110":
		m.From = "sender@example.com\r\nRCPT TO:<other@example.com>"
	case "test1520":
		m.From, m.To = "sender@example.com", []string{"recipient@example.com"}
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer l.Close()
	wg.Go(func() {
		if conn, err := l.Accept(); err == nil {
			s.serve(conn)
			_ = conn.Close()
		}
	})
	r, err := submit.Send(t.Context(), to, secret, wire.Options{Idle: 30 * time.Second}, m, quietly)
	ok := c.Exit == "0"
	d, deliberate := different[c.ID]
	if deliberate {
		ok = d.ok
	}
	if (err == nil) != ok {
		t.Fatalf("%s: %v, %s", c.Name, err, states(r))
	}
	_ = l.Close()
	wg.Wait()
	if deliberate {
		t.Log(d.why)
		return
	}
	want := ""
	if c.Upload != nil {
		want = s.expand(*c.Upload)
	}
	if got := strings.ReplaceAll(s.upload, "\r\n", "\n"); got != want {
		t.Errorf("%s: sent\n%.300q\nwant\n%.300q", c.Name, got, want)
	}
	var lines []string
	for _, l := range c.Client {
		if l = s.expand(l); strings.HasPrefix(l, "MAIL") || strings.HasPrefix(l, "RCPT") {
			lines = append(lines, strings.TrimSuffix(l[:strings.IndexByte(l, '>')+1], " "))
		}
	}
	// curl names a sender to a server that cannot take it; Poplar knows beforehand.
	if len(s.lines) == 0 && !ok {
		return
	}
	if c.ID == "test956" { // the recipient is left out, since the server has no SMTPUTF8
		lines = lines[:1]
	}
	if !slices.Equal(s.lines, lines) {
		t.Errorf("%s: said %q, want %q", c.Name, s.lines, lines)
	}
}

// body is the message: what curl reads, or what the server is to have got.
func (c curlCase) body(s *curlServer) string {
	text := ""
	switch {
	case c.Stdin != nil:
		text = s.expand(*c.Stdin)
	case c.Upload != nil:
		text = strings.TrimSuffix(s.expand(*c.Upload), ".\n")
		text = strings.TrimPrefix(strings.ReplaceAll("\n"+text, "\n..", "\n."), "\n")
	default:
		text = "From: different\nTo: another\n\nbody\n"
	}
	return strings.ReplaceAll(text, "\n", "\r\n")
}

// curlServer plays the server of a case.
type curlServer struct {
	t      *testing.T
	c      curlCase
	port   int
	tls    *tls.Config
	lines  []string // MAIL and RCPT without parameters
	upload string   // as sent, up to the final dot and with it
}

var (
	b64    = regexp.MustCompile(`(?s)%b64\[(.*?)\]b64%`)
	hex    = regexp.MustCompile(`%hex\[(.*?)\]hex%`)
	repeat = regexp.MustCompile(`%repeat\[(\d+) x (.*?)\]%`)
)

func (s *curlServer) expand(text string) string {
	for _, v := range []struct{ name, value string }{
		{"%TESTNUMBER", s.c.ID}, {"%HOSTIP", "127.0.0.1"}, {"%SMTPPORT", strconv.Itoa(s.port)}, {"%LT", "<"}, {"%GT", ">"}, {"%CR\n", "\n"},
	} {
		text = strings.ReplaceAll(text, v.name, v.value)
	}
	unescape := func(in string) string {
		out, err := url.PathUnescape(in)
		if err != nil {
			s.t.Fatal(err)
		}
		return out
	}
	text = hex.ReplaceAllStringFunc(text, func(m string) string { return unescape(hex.FindStringSubmatch(m)[1]) })
	text = repeat.ReplaceAllStringFunc(text, func(m string) string {
		p := repeat.FindStringSubmatch(m)
		n, _ := strconv.Atoi(p[1])
		return strings.Repeat(p[2], n)
	})
	return b64.ReplaceAllStringFunc(text, func(m string) string {
		return base64.StdEncoding.EncodeToString([]byte(unescape(b64.FindStringSubmatch(m)[1])))
	})
}

func (s *curlServer) serve(conn net.Conn) {
	if s.tls != nil {
		conn = tls.Server(conn, s.tls)
	}
	in := bufio.NewReader(conn)
	say := func(text string) { _, _ = io.WriteString(conn, strings.ReplaceAll(text, `\r\n`, "\r\n")+"\r\n") }
	replies := map[string]string{} // by the whole line or its first word
	ehlo := []string{"127.0.0.1"}
	utf8 := false
	for _, cmd := range s.c.ServerCmd {
		word, rest, _ := strings.Cut(s.expand(cmd), " ")
		switch word {
		case "REPLY":
			key, text, _ := strings.Cut(rest, " ")
			if strings.HasPrefix(rest, `"`) {
				key, text, _ = strings.Cut(rest[1:], `" `)
			}
			replies[key] = text
		case "CAPA":
			rest = strings.Trim(rest, `"`)
			ehlo = append(ehlo, rest)
			utf8 = utf8 || rest == "SMTPUTF8"
		case "AUTH":
			ehlo = append(ehlo, "AUTH "+rest)
		}
	}
	say("220 curl's server")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		word, arg, _ := strings.Cut(line, " ")
		if word == "MAIL" || word == "RCPT" {
			s.lines = append(s.lines, line[:strings.IndexByte(line, '>')+1])
		}
		mechanism, initial, _ := strings.Cut(arg, " ")
		reply, ok := replies[line]
		for _, key := range []string{"AUTH " + mechanism, word} {
			if !ok && (key != "AUTH "+mechanism || word == "AUTH") {
				reply, ok = replies[key]
			}
		}
		// curl's servers wait for what Poplar sends at once.
		if ok && word == "AUTH" && initial != "" && strings.HasPrefix(reply, "334") {
			if r, found := replies[initial]; found {
				reply = r
			}
		}
		switch {
		case ok:
			say(reply)
		case word == "EHLO":
			for i, k := range ehlo {
				sep := "-"
				if i == len(ehlo)-1 {
					sep = " "
				}
				say("250" + sep + k)
			}
		case word == "HELO":
			say("250 hello")
		case word == "MAIL", word == "RCPT":
			addr, _, _ := strings.Cut(line[strings.IndexByte(line, '<')+1:], ">")
			if (addr != "" || word == "RCPT") && !strings.Contains(addr, "@") || !utf8 && strings.ContainsFunc(addr, func(r rune) bool { return r > 0x7f }) {
				say("501 Invalid address")
			} else {
				say("250 ok")
			}
		case word == "DATA":
			say("354 go")
			for !strings.HasSuffix("\n"+s.upload, "\n.\r\n") {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				s.upload += line
			}
			say("250 taken")
		case word == "QUIT":
			say("221 bye")
			return
		default:
			say(fmt.Sprintf("500 what is %.20q", word))
		}
	}
}
