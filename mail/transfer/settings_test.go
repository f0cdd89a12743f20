package transfer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

// lay writes the files of a profile.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const thunderbirdPrefs = `# Mozilla User Preferences

user_pref("app.update.lastUpdateTime.background-update-timer", 1760000000);
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.account.account3.identities", "id3");
user_pref("mail.account.account3.server", "server3");
user_pref("mail.accountmanager.accounts", "account1,account2,account3");
user_pref("mail.identity.id1.fullName", "Anna \"Ann\" Lindqvist");
user_pref("mail.identity.id1.htmlSigText", "-- \nAnna");
user_pref("mail.identity.id1.reply_to", "office@birch.example");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.identity.id1.useremail", "anna@birch.example");
user_pref("mail.identity.id3.useremail", "lin@qq.example");
user_pref("mail.server.server1.check_new_mail", true);
user_pref("mail.server.server1.check_time", 5);
user_pref("mail.server.server1.delete_by_age_from_server", true);
user_pref("mail.server.server1.directory-rel", "[ProfD]Mail/pop.birch.example");
user_pref("mail.server.server1.hostname", "pop.birch.example");
user_pref("mail.server.server1.leave_on_server", true);
user_pref("mail.server.server1.login_at_startup", true);
user_pref("mail.server.server1.name", "Birch & Co");
user_pref("mail.server.server1.num_days_to_leave_on_server", 21);
user_pref("mail.server.server1.port", 995);
user_pref("mail.server.server1.socketType", 3);
user_pref("mail.server.server1.type", "pop3");
user_pref("mail.server.server1.userName", "anna");
user_pref("mail.server.server2.hostname", "Local Folders");
user_pref("mail.server.server2.type", "none");
user_pref("mail.server.server3.authMethod", 10);
user_pref("mail.server.server3.hostname", "pop.qq.example");
user_pref("mail.server.server3.type", "pop3");
user_pref("mail.server.server3.userName", "lin@qq.example");
user_pref("mail.smtpserver.smtp1.authMethod", 3);
user_pref("mail.smtpserver.smtp1.hostname", "smtp.birch.example");
user_pref("mail.smtpserver.smtp1.port", 587);
user_pref("mail.smtpserver.smtp1.try_ssl", 2);
user_pref("mail.smtpserver.smtp1.username", "anna");
user_pref("broken line
`

const popStateFile = `# POP3 State File
# This is a generated file!  Do not edit.

*other.example bob
k nothing-of-ours 1700000000

*pop.birch.example anna
k uid-1 1700000000
k uid-2 1700000100
b uid-3 1700000200
f uid-4 1700000300
k uid-1 1700000000
`

func TestThunderbird(t *testing.T) {
	dir := lay(t, map[string]string{
		"profiles.ini":                "[General]\nVersion=2\n\n[Profile0]\nName=default\nIsRelative=1\nPath=Profiles/x.default\n\n[Profile1]\nPath=gone\n",
		"Profiles/x.default/prefs.js": thunderbirdPrefs, "Profiles/x.default/Mail/pop.birch.example/popstate.dat": popStateFile,
	})
	list := Settings(t.Context(), Places{Thunderbird: []string{dir, filepath.Join(dir, "none"), ""}})
	if len(list) != 2 {
		t.Fatalf("%d accounts: %+v", len(list), list)
	}
	a := list[0].Account
	want := mail.DefaultAccount()
	want.Name, want.Address, want.Label, want.ReplyTo, want.Signature = `Anna "Ann" Lindqvist`, "anna@birch.example", "Birch & Co", "office@birch.example", "-- \nAnna"
	want.Incoming = mail.Server{Host: "pop.birch.example", Port: 995, Security: mail.TLS, User: "anna", Auth: mail.AuthAuto}
	want.Outgoing = mail.Server{Host: "smtp.birch.example", Port: 587, Security: mail.STARTTLS, Auth: mail.AuthAuto}
	want.Keep, want.CheckMinutes = mail.Keep{Mode: mail.KeepDays, Days: 21}, 5
	if got := a; got.Incoming.Addr() != want.Incoming.Addr() || got.Incoming.User != want.Incoming.User || got.Incoming.Security != want.Incoming.Security ||
		got.Outgoing.Addr() != want.Outgoing.Addr() || got.Outgoing.Security != want.Outgoing.Security || !got.SameAsIncoming || !got.OutgoingAuth ||
		got.Keep != want.Keep || got.CheckMinutes != want.CheckMinutes || got.Name != want.Name || got.Address != want.Address || got.Label != want.Label ||
		got.ReplyTo != want.ReplyTo || got.Signature != want.Signature {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	var held []string
	for _, r := range list[0].Held {
		held = append(held, r.UIDL)
	}
	if strings.Join(held, " ") != "uid-1 uid-2" || list[0].Held[0].First.Unix() != 1700000000 || list[0].Left != "" {
		t.Errorf("held %q since %v, %q", held, list[0].Held[0].First, list[0].Left)
	}
	if o := list[1]; !o.Account.Incoming.Token() || o.Left != LeftOAuth || o.Account.Incoming.Port != 110 || o.Account.Keep.Mode != mail.KeepNever {
		t.Errorf("%+v", o)
	}
}

const sylpheedRC = `[Account: 1]
account_name=Work
is_default=1
name=Anna Lindqvist
address=anna@birch.example
protocol=0
receive_server=pop.birch.example
smtp_server=smtp.birch.example
user_id=anna
password= pass word
remove_mail=1
message_leave_time=14
enable_size_limit=1
size_limit=1024
ssl_pop=1
ssl_smtp=2
use_smtp_auth=1
smtp_user_id=anna-out
smtp_password=!c2VuZA==
set_smtpport=1
smtp_port=5870

[Account: 2]
account_name=imap
protocol=3
address=anna@birch.example
receive_server=imap.birch.example
`

func TestSylpheedAndClaws(t *testing.T) {
	dir := lay(t, map[string]string{"accountrc": sylpheedRC, "uidl/pop.birch.example-anna": "uid-1\t1700000000\nuid-2\t1700000100\n\n"})
	for program, places := range map[string]Places{"Sylpheed": {Sylpheed: []string{dir}}, "Claws Mail": {Claws: []string{dir}}} {
		list := Settings(t.Context(), places)
		if len(list) != 1 {
			t.Fatalf("%s: %+v", program, list)
		}
		f, a := list[0], list[0].Account
		if a.Incoming.Addr() != "pop.birch.example:995" || a.Incoming.Security != mail.TLS || a.Outgoing.Addr() != "smtp.birch.example:5870" || a.Outgoing.Security != mail.STARTTLS ||
			a.SameAsIncoming || a.Outgoing.User != "anna-out" || a.Keep != (mail.Keep{Mode: mail.KeepDays, Days: 14}) || a.MaxSize != 1<<20 || a.Label != "Work" || len(f.Held) != 2 {
			t.Errorf("%s: %+v", program, f)
		}
		secrets := Readable(f)
		if program == "Sylpheed" && (secrets[mail.Incoming] != " pass word" || secrets[mail.Outgoing] != "send") || program != "Sylpheed" && len(secrets) != 0 {
			t.Errorf("%s: %q", program, secrets)
		}
	}
}

func TestEvolution(t *testing.T) {
	dir := lay(t, map[string]string{
		"1.source":    "[Data Source]\nDisplayName=Birch\nEnabled=true\n[Mail Account]\nBackendName=pop\nIdentityUid=2\n[Authentication]\nHost=pop.birch.example\nMethod=plain\nPort=995\nUser=anna\n[Security]\nMethod=ssl-on-alternate-port\n[Pop Backend]\nKeepOnServer=true\nDeleteAfterDays=9\n[Refresh]\nEnabled=true\nIntervalMinutes=30\n",
		"2.source":    "[Mail Identity]\nName=Anna\nAddress=anna@birch.example\n[Mail Submission]\nTransportUid=3\n",
		"3.source":    "[Mail Transport]\nBackendName=smtp\n[Authentication]\nHost=smtp.birch.example\nPort=587\nUser=anna\nMethod=PLAIN\n[Security]\nMethod=starttls-on-standard-port\n",
		"imap.source": "[Mail Account]\nBackendName=imapx\nIdentityUid=2\n[Authentication]\nHost=imap.birch.example\n",
	})
	list := Settings(t.Context(), Places{Evolution: []string{dir}})
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	a := list[0].Account
	if a.Address != "anna@birch.example" || a.Incoming.Addr() != "pop.birch.example:995" || a.Incoming.Security != mail.TLS || a.Outgoing.Addr() != "smtp.birch.example:587" ||
		a.Outgoing.Security != mail.STARTTLS || !a.SameAsIncoming || a.Keep != (mail.Keep{Mode: mail.KeepDays, Days: 9}) || a.CheckMinutes != 30 || list[0].Left != LeftNoneYet {
		t.Errorf("%+v", list[0])
	}
}

func TestOutlook(t *testing.T) {
	dir := lay(t, map[string]string{"office.PRF": "\ufeff;profile\r\n[General]\r\nCustom=1\r\n[Account1]\r\nUniqueService=No\r\nAccountName=Birch\r\nPOP3Server=pop.birch.example\r\nSMTPServer=smtp.birch.example\r\n" +
		"POP3UserName=anna\r\nEmailAddress=anna@birch.example\r\nDisplayName=Anna\r\nPOP3UseSSL=1\r\nSMTPUseAuth=1\r\nSMTPAuthMethod=0\r\nSMTPSecureConnection=2\r\nSMTPPort=587\r\nLeaveOnServer=1\r\n[Account2]\r\nIMAPServer=x\r\n"})
	list := Settings(t.Context(), Places{Outlook: []string{dir}})
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	a := list[0].Account
	if a.Incoming.Addr() != "pop.birch.example:995" || a.Incoming.Security != mail.TLS || a.Outgoing.Addr() != "smtp.birch.example:587" || a.Outgoing.Security != mail.STARTTLS || !a.SameAsIncoming || a.Keep.Mode != mail.KeepForever {
		t.Errorf("%+v", a)
	}
}

// What cannot be used is passed over, and no password is among what is found.
func TestNonsense(t *testing.T) {
	dir := lay(t, map[string]string{
		"profiles.ini": "[Profile0]\nPath=p\nIsRelative=1\n", "p/prefs.js": strings.Repeat("user_pref(\"mail.accountmanager.accounts\", \"a,b,,c\");\n", 3) + "\xff\xfe\x00",
		"accountrc": "[Account: 1]\nprotocol=0\n[Account: 2\nprotocol=0\naddress=a@b\nreceive_server=", "x.source": "[Mail Account]\nBackendName=pop\n", "x.prf": "[Account1]\nPOP3Server=p\n",
	})
	if list := Settings(t.Context(), Places{[]string{dir}, []string{dir}, []string{dir}, []string{dir}, []string{dir}}); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	for _, home := range []string{"", "/home/x"} {
		p := UsualPlaces(home, func(string) string { return "" })
		if len(slices.Concat(p.Thunderbird, p.Claws, p.Sylpheed, p.Outlook)) < 4 {
			t.Errorf("%+v", p)
		}
	}
}
