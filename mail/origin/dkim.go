package origin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"poplar/mail"
)

const (
	// maxSignatures bounds how many signatures of one message are checked.
	maxSignatures = 5
	// maxHeader bounds the header of a message whose signatures are checked, maxBody all of it, in octets.
	maxHeader = 1 << 20
	maxBody   = 64 << 20
	// lookupLimit bounds one question to the DNS.
	lookupLimit = 5 * time.Second
)

// Lookup asks the DNS for the TXT records of a name, the strings of one record joined, as net.Resolver.LookupTXT does.
type Lookup func(ctx context.Context, name string) ([]string, error)

const signatureField = "dkim-signature"

// Verify checks the DKIM signatures of a message. The body is hashed while it is read, never held. It returns one entry
// per signature, the topmost first. An error is the disk's or the context's; a signature that does not fit is none.
func Verify(ctx context.Context, raw mail.Raw, ask Lookup) ([]mail.Signature, error) {
	head, ok, err := readHead(raw)
	if err != nil {
		return nil, err
	}
	var list []mail.Signature
	for _, f := range head.fields {
		if f.name != signatureField || len(list) == maxSignatures {
			continue
		}
		tags := signatureTags(f.text)
		s := mail.Signature{Domain: strings.ToLower(tags["d"]), Selector: tags["s"]}
		switch {
		case !ok:
			s.Result, s.Said = mail.SignatureOdd, "the header is too long to be checked"
		case raw.Size() > maxBody:
			s.Result, s.Said = mail.SignatureOdd, "the message is too large to be checked"
		default:
			s.Result, s.Said, err = verify(ctx, raw, head, f, ask)
			if err != nil {
				return nil, err
			}
		}
		list = append(list, s)
	}
	return list, nil
}

// verify checks one signature. The others are left out of the header, so that the library looks at this one alone, in
// this goroutine.
func verify(ctx context.Context, raw mail.Raw, head head, f headField, ask Lookup) (res mail.SignatureResult, said string, err error) {
	defer func() {
		if r := recover(); r != nil { // a hostile signature is never worth more than itself
			res, said, err = mail.SignatureOdd, fmt.Sprint("it cannot be read: ", r), nil
		}
	}()
	tags := signatureTags(f.text)
	if _, part := tags["l"]; part {
		return mail.SignatureOdd, "it covers a part of the message only", nil
	}
	for key := range strings.SplitSeq(tags["h"], ":") {
		if strings.EqualFold(strings.TrimSpace(key), signatureField) {
			return mail.SignatureOdd, "it signs other signatures", nil
		}
	}
	var top bytes.Buffer
	for _, g := range head.fields {
		if g.name != signatureField || g.at == f.at {
			top.WriteString(g.text)
		}
	}
	body := &bodyReader{ctx: ctx, r: io.NewSectionReader(raw, head.end, raw.Size()-head.end)}
	found, failed := dkim.VerifyWithOptions(io.MultiReader(&top, body), &dkim.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) { return lookup(ctx, ask, name) },
	})
	switch {
	case body.err != nil:
		return "", "", body.err
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case failed != nil:
		return mail.SignatureOdd, plain(failed), nil
	case len(found) != 1:
		return mail.SignatureOdd, "it cannot be read", nil
	case found[0].Err == nil:
		return mail.SignaturePass, "", nil
	case dkim.IsTempFail(found[0].Err):
		return mail.SignatureWait, plain(found[0].Err), nil
	case dkim.IsPermFail(found[0].Err):
		return mail.SignatureOdd, plain(found[0].Err), nil
	}
	return mail.SignatureFail, plain(found[0].Err), nil
}

// plain is an error of the library without its name in front.
func plain(err error) string { return strings.TrimPrefix(err.Error(), "dkim: ") }

// lookup asks with a limit of its own. Whatever is no answer of the DNS is a temporary failure to the library.
func lookup(ctx context.Context, ask Lookup, name string) ([]string, error) {
	if len(name) > 253 {
		return nil, errors.New("the name of its key is too long")
	}
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	list, err := ask(ctx, name)
	var dns *net.DNSError
	if err == nil || errors.As(err, &dns) && dns.IsNotFound {
		return list, err
	}
	return nil, &net.DNSError{Err: err.Error(), Name: name, IsTemporary: true}
}

// bodyReader reads a body as long as ctx lasts. An error ends it like the message's end, and is kept: the library would
// not tell it from a signature that does not fit.
type bodyReader struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (b *bodyReader) Read(p []byte) (int, error) {
	if b.err = b.ctx.Err(); b.err != nil {
		return 0, io.EOF
	}
	n, err := b.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err, err = err, io.EOF
	}
	return n, err
}

// headField is a header field as it stands, its last line end in it.
type headField struct {
	name string // lower case
	text string
	at   int
}

type head struct {
	fields []headField
	end    int64 // where the empty line starts
}

// readHead cuts the header into fields without changing an octet. ok is false when its end was not found.
func readHead(raw mail.Raw) (h head, ok bool, err error) {
	b := make([]byte, min(raw.Size(), maxHeader))
	n, err := raw.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return h, false, err
	}
	b = b[:n]
	for at := 0; at < len(b) && len(h.fields) < 10_000; {
		next := bytes.IndexByte(b[at:], '\n') + 1
		if next == 0 {
			break
		}
		line := string(b[at : at+next])
		switch {
		case line == "\r\n" || line == "\n":
			h.end = int64(at)
			return h, true, nil
		case (line[0] == ' ' || line[0] == '\t') && len(h.fields) > 0:
			h.fields[len(h.fields)-1].text += line
		default:
			name, _, _ := strings.Cut(line, ":")
			h.fields = append(h.fields, headField{strings.ToLower(strings.TrimSpace(name)), line, at})
		}
		at += next
	}
	return h, false, nil
}

// signatureTags reads the tag list of a field (RFC 6376 section 3.2), blanks removed.
func signatureTags(field string) map[string]string {
	tags := map[string]string{}
	_, value, _ := strings.Cut(field, ":")
	for tag := range strings.SplitSeq(value, ";") {
		if k, v, ok := strings.Cut(tag, "="); ok {
			tags[strings.TrimSpace(k)] = strings.Join(strings.Fields(v), "")
		}
	}
	return tags
}
