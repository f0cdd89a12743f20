package paint

// colourGlyph draws a glyph that has a picture or layers in colour, or returns nil where it has none.
func (p *Painter) colourGlyph(o *outliner, key glyphKey, scale float32) *glyph { return nil }
