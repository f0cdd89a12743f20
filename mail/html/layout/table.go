package layout

type table struct{}
type tableCell struct{}
type edge struct{}

func (l *engine) table(b *box, c constraint) *frag      { return l.block(b, c, nil, 0, 0) }
func (l *engine) flex(b *box, c constraint) *frag       { return l.block(b, c, nil, 0, 0) }
func (l *engine) tableWidths(b *box) (float64, float64) { return 0, 0 }
func (l *engine) flexWidths(b *box) (float64, float64)  { return 0, 0 }

func (e *emitter) edge(b *edge, x, y float64, v env) {}
