package message

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

// What independent parsers agree on, of the real messages that lie beside the project on some machines. The bars are
// a little below what was reached, so that a change for the worse is seen.
func TestRealMessages(t *testing.T) {
	dir := filepath.Join(shared(t), "data", "mail")
	data, err := os.ReadFile(filepath.Join(dir, "expectations.json"))
	if err != nil {
		t.Skip("the real messages are not on this machine")
	}
	type expected struct {
		Agreed bool            `json:"agreed"`
		Value  json.RawMessage `json:"value"`
		Items  []struct {
			SHA256 string `json:"sha256"`
			LF     string `json:"sha256_lf"`
			Trim   string `json:"sha256_trim"`
		} `json:"items"`
	}
	var all struct {
		Messages []struct {
			File   string              `json:"file"`
			Fields map[string]expected `json:"fields"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	ok, n := map[string]int{}, map[string]int{}
	one := func(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, "\u200b", " ")), " ") }
	for _, e := range all.Messages {
		raw, err := os.ReadFile(filepath.Join(dir, e.File))
		if err != nil {
			t.Fatal(err)
		}
		r := Report(mail.Bytes(raw))
		check := func(field string, same func(v json.RawMessage) bool) {
			if f := e.Fields[field]; f.Agreed {
				n[field]++
				if same(f.Value) {
					ok[field]++
				}
			}
		}
		text := func(got string) func(json.RawMessage) bool {
			return func(v json.RawMessage) bool {
				var s string
				return json.Unmarshal(v, &s) == nil && one(s) == one(got)
			}
		}
		check("subject", text(r.Subject))
		check("message_id", text(r.MessageID))
		check("text", func(v json.RawMessage) bool {
			var s string
			return json.Unmarshal(v, &s) == nil && (s == "" || strings.HasPrefix(one(r.Text), s))
		})
		check("date", func(v json.RawMessage) bool {
			var d *int64
			return json.Unmarshal(v, &d) == nil && (d == nil) == (r.Date == nil) && (d == nil || *d == *r.Date)
		})
		check("attachment_count", func(v json.RawMessage) bool {
			var c int
			return json.Unmarshal(v, &c) == nil && c == len(r.Attachments)
		})
		check("attachment_names", func(v json.RawMessage) bool {
			var want, got []string
			for _, a := range r.Attachments {
				got = append(got, one(a.Name))
			}
			slices.Sort(got)
			return json.Unmarshal(v, &want) == nil && slices.Equal(slices.Sorted(slices.Values(want)), got)
		})
		for field, list := range map[string][][2]string{"from_addrs": r.From, "to_addrs": r.To, "cc_addrs": r.Cc} {
			check(field, func(v json.RawMessage) bool {
				var want, got []string
				for _, a := range list {
					if a := strings.ToLower(a[1]); a != "" && !slices.Contains(got, a) {
						got = append(got, a)
					}
				}
				slices.Sort(got)
				return json.Unmarshal(v, &want) == nil && slices.Equal(slices.Compact(slices.Sorted(slices.Values(want))), got)
			})
		}
		for _, i := range e.Fields["attachments"].Items {
			if i.SHA256 == "" && i.LF == "" && i.Trim == "" {
				continue
			}
			n["attachment_sha256"]++
			if slices.ContainsFunc(r.Attachments, func(a ReportedAttachment) bool {
				return a.SHA256 == i.SHA256 || a.SHA256 == i.LF || a.SHA256 == i.Trim
			}) {
				ok["attachment_sha256"]++
			}
		}
	}
	for _, f := range slices.Sorted(maps.Keys(n)) {
		share := 100 * float64(ok[f]) / float64(n[f])
		t.Logf("%-18s %4d of %4d, %.2f %%", f, ok[f], n[f], share)
		bar := 99.5
		if f == "text" || f == "attachment_names" {
			bar = 99
		}
		if share < bar {
			t.Errorf("%s: %.2f %% is below %.1f %%", f, share, bar)
		}
	}
}
