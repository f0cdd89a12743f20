package model

import "poplar/mail"

// Remark is a quiet line about a message: how it is protected, or what is damaged.
type Remark struct {
	Icon string
	Text string
	Warn bool // it is about damage
}

// RemarksOf are the remarks about a message, the important ones first.
func RemarksOf(m *mail.Message, tr Translate) []Remark {
	var out []Remark
	switch m.Protection {
	case mail.SignedPGP:
		out = append(out, Remark{Icon: "key", Text: tr("Signed with OpenPGP. Poplar cannot check this signature yet.")})
	case mail.SignedSMIME:
		out = append(out, Remark{Icon: "key", Text: tr("Signed with S/MIME. Poplar cannot check this signature yet.")})
	case mail.EncryptedPGP:
		out = append(out, Remark{Icon: "lock", Text: tr("Encrypted with OpenPGP. Poplar cannot open this yet; the encrypted part can be saved.")})
	case mail.EncryptedSMIME:
		out = append(out, Remark{Icon: "lock", Text: tr("Encrypted with S/MIME. Poplar cannot open this yet; the encrypted part can be saved.")})
	}
	if IsAutomatic(m) {
		out = append(out, Remark{Icon: "clock", Text: tr("An automatic answer. Your message has arrived.")})
	}
	if m.Glanced {
		out = append(out, Remark{Icon: "clock", Text: tr("A large message: the rest of it is being read.")})
	}
	if p := m.Piece; p != nil {
		out = append(out, pieceOf(p, tr))
	}
	for _, s := range m.Problems {
		if m.Piece != nil && s == "This is one piece of a message that was sent in several" {
			continue // which is said already
		}
		out = append(out, Remark{Icon: "warn", Text: tr("%s.", tr(s)), Warn: true})
	}
	return out
}

func pieceOf(p *mail.Piece, tr Translate) Remark {
	switch {
	case p.Whole:
		return Remark{Icon: "info", Text: tr("Put together from %d pieces that came one by one.", p.Total)}
	case p.Total > 0:
		return Remark{Icon: "info", Text: tr("Piece %d of %d of a message that was sent in pieces; %d are here.", p.Number, p.Total, p.Have)}
	}
	return Remark{Icon: "info", Text: tr("Piece %d of a message that was sent in pieces; %d are here.", p.Number, p.Have)}
}
