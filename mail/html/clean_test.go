package html

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func clean(t *testing.T, src string, o CleanOptions) string {
	t.Helper()
	d, err := Read(context.Background(), src, Options{CID: func(id string) ([]byte, string) {
		if id == "logo" {
			return onePixel, "image/gif"
		}
		return nil, ""
	}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Clean(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var onePixel = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\x00\x00\x00\x00\x00!\xf9\x04\x00\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

func TestCleanKeepsTheLook(t *testing.T) {
	got := clean(t, `<style>.x{color:#c00;margin:4px}p.x b{font-weight:900!important}</style><p class=x style="padding:2px">a <b style="font-weight:400">b</b></p>`, CleanOptions{})
	for _, want := range []string{"color: #c00", "margin: 4px", "padding: 2px", "font-weight: 900", "a <b"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if strings.Contains(got, "class") || strings.Contains(got, "<style") {
		t.Errorf("style sheets remain: %q", got)
	}
}

func TestCleanPictures(t *testing.T) {
	src := `<img src="https://x.example/a.png"><img src="cid:logo"><img src="https://x.example/t.gif" width=1 height=1><td background="https://x.example/b.png">`
	quoted := clean(t, src, CleanOptions{})
	if strings.Contains(quoted, "x.example") || !strings.Contains(quoted, "cid:logo") {
		t.Errorf("quoted: %q", quoted)
	}
	remote := clean(t, src, CleanOptions{Remote: true, Embed: true, Page: true})
	if !strings.Contains(remote, "a.png") || strings.Contains(remote, "t.gif") || !strings.Contains(remote, "data:image/gif;base64") || !strings.Contains(remote, "Content-Security-Policy") {
		t.Errorf("page: %q", remote)
	}
}

// active returns what in clean HTML could act, as a browser would read it.
func active(t *testing.T, src string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	found := ""
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script", "iframe", "object", "embed", "form", "input", "style", "link", "base", "svg", "math", "frame", "template", "video", "audio":
				found = "<" + n.Data + ">"
			}
			for _, a := range n.Attr {
				v := strings.ToLower(strings.Map(func(r rune) rune {
					if r <= ' ' {
						return -1
					}
					return r
				}, a.Val))
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "srcdoc", a.Key == "srcset", a.Key == "formaction":
					found = a.Key
				case a.Key == "href" || a.Key == "src":
					for _, bad := range []string{"javascript:", "vbscript:", "file:", "data:text"} {
						if strings.HasPrefix(v, bad) {
							found = v
						}
					}
				case a.Key == "style" && (strings.Contains(v, "url(") || strings.Contains(v, "expression(")):
					found = v
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return found
}

func TestCleanRemovesWhatIsActive(t *testing.T) {
	for _, src := range []string{
		`<script>alert(1)</script>x`, `<img src=x onerror=alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `<svg onload=alert(1)>`,
		`<iframe src="https://x.example"></iframe>`, `<div style="background:url(https://x.example/a.png)">x</div>`,
		`<div style="width:expression(alert(1))">x</div>`, `<form action=x><input name=a></form>`, `<meta http-equiv=refresh content="0;url=https://x.example">`,
		`<base href="https://x.example/">`, `<a href="java&#x0A;script:alert(1)">x</a>`, `<style>@import "https://x.example/a.css";</style>`,
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	} {
		if got := clean(t, src, CleanOptions{Remote: true, Embed: true}); active(t, got) != "" {
			t.Errorf("%q became %q", src, got)
		}
	}
}

// shared returns the folder of samples beside the project, or skips.
func shared(t testing.TB, path string) string {
	t.Helper()
	if dir := os.Getenv("POPLAR_SHARED"); dir != "" {
		return filepath.Join(dir, path)
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		p := filepath.Join(dir, "..", "shared", path)
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	t.Skip("the shared samples are not here")
	return ""
}

func TestCleanWithstandsKnownPayloads(t *testing.T) {
	dir := shared(t, "data/mail/html")
	n := 0
	for _, name := range []string{"bluemonday_half.json", "dompurify_half.json"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Skip(err)
		}
		var any1 any
		if err := json.Unmarshal(raw, &any1); err != nil {
			t.Fatal(err)
		}
		var walk func(v any)
		walk = func(v any) {
			switch v := v.(type) {
			case string:
				if strings.ContainsAny(v, "<>&") {
					n++
					if got := clean(t, v, CleanOptions{Remote: true, Embed: true}); active(t, got) != "" {
						t.Errorf("%q became %q", v, got)
					}
				}
			case []any:
				for _, x := range v {
					walk(x)
				}
			case map[string]any:
				for _, x := range v {
					walk(x)
				}
			}
		}
		walk(any1)
	}
	if n < 100 {
		t.Errorf("only %d payloads", n)
	}
}

// What a browser or a printer is given runs nothing of the message's, asks nobody, and says whose message it is.
func TestCleanPage(t *testing.T) {
	dot := []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
	d, err := Read(context.Background(), `<script>bad()</script><p onclick="bad()">Text<img src="https://a.example/seen.gif"><img src="https://a.example/held.gif">`,
		Options{Picture: func(url string) []byte {
			if strings.Contains(url, "seen") {
				return dot
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	for _, print := range []bool{false, true} {
		out, err := d.Clean(context.Background(), CleanOptions{
			Page: true, Embed: true, Title: "A <b>", Head: [][2]string{{"From", "Eve <eve@a.example>"}}, Print: print,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"default-src 'none'", "<h1>A &lt;b&gt;</h1>", "Eve &lt;eve@a.example&gt;", "Text", "data:image/gif;base64,"} {
			if !strings.Contains(out, want) {
				t.Errorf("%q is missing in %s", want, out)
			}
		}
		for _, bad := range []string{"bad()", "held.gif", "seen.gif", "http:", "https:"} {
			if strings.Contains(out, bad) {
				t.Errorf("%q is in %s", bad, out)
			}
		}
		scripts := strings.Count(out, "<script")
		sum := sha256.Sum256([]byte(printScript))
		allowed := strings.Contains(out, "script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		if print && (scripts != 1 || !allowed) || !print && (scripts != 0 || strings.Contains(out, "script-src")) {
			t.Errorf("print %v: %d scripts, allowed %v", print, scripts, allowed)
		}
	}
}

func TestQuote(t *testing.T) {
	got, err := Quote(context.Background(), `<style>.a{color:#123456;font-weight:bold}</style><body bgcolor=#ffffcc text=navy><p class=a onclick=x()>One<br clear=all><img src="cid:logo" alt=Logo><img src="https://a.example/p.png"><script>x()</script></p><ul><li>item</ul>`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"background-color: #ffffcc", "color: #000080", "color: #123456", "font-weight: bold", "Logo", `<br clear="all"`, "<li>item"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %s", want, got)
		}
	}
	for _, bad := range []string{"onclick", "x()", "https:", "<style", "class=", "cid:", "<img"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q is in %s", bad, got)
		}
	}
}
