package html

import (
	"bytes"
	"encoding/base64"
	"image"
	_ "image/gif" // decoders register themselves
	_ "image/jpeg"
	_ "image/png"
	"net/url"
	"strconv"
	"strings"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"
	"golang.org/x/net/html"
)

const (
	maxPictures     = 2000
	maxPictureBytes = 24 << 20
	maxPictureSide  = 30_000
	maxPicturePx    = 40 << 20
)

// picture notes a picture the message refers to, by its source as written. n is its <img>, nil for backgrounds.
func (r *reader) picture(src string, n *html.Node) {
	d := r.d
	p, known := d.pictures[src]
	if !known {
		if len(d.order) >= maxPictures {
			return
		}
		p = &Picture{Src: strings.TrimSpace(src)}
		d.pictures[src] = p
		d.order = append(d.order, p)
		r.resolve(p)
	}
	if n != nil && p.Remote && !p.Tracker && trackerImage(n) {
		p.Tracker = true
		p.Data = nil
	}
}

// resolve finds where a picture comes from and takes its contents where they are at hand.
func (r *reader) resolve(p *Picture) {
	scheme, rest, ok := strings.Cut(p.Src, ":")
	if !ok || strings.ContainsAny(scheme, "/?#. ") {
		scheme = ""
		if strings.HasPrefix(p.Src, "//") {
			scheme = "https"
		}
	}
	switch strings.ToLower(scheme) {
	case "data":
		p.set(dataURI(rest))
	case "cid":
		if r.o.CID != nil {
			id := rest
			if u, err := url.PathUnescape(rest); err == nil {
				id = u
			}
			data, _ := r.o.CID(id)
			p.set(data)
		}
	case "http", "https":
		p.Remote = true
		if trackerAddress(p.Src) {
			p.Tracker = true
			return
		}
		if r.o.Picture != nil {
			p.set(r.o.Picture(p.Src))
		}
	case "":
		// A bare name: a part by its Content-Location, or a file beside the message where the caller says so.
		if r.o.Picture != nil {
			p.set(r.o.Picture(p.Src))
		}
	}
}

// set takes the contents of a picture and reads its size.
func (p *Picture) set(data []byte) {
	if len(data) == 0 {
		return
	}
	p.Data = data
	cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || cfg.Width <= 0 || cfg.Height <= 0 || len(data) > maxPictureBytes ||
		cfg.Width > maxPictureSide || cfg.Height > maxPictureSide || cfg.Width*cfg.Height > maxPicturePx {
		p.Broken = true
		return
	}
	p.W, p.H, p.Type = cfg.Width, cfg.Height, "image/"+format
}

// dataURI decodes what stands after "data:".
func dataURI(s string) []byte {
	head, body, ok := strings.Cut(s, ",")
	if !ok || len(body) > maxPictureBytes*4/3+4 {
		return nil
	}
	if !strings.Contains(strings.ToLower(head), ";base64") {
		u, err := url.PathUnescape(body)
		if err != nil {
			return nil
		}
		return []byte(u)
	}
	if strings.ContainsAny(body, " \n\r\t%") {
		if u, err := url.PathUnescape(body); err == nil {
			body = u
		}
		body = strings.Map(func(r rune) rune {
			if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
				return -1
			}
			return r
		}, body)
	}
	body = strings.TrimRight(body, "=")
	out, err := base64.RawStdEncoding.DecodeString(body)
	if err != nil {
		if out, err = base64.RawURLEncoding.DecodeString(body); err != nil {
			return nil
		}
	}
	return out
}

// count fills in how many pictures are remote, held back and trackers.
func (r *reader) count() {
	for _, p := range r.d.order {
		switch {
		case p.Tracker:
			r.d.Trackers++
		case p.Remote:
			r.d.Remote++
			if p.Data == nil {
				r.d.Held++
			}
		}
	}
}

// HeldPictures are the addresses of the remote pictures that are held back, trackers left out.
func (d *Doc) HeldPictures() []string {
	var out []string
	for _, p := range d.order {
		if p.Remote && !p.Tracker && p.Data == nil {
			out = append(out, p.Src)
		}
	}
	return out
}

// trackerImage reports whether an <img> is there to be fetched, not to be seen: one pixel large, or hidden.
func trackerImage(n *html.Node) bool {
	small := func(s string) bool {
		v, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "px"), 64)
		return err == nil && v <= 2
	}
	w, h := attr(n, "width"), attr(n, "height")
	style := strings.ToLower(strings.ReplaceAll(attr(n, "style"), " ", ""))
	sw, sh := styleValue(style, "width"), styleValue(style, "height")
	if sw != "" {
		w = sw
	}
	if sh != "" {
		h = sh
	}
	switch {
	case small(w) && small(h):
		return true
	case strings.Contains(style, "display:none"), strings.Contains(style, "visibility:hidden"), hasAttr(n, "hidden"),
		strings.Contains(style, "opacity:0;"), strings.HasSuffix(style, "opacity:0"):
		return true
	}
	return small(sw) && sw != "" && h == "" || small(sh) && sh != "" && w == ""
}

// styleValue returns a property's value in a style attribute without blanks.
func styleValue(style, name string) string {
	for decl := range strings.SplitSeq(style, ";") {
		if v, ok := strings.CutPrefix(decl, name+":"); ok {
			return strings.TrimSuffix(v, "!important")
		}
	}
	return ""
}

// trackerHosts and trackerPaths are addresses known to serve nothing but open tracking.
var trackerHosts = []string{
	"open.convertkit-mail", "pixel.app.returnpath.net", "pixel.monitor", "mailtrack.io", "email.mixmax", "t.yesware.com",
	"t.signaux", "t.sidekickopen", "mailfoogae.appspot.com", "www.bananatag.com", "track.getsidekick", "tracking.cirrusinsight",
	"yesware.com/t", "googleads.g.doubleclick.net", "www.google-analytics.com", "google-analytics.com", "beacon.krxd.net",
	"pixel.mathtag.com", "www.facebook.com/tr", "bat.bing.com", "ad.doubleclick.net", "links.iterable.com/e/encryptedo",
	"mandrillapp.com/track/open", "sendgrid.net/wf/open", "sendgrid.com/wf/open", "list-manage.com/track/open",
	"intercom-mail.com/via/o", "createsend1.com/t/", "email-od.com/o/", "mailgun.net/o/", "sparkpostmail.com/q/",
	"hubspotemail.net", "go.pardot.com/r/", "awstrack.me/i0/", "exct.net/open.aspx", "klclick.com/o/", "rs6.net/on.jsp",
}

var trackerPaths = []string{
	"/track/open", "/wf/open", "/o/open", "/open.aspx", "/open.php", "/open.gif", "/trk/open", "/tracking/open", "/email/open",
	"/beacon.gif", "/pixel.gif", "/pixel.png", "/e/o/", "/openpixel", "/emailopen", "/t.gif", "/1x1.gif", "/1x1.png", "/blank.gif?", "/read-receipt",
}

// trackerAddress reports whether an address is a known one for counting who opened a mail.
func trackerAddress(src string) bool {
	s := strings.ToLower(src)
	if i := strings.Index(s, "//"); i >= 0 {
		s = s[i+2:]
	}
	for _, h := range trackerHosts {
		if i := strings.Index(s, h); i == 0 || i > 0 && (s[i-1] == '.' || s[i-1] == '/') {
			return true
		}
	}
	if i := strings.IndexByte(s, '/'); i >= 0 {
		for _, p := range trackerPaths {
			if strings.Contains(s[i:], p) {
				return true
			}
		}
	}
	return false
}
