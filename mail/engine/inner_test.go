package engine

import (
	"bytes"
	"testing"
)

func TestAnAttachedMessageIsOpened(t *testing.T) {
	b := newBench(t, nil, nil)
	id := b.put("Subject: outer\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nsee\n--a\nContent-Type: message/rfc822\n\n" +
		"Subject: inner\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: application/octet-stream; name=x.dat\nContent-Transfer-Encoding: base64\n\nAAEC\n--b--\n--a--\n")[0]
	m, err := b.Inner(t.Context(), id, 0)
	if err != nil || m.Subject != "inner" || m.Text != "hello\n" && m.Text != "hello" || len(m.Parts) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	var out bytes.Buffer
	if err := b.InnerPart(t.Context(), id, 0, 0, &out); err != nil || !bytes.Equal(out.Bytes(), []byte{0, 1, 2}) {
		t.Errorf("%x, %v", out.Bytes(), err)
	}
	if _, err := b.Inner(t.Context(), id, 7); err == nil {
		t.Error("a part that is not there is opened")
	}
	if err := b.InnerPart(t.Context(), id, 0, 7, &out); err == nil {
		t.Error("a part inside that is not there is read")
	}
}
