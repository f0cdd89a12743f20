package layout

func (l *engine) flex(b *box, c constraint) *frag      { return l.block(b, c, nil, 0, 0) }
func (l *engine) flexWidths(b *box) (float64, float64) { return 0, 0 }
