package origin

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"poplar/mail"
)

// signer signs as bank.example; ask answers for its key.
func signer(t testing.TB) (sign func(msg string, domain string) string, ask Lookup) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	public := base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
	sign = func(msg, domain string) string {
		var out bytes.Buffer
		err := dkim.Sign(&out, strings.NewReader(msg), &dkim.SignOptions{
			Domain: domain, Selector: "s1", Signer: key,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
			HeaderKeys: []string{"From", "Subject"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	ask = func(_ context.Context, name string) ([]string, error) {
		if name == "s1._domainkey.bank.example" || name == "s1._domainkey.bulk.example" {
			return []string{"v=DKIM1; k=ed25519; p=" + public}, nil
		}
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return sign, ask
}

const plainMail = "From: Bank <a@bank.example>\r\nSubject: Hello\r\n\r\nYour balance is fine.\r\n"

func TestVerify(t *testing.T) {
	sign, ask := signer(t)
	signed := sign(plainMail, "bank.example")
	tests := []struct {
		name string
		raw  string
		ask  Lookup
		want []mail.SignatureResult
	}{
		{"as it was signed", signed, ask, []mail.SignatureResult{mail.SignaturePass}},
		{"blanks added on the way", strings.Replace(signed, "is fine", "is  fine", 1), ask, []mail.SignatureResult{mail.SignaturePass}},
		{"a word changed", strings.Replace(signed, "is fine", "is low", 1), ask, []mail.SignatureResult{mail.SignatureFail}},
		{"the sender changed", strings.Replace(signed, "a@bank", "b@bank", 1), ask, []mail.SignatureResult{mail.SignatureFail}},
		{"another domain's key", sign(plainMail, "other.example"), ask, []mail.SignatureResult{mail.SignatureOdd}},
		{"two signatures", sign(signed, "bulk.example"), ask, []mail.SignatureResult{mail.SignaturePass, mail.SignaturePass}},
		{"two signatures, the body changed", strings.Replace(sign(signed, "bulk.example"), "is fine", "is low", 1), ask, []mail.SignatureResult{mail.SignatureFail, mail.SignatureFail}},
		{"no network", signed, func(context.Context, string) ([]string, error) { return nil, errors.New("network is down") }, []mail.SignatureResult{mail.SignatureWait}},
		{"a part of the body", strings.Replace(signed, "v=1;", "v=1; l=5;", 1), ask, []mail.SignatureResult{mail.SignatureOdd}},
		{"no signature", plainMail, ask, nil},
		{"nonsense", "DKIM-Signature: v=1; a=b; nonsense\r\n" + plainMail, ask, []mail.SignatureResult{mail.SignatureOdd}},
		{"a header without end", "DKIM-Signature: v=1\r\n" + strings.Repeat("X-A: b\r\n", maxHeader/8), ask, []mail.SignatureResult{mail.SignatureOdd}},
		{"a hundred signatures", strings.Repeat("DKIM-Signature: v=1; d=bank.example\r\n", 100) + plainMail, ask, []mail.SignatureResult{mail.SignatureOdd, mail.SignatureOdd, mail.SignatureOdd, mail.SignatureOdd, mail.SignatureOdd}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := Verify(t.Context(), mail.Bytes(tt.raw), tt.ask)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) != len(tt.want) {
				t.Fatalf("%d signatures: %+v", len(list), list)
			}
			for i, s := range list {
				if s.Result != tt.want[i] {
					t.Errorf("signature %d: %s (%s), want %s", i, s.Result, s.Said, tt.want[i])
				}
			}
		})
	}
}

// brokenRaw is a message whose disk fails after its header.
type brokenRaw struct{ mail.Bytes }

var errDisk = errors.New("the disk is gone")

func (b brokenRaw) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 {
		return 0, errDisk
	}
	return b.Bytes.ReadAt(p, off)
}

func TestVerifyErrors(t *testing.T) {
	sign, ask := signer(t)
	signed := mail.Bytes(sign(plainMail, "bank.example"))
	if _, err := Verify(t.Context(), brokenRaw{signed}, ask); !errors.Is(err, errDisk) {
		t.Errorf("a disk that fails gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stop := func(ctx context.Context, _ string) ([]string, error) { cancel(); return nil, ctx.Err() }
	if _, err := Verify(ctx, signed, stop); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ends gives %v", err)
	}
}

// huge is a Raw of a head and zeros.
type huge struct {
	head string
	size int64
}

func (h huge) Size() int64  { return h.size }
func (h huge) Close() error { return nil }
func (h huge) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	if off < int64(len(h.head)) {
		copy(p, h.head[off:])
	}
	if off+int64(len(p)) > h.size {
		return int(max(0, h.size-off)), io.EOF
	}
	return len(p), nil
}

func TestVerifyHuge(t *testing.T) {
	sign, ask := signer(t)
	list, err := Verify(t.Context(), huge{sign(plainMail, "bank.example"), 200 << 20}, ask)
	if err != nil || len(list) != 1 || list[0].Result != mail.SignatureOdd {
		t.Errorf("it says %+v, %v", list, err)
	}
}

func FuzzVerify(f *testing.F) {
	sign, ask := signer(f)
	f.Add([]byte(sign(plainMail, "bank.example")))
	f.Add([]byte("DKIM-Signature: v=1; a=rsa-sha256; d=bank.example; s=s1; h=from; bh=; b=; c=/; l=1; t=x; x=1; q=dns/txt; i=@\r\n" + plainMail))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := Verify(t.Context(), mail.Bytes(b), ask)
		if err != nil || len(list) > maxSignatures {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
