package gui

import (
	"context"
	"io"

	"poplar/mail"
)

// What the fake knows about messages is set by the tests.
type knowledge struct {
	messages map[mail.MessageID]*mail.Message
	origins  map[mail.MessageID]mail.Origin
	fates    map[mail.MessageID][]mail.Fate
	sentOf   map[mail.MessageID]mail.MessageID
	raw      map[mail.MessageID]string
}

func (f *fake) Origin(_ context.Context, id mail.MessageID) (mail.Origin, error) {
	return f.knows.origins[id], nil
}

func (f *fake) CheckOrigin(_ context.Context, id mail.MessageID) (mail.Origin, error) {
	f.note("check origin %d", id)
	return mail.Origin{Trust: mail.TrustVerified, Domain: "example.pt"}, nil
}

func (f *fake) SetCharset(_ context.Context, id mail.MessageID, charset string) error {
	f.note("charset %d %s", id, charset)
	return f.fails
}

func (f *fake) Structure(context.Context, mail.MessageID) (mail.Structure, error) {
	return mail.Structure{
		Size: 100, Header: []mail.SourceField{{Name: "Subject", Value: "邮件", Raw: "Subject: =?utf-8?B?6YKu5Lu2?=\r\n"}},
		Root: mail.Node{Type: "multipart/mixed", Index: -1, Parts: []mail.Node{{Path: "1", Type: "text/plain", Index: -1}, {Path: "2", Type: "image/png", Name: "a.png"}}},
	}, nil
}

func (f *fake) NodeBytes(_ context.Context, _ mail.MessageID, path string, w io.Writer) error {
	_, err := io.WriteString(w, "node "+path)
	return err
}

func (f *fake) Fates(_ context.Context, id mail.MessageID) ([]mail.Fate, error) {
	return f.knows.fates[id], nil
}

func (f *fake) SentOf(_ context.Context, id mail.MessageID) (mail.MessageID, error) {
	return f.knows.sentOf[id], nil
}

func (f *fake) SendAgain(_ context.Context, id mail.MessageID, corrected string) (mail.Draft, error) {
	f.note("send %d again to %s", id, corrected)
	return mail.Draft{Account: "a", To: []mail.Address{{Addr: corrected}}, Subject: "Invitation"}, nil
}

func (f *fake) Inner(_ context.Context, id mail.MessageID, index int) (*mail.Message, error) {
	f.note("inner %d %d", id, index)
	return &mail.Message{Subject: "Attached", Text: "inside"}, nil
}
