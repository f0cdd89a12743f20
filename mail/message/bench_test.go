package message

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gomessage "github.com/emersion/go-message"

	"poplar/mail"
)

// corpus is mail of our own writing in the mixture that a mailbox has: plain notes, HTML with alternatives,
// attachments, Chinese, a report.
func corpus() []mail.Bytes {
	var all []mail.Bytes
	para := "The spring planning is on Monday at ten in room four; please bring your figures and a cup. "
	han := "各位同事：下周一上午十点在四号会议室召开春季计划会议，请携带各自的数据。谢谢！"
	for i := range 100 {
		head := fmt.Sprintf("Return-Path: <ada%d@poplar.example>\r\nReceived: from mx.poplar.example by mail.poplar.example with ESMTPS id %08x; Mon, 6 May 2024 09:30:%02d +0200\r\nFrom: =?utf-8?Q?Ada_Popl=C3=A4r?= <ada%d@poplar.example>\r\nTo: Bo <bo@poplar.example>, \"Cy, the third\" <cy@poplar.example>\r\nSubject: =?utf-8?B?%s?=\r\nDate: Mon, 6 May 2024 09:30:%02d +0200\r\nMessage-ID: <m%d@poplar.example>\r\nReferences: <m%d@poplar.example>\r\nMIME-Version: 1.0\r\n",
			i, i, i%60, i, base64.StdEncoding.EncodeToString([]byte("春季计划 spring planning")), i%60, i, i-1)
		var b bytes.Buffer
		b.WriteString(head)
		switch i % 5 {
		case 0:
			b.WriteString("Content-Type: text/plain; charset=utf-8\r\n\r\n" + strings.Repeat(para+"\r\n", 20))
		case 1:
			b.WriteString("Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat(para+"=\r\n=C3=BC\r\n", 20) + "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>" + strings.Repeat("<p style=\"margin:0\">"+para+"</p>\r\n", 40) + "</body></html>\r\n--b--\r\n")
		case 2:
			b.WriteString("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: base64\r\n\r\n")
			gbk, _ := cGBK.enc.NewEncoder().Bytes([]byte(strings.Repeat(han, 10)))
			b.WriteString(base64.StdEncoding.EncodeToString(gbk))
			b.WriteString("\r\n--b\r\nContent-Type: application/pdf; name=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 200) + "--b--\r\n")
		case 3:
			b.WriteString("Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><table>" + strings.Repeat("<tr><td>"+para+"</td><td>"+han+"</td></tr>\r\n", 20) + "</table></body></html>\r\n")
		case 4:
			b.WriteString("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + strings.Repeat(han+"\r\n", 20) + strings.Repeat("> "+para+"\r\n", 20))
		}
		all = append(all, b.Bytes())
	}
	return all
}

func benchmark(b *testing.B, all []mail.Bytes, read func(mail.Bytes)) {
	b.Helper()
	n, size := 0, int64(0)
	b.ReportAllocs()
	start := cpuTime()
	for b.Loop() {
		for _, m := range all {
			read(m)
			n++
			size += int64(len(m))
		}
	}
	spent := (cpuTime() - start).Seconds()
	b.ReportMetric(float64(n)/spent, "messages/s/core")
	b.ReportMetric(float64(size)/1e6/spent, "MB/s/core")
}

func scan(m mail.Bytes) { Scan(m) }

// goMessageWalk is what go-message alone does: every part walked and read to its end.
func goMessageWalk(m mail.Bytes) {
	e, _ := gomessage.Read(bytes.NewReader(m))
	if e == nil {
		return
	}
	_ = e.Walk(func(_ []int, e *gomessage.Entity, err error) error {
		if err == nil && e != nil && e.MultipartReader() == nil {
			_, _ = io.Copy(io.Discard, e.Body)
		}
		return nil
	})
}

// BenchmarkScanAgainstWalk reads the same messages in turn both ways, so that whatever else the machine does meanwhile
// meets both.
func BenchmarkScanAgainstWalk(b *testing.B) {
	b.Run("own", func(b *testing.B) { against(b, corpus()) })
	b.Run("real", func(b *testing.B) { against(b, devSet(b)) })
}

func against(b *testing.B, all []mail.Bytes) {
	b.Helper()
	var ours, theirs time.Duration
	n := 0
	for b.Loop() {
		start := cpuTime()
		for _, m := range all {
			scan(m)
		}
		between := cpuTime()
		for _, m := range all {
			goMessageWalk(m)
		}
		ours += between - start
		theirs += cpuTime() - between
		n += len(all)
	}
	b.ReportMetric(float64(n)/ours.Seconds(), "scan-messages/s/core")
	b.ReportMetric(float64(n)/theirs.Seconds(), "walk-messages/s/core")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "scan/walk")
}

func BenchmarkScan(b *testing.B)          { benchmark(b, corpus(), scan) }
func BenchmarkGoMessageWalk(b *testing.B) { benchmark(b, corpus(), goMessageWalk) }
func BenchmarkScanReal(b *testing.B)      { benchmark(b, devSet(b), scan) }
func BenchmarkGoMessageReal(b *testing.B) { benchmark(b, devSet(b), goMessageWalk) }
func BenchmarkOpenReal(b *testing.B) {
	benchmark(b, devSet(b), func(m mail.Bytes) {
		if _, err := Open(m); err != nil {
			b.Fatal(err)
		}
	})
}

// A message of 200 MiB: what it takes until something can be shown of it, and until all is known.
func BenchmarkGlanceLong(b *testing.B) { benchmarkLong(b, Glance) }
func BenchmarkOpenLong(b *testing.B)   { benchmarkLong(b, OpenAs) }

func benchmarkLong(b *testing.B, read func(mail.Raw, string) (*mail.Message, error)) {
	b.Helper()
	raw := huge{glanceHead + "--b\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n", strings.Repeat("QUJD", 19) + "\r\n", "--b--\r\n", 200 << 20 / 78}
	b.SetBytes(raw.Size())
	for b.Loop() {
		if m, err := read(raw, ""); err != nil || len(m.Parts) != 1 {
			b.Fatal(err)
		}
	}
}

// devSet returns the real messages that lie beside the project on some machines; nil elsewhere.
func devSet(tb testing.TB) []mail.Bytes {
	tb.Helper()
	var all []mail.Bytes
	files, _ := filepath.Glob(filepath.Join(shared(tb), "data", "mail", "eml", "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, b)
	}
	if len(all) == 0 {
		tb.Skip("the real messages are not on this machine")
	}
	return all
}

// shared finds the folder of shared material: POPLAR_SHARED, or "shared" beside the project.
func shared(tb testing.TB) string {
	tb.Helper()
	if dir := os.Getenv("POPLAR_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared")
		}
		up := filepath.Dir(dir)
		if up == dir {
			return filepath.Join(dir, "shared")
		}
		dir = up
	}
}
