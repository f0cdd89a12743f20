package message

import (
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

func TestDetect(t *testing.T) {
	gbk, big5 := simplifiedchinese.GBK, traditionalchinese.Big5
	tests := []struct {
		enc  encoding.Encoding
		text string
	}{
		{gbk, "会议通知"},
		{gbk, "关于明天下午三点开会的通知"},
		{gbk, "发票已寄出，请查收"},
		{gbk, "您好，附件是本月的销售报表，请您尽快确认。如有问题请随时联系我。谢谢！"},
		{gbk, "Re: 报价单 2024"},
		{gbk, "张伟"},
		{gbk, "退信通知: 邮箱不存在"},
		{big5, "會議通知"},
		{big5, "關於明天下午三點開會的通知"},
		{big5, "您好,附件是本月的銷售報表,請您儘快確認。如有問題請隨時聯繫我。謝謝!"},
		{japanese.ShiftJIS, "お世話になっております。会議の件でご連絡いたします。"},
		{japanese.ShiftJIS, "ご注文ありがとうございます"},
		{japanese.EUCJP, "お世話になっております。会議の件でご連絡いたします。"},
		{japanese.EUCJP, "ご注文ありがとうございます"},
		{korean.EUCKR, "안녕하세요. 회의 일정을 알려드립니다. 감사합니다."},
		{korean.EUCKR, "주문이 접수되었습니다"},
		{charmap.Windows1251, "Добрый день, высылаю вам отчёт за прошлый месяц."},
		{charmap.Windows1251, "Заказ принят"},
		{charmap.KOI8R, "Добрый день, высылаю вам отчёт за прошлый месяц."},
		{charmap.KOI8R, "Заказ принят"},
		{charmap.Windows1252, "Grüße aus München, schöne Ferien und viel Spaß!"},
		{charmap.Windows1252, "Le café est très agréable à l’été"},
		{charmap.Windows1252, "Señor, mañana no habrá reunión"},
		{charmap.Windows1252, "It’s done – see “notes”"},
		{charmap.Windows1252, "Överraskning på måndag"},
		{charmap.Windows1250, "Zażółć gęślą jaźń, proszę o wiadomość"},
		{charmap.ISO8859_2, "Zażółć gęślą jaźń, proszę o wiadomość"},
		{charmap.Windows1253, "Καλημέρα σας, σας στέλνω την αναφορά"},
		{charmap.Windows874, "สวัสดีครับ ขอแจ้งกำหนดการประชุม"},
		{charmap.Windows1255, "שלום רב, מצורף הדוח החודשי"},
		{charmap.Windows1256, "مرحبا بكم، مرفق التقرير الشهري"},
		{simplifiedchinese.GB18030, "会议纪要：㛃、𠮷 两位同事缺席，其余按计划进行"},
		{charmap.ISO8859_5, "Добрый день, высылаю вам отчёт за прошлый месяц."},
		{charmap.Windows1254, "Sayın müşterimiz, siparişiniz yarın gönderilecektir, iyi günler dileriz"},
		{charmap.Windows1257, "Laba diena, siunčiu jums praėjusio mėnesio ataskaitą, ačiū už kantrybę šį kartą"},
		{charmap.Windows1252, "Góðan daginn, ég sendi þér skýrsluna fyrir síðasta mánuð og þakka þér fyrir þolinmæðina"},
	}
	for _, tt := range tests {
		b, err := tt.enc.NewEncoder().Bytes([]byte(tt.text))
		if err != nil {
			t.Fatalf("%s: %v", tt.text, err)
		}
		c := detect(b)
		if got, _ := c.decode(b); got != tt.text {
			t.Errorf("%v: %q was read as %s: %q", tt.enc, tt.text, c.name, got)
		}
	}
	if c := detect([]byte("naïve déjà vu 你好")); c != cUTF8 {
		t.Errorf("UTF-8 was read as %s", c.name)
	}
}

// What the name of a character set says is not always so.
func TestNamedOtherwise(t *testing.T) {
	tests := []struct {
		enc     encoding.Encoding
		charset string
		text    string
	}{
		{simplifiedchinese.HZGB2312, "", "会议通知"},
		{simplifiedchinese.HZGB2312, "us-ascii", "Dear all, 会议改到三点。"},
		{traditionalchinese.Big5, "iso-8859-1", "您好,附件是本月的銷售報表,請您儘快確認。"},
		{simplifiedchinese.GBK, "iso-8859-1", "Dear all, 会议改到3pm, please confirm the 附件 today. 谢谢 Tom"},
		{charmap.Windows1252, "iso-8859-1", "ÄRGERLICH: ÜBERALL ÖFFNEN, GRÖSSE ÄNDERN, MÄRZ FÜR ÄRZTE, ÜBUNG"},
		{charmap.Windows1252, "iso-8859-1", "Les élèves ont été très fâchés à Noël, où l’été dernier déjà ça brûlait"},
		{charmap.Windows1252, "", "a home directory is ~{user}, not ~{}"},
	}
	for _, tt := range tests {
		b, err := tt.enc.NewEncoder().Bytes([]byte(tt.text))
		if err != nil {
			t.Fatalf("%s: %v", tt.text, err)
		}
		if got, _, _ := decodeNamed(b, tt.charset); got != tt.text {
			t.Errorf("%q under the name of %q was read as %q", tt.text, tt.charset, got)
		}
	}
}
