package browse

import (
	"strings"
	"time"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// groupTitle is the head over a group of days.
func groupTitle(g model.Group) string {
	switch g.Era {
	case model.Today:
		return kit.T("Today")
	case model.Yesterday:
		return kit.T("Yesterday")
	case model.ThisWeek:
		return kit.T("This week")
	case model.LastWeek:
		return kit.T("Last week")
	}
	t := time.Date(g.Year, g.Month, 1, 0, 0, 0, 0, time.UTC)
	switch zh := kit.Language() == "zh"; {
	case zh && g.Era == model.Month:
		return t.Format("1月")
	case zh:
		return t.Format("2006年1月")
	case g.Era == model.Month:
		return t.Format("January")
	}
	return t.Format("January 2006")
}

// FolderTitle is the title of a folder line in the person's language.
func FolderTitle(e model.Entry) string {
	if e.Own {
		return e.Title
	}
	switch e.Title {
	case "Favourites":
		return kit.T("Favourites")
	case "All inboxes":
		return kit.T("All inboxes")
	case "Flagged":
		return kit.T("Flagged")
	case "Unread":
		return kit.T("Unread")
	}
	return RoleTitle(e.Folder.Role)
}

// RoleTitle is the name of a role's folder.
func RoleTitle(r mail.Role) string {
	switch r {
	case mail.Inbox:
		return kit.T("Inbox")
	case mail.Drafts:
		return kit.T("Drafts")
	case mail.Outbox:
		return kit.T("Outbox")
	case mail.Sent:
		return kit.T("Sent")
	case mail.Archive:
		return kit.T("Archive")
	case mail.Junk:
		return kit.T("Junk")
	case mail.Trash:
		return kit.T("Trash")
	}
	return ""
}

// Names joins people as a row names them.
func Names(list []mail.Address) string {
	var b strings.Builder
	for i, a := range list {
		if i > 0 {
			b.WriteString(kit.T(", "))
		}
		b.WriteString(a.Display())
	}
	return b.String()
}

// footWords are the words of the foot.
func footWords(f model.Foot, now time.Time) string {
	switch f.State {
	case model.FootEmpty:
		return kit.T("No account yet")
	case model.FootUpToDate:
		return kit.T("Up to date · checked %s", clock(f.Checked, now))
	case model.FootOffline:
		if f.Waiting > 0 {
			return kit.T("Offline · %d waiting", f.Waiting)
		}
		return kit.T("Offline")
	case model.FootTrouble:
		return troubleWords(f.Problem.Kind)
	case model.FootConnecting:
		return kit.T("Connecting…")
	case model.FootReceiving:
		return kit.T("Receiving %d of %d", f.Done, f.Total)
	}
	return kit.T("Not checked yet")
}

// troubleWords are few enough for the foot; the list of accounts says more.
func troubleWords(k mail.Kind) string {
	switch k {
	case mail.LoginRefused, mail.NeedsAppPassword:
		return kit.T("Cannot log in")
	case mail.PasswordMissing:
		return kit.T("Password missing")
	case mail.KeyringLocked:
		return kit.T("Keyring locked")
	case mail.KeyringAbsent:
		return kit.T("No keyring")
	case mail.NoSuchHost:
		return kit.T("Server not found")
	case mail.UntrustedCertificate:
		return kit.T("Certificate refused")
	case mail.NoEncryption:
		return kit.T("No encryption")
	case mail.Unreachable, mail.Timeout:
		return kit.T("Server is silent")
	case mail.MailboxInUse:
		return kit.T("Mailbox in use")
	case mail.LoginDelay:
		return kit.T("Checked too often")
	case mail.DiskFull:
		return kit.T("Disk full")
	case mail.NotWritable:
		return kit.T("Disk cannot be written")
	}
	return kit.T("Check failed")
}

// clock is a time of today by its hour, any other by its day.
func clock(t, now time.Time) string {
	t = t.In(now.Location())
	if model.GroupOf(t, now).Era == model.Today {
		return t.Format("15:04")
	}
	return kit.Date(t, now)
}

// AccountWords are what an account's last visit achieved, in one line.
func AccountWords(s mail.AccountStatus, now time.Time) string {
	switch {
	case s.Busy && s.Total > 0:
		return kit.T("Receiving %d of %d", s.Done, s.Total)
	case s.Busy:
		return kit.T("Connecting…")
	case s.Open:
		return kit.T("Open in a window")
	case s.Last.Problem != nil && s.Last.Problem.Kind != mail.Cancelled:
		what := model.Tell(s.Last.Problem, kit.T).What
		if s.Next.IsZero() {
			return what
		}
		return kit.T("%s · next try %s", what, clock(s.Next, now))
	case s.LastCheck.IsZero():
		return kit.T("Not checked yet")
	case s.Last.Retrieved > 0:
		return kit.T("%s · checked %s", kit.N(s.Last.Retrieved, "%d new message", "%d new messages"), clock(s.LastCheck, now))
	}
	return kit.T("Up to date · checked %s", clock(s.LastCheck, now))
}

// fateOf is what a row tells of a message's delivery, and in which words: of a delivery report what it says, of a sent
// message whether it reached everybody.
func fateOf(s *mail.Summary) (mail.FateState, string) {
	switch s.Report {
	case mail.FateFailed:
		return s.Report, kit.T("Not delivered")
	case mail.FateDelayed:
		return s.Report, kit.T("Delayed")
	case mail.FateDelivered:
		return s.Report, kit.T("Delivered")
	}
	several := len(s.To)+len(s.Cc) > 1
	switch {
	case s.Fate == mail.FateFailed && several:
		return s.Fate, kit.T("Not to everybody")
	case s.Fate == mail.FateFailed:
		return s.Fate, kit.T("Not delivered")
	case s.Fate == mail.FateDelayed:
		return s.Fate, kit.T("Delayed")
	}
	return s.Fate, ""
}
