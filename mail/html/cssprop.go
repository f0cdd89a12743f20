package html

import (
	"strings"
)

// prop is a longhand property. Those up to pFontLast are applied first: others depend on the font size.
type prop uint8

const (
	pFontSize prop = iota
	pFontFamily
	pFontWeight
	pFontStyle
	pFontVariant
	pDirection
	pFontLast
	pColor
	pLineHeight
	pLetterSpacing
	pWordSpacing
	pTextAlign
	pTextIndent
	pTextTransform
	pWhiteSpace
	pWordBreak
	pOverflowWrap
	pListType
	pListPos
	pListImage
	pVisibility
	pCollapse
	pSpacing
	pCaptionSide
	pEmptyCells
	pTabSize
	pCursor
	pFontKerning
	pDisplay
	pPosition
	pFloat
	pClear
	pWidth
	pHeight
	pMinWidth
	pMinHeight
	pMaxWidth
	pMaxHeight
	pMarginTop
	pMarginRight
	pMarginBottom
	pMarginLeft
	pPaddingTop
	pPaddingRight
	pPaddingBottom
	pPaddingLeft
	pMarginStart
	pMarginEnd
	pPaddingStart
	pPaddingEnd
	pBorderTopWidth
	pBorderRightWidth
	pBorderBottomWidth
	pBorderLeftWidth
	pBorderTopStyle
	pBorderRightStyle
	pBorderBottomStyle
	pBorderLeftStyle
	pBorderTopColor
	pBorderRightColor
	pBorderBottomColor
	pBorderLeftColor
	pRadiusTL
	pRadiusTR
	pRadiusBR
	pRadiusBL
	pTop
	pRight
	pBottom
	pLeft
	pBoxSizing
	pOverflow
	pOpacity
	pVerticalAlign
	pBackColor
	pBackImage
	pBackPosition
	pBackSize
	pBackRepeat
	pBackOrigin
	pBackClip
	pTableLayout
	pFlexDir
	pFlexWrap
	pJustifyContent
	pAlignItems
	pAlignContent
	pAlignSelf
	pGrow
	pShrink
	pBasis
	pOrder
	pRowGap
	pColumnGap
	pUnicodeBidi
	pObjectFit
	pAspect
	pBoxShadow
	pOutlineWidth
	pOutlineStyle
	pOutlineColor
	pDecoLine
	pDecoStyle
	pDecoColor
	pDecoThickness
	pContent
	pMsoHide
	pClipPath
	pAll
)

// wide are the keywords every property takes.
type wide uint8

const (
	wideNone wide = iota
	wideInherit
	wideInitial
	wideUnset
)

// decl is one longhand declaration, its value parsed.
type decl struct {
	p      prop
	imp    bool
	wide   wide
	kw     Keyword
	quirky bool // a default margin
	n      float32
	l      linear
	c      cssColour
	x      any
}

// declParser collects declarations.
type declParser struct {
	out   []decl
	quirk bool // the document asks for the oldest rules
	imp   bool
	vars  map[string][]token
}

// parseDecls reads the declarations of a style attribute or the inside of a rule.
func (d *declParser) parseDecls(src string) []decl {
	d.out = nil
	d.each(src, d.declaration)
	return d.out
}

// each calls f with the name and value of each declaration in src, which has no braces around it.
func (d *declParser) each(src string, f func(name string, value []token, imp bool)) {
	l := lexer{src: src}
	var ts []token
	depth := 0
	flush := func() {
		ts = trimSpace(ts)
		if len(ts) >= 2 && ts[0].kind == tIdent {
			i := 1
			for i < len(ts) && ts[i].kind == tSpace {
				i++
			}
			if i < len(ts) && ts[i].kind == tColon {
				v := trimSpace(ts[i+1:])
				imp := false
				if n := len(v); n >= 2 && v[n-1].kind == tIdent && strings.EqualFold(v[n-1].s, "important") {
					k := n - 2
					for k > 0 && v[k].kind == tSpace {
						k--
					}
					if v[k].kind == tDelim && v[k].s == "!" {
						imp = true
						v = trimSpace(v[:k])
					}
				}
				if len(v) > 0 {
					name := ts[0].s
					if !strings.HasPrefix(name, "--") {
						name = strings.ToLower(name)
					}
					f(name, v, imp)
				}
			}
		}
		ts = ts[:0]
	}
	for {
		t := l.next()
		switch {
		case t.kind == tEOF:
			flush()
			return
		case t.kind == tSemicolon && depth == 0:
			flush()
			continue
		case t.kind == tOpen || t.kind == tFunction:
			depth++
		case t.kind == tClose && depth > 0:
			depth--
		}
		if len(ts) < maxTokens {
			ts = append(ts, t)
		}
	}
}

func (d *declParser) declaration(name string, v []token, imp bool) {
	d.imp = imp
	name = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(name, "-webkit-"), "-moz-"), "-ms-")
	if usesVar(v) {
		v = d.resolveVars(v)
		if v == nil {
			return
		}
	}
	if name == "all" {
		if w := wideOf(v); w != wideNone {
			d.out = append(d.out, decl{p: pAll, imp: imp, wide: w})
		}
		return
	}
	if w := wideOf(v); w != wideNone {
		for _, p := range longhands(name) {
			d.out = append(d.out, decl{p: p, imp: imp, wide: w})
		}
		return
	}
	if f := parsers[name]; f != nil {
		n := len(d.out)
		if !f(d, v) {
			d.out = d.out[:n] // a shorthand that is wrong in part is wrong altogether
		}
	}
}

func wideOf(v []token) wide {
	if len(v) != 1 || v[0].kind != tIdent {
		return wideNone
	}
	switch strings.ToLower(v[0].s) {
	case "inherit":
		return wideInherit
	case "initial":
		return wideInitial
	case "unset", "revert", "revert-layer":
		return wideUnset
	}
	return wideNone
}

func (d *declParser) add(x decl) bool {
	x.imp = d.imp
	d.out = append(d.out, x)
	return true
}

// ident returns the lower-case name of a value that is one identifier.
func ident(v []token) string {
	if len(v) == 1 && v[0].kind == tIdent {
		return strings.ToLower(v[0].s)
	}
	return ""
}

// keywords makes the parser of a property that takes one of a few words.
func keywords(p prop, of map[string]Keyword) func(*declParser, []token) bool {
	return func(d *declParser, v []token) bool {
		k, ok := of[ident(v)]
		return ok && d.add(decl{p: p, kw: k})
	}
}

// length makes the parser of a property that takes a length.
func length(p prop, auto, negative, quirk bool) func(*declParser, []token) bool {
	return func(d *declParser, v []token) bool {
		l, ok := d.length(v, auto, negative, quirk)
		return ok && d.add(decl{p: p, l: l})
	}
}

func (d *declParser) length(v []token, auto, negative, quirk bool) (linear, bool) {
	if auto {
		switch ident(v) {
		case "auto", "none":
			return linear{}, true
		case "min-content":
			return linear{unit: MinContent}, true
		case "max-content":
			return linear{unit: MaxContent}, true
		case "fit-content":
			return linear{unit: FitContent}, true
		}
	}
	l, ok := parseLength(v, quirk && d.quirk)
	if !ok || !negative && (l.px < 0 || l.em < 0 || l.pct < 0 || l.rem < 0) && len(v) == 1 {
		return l, false
	}
	return l, true
}

// four makes the parser of a shorthand of four sides.
func four(first prop, each func(d *declParser, p prop, v []token) bool) func(*declParser, []token) bool {
	return func(d *declParser, v []token) bool {
		w := words(v)
		if len(w) < 1 || len(w) > 4 {
			return false
		}
		at := [4][4]int{{0, 0, 0, 0}, {0, 1, 0, 1}, {0, 1, 2, 1}, {0, 1, 2, 3}}[len(w)-1]
		for i := range prop(4) {
			if !each(d, first+i, w[at[i]]) {
				return false
			}
		}
		return true
	}
}

// sizeFunction handles width: min(100%, 600px) and the like: the share is the width, the length its bound.
func sizeFunction(d *declParser, p, limit prop, v []token) bool {
	if len(v) < 3 || v[0].kind != tFunction || v[0].s != "min" && v[0].s != "max" {
		return false
	}
	args := splitOn(v[1:len(v)-1], tComma)
	if len(args) != 2 {
		return false
	}
	a, ok1 := parseLength(args[0], false)
	b, ok2 := parseLength(args[1], false)
	if !ok1 || !ok2 || (a.pct != 0) == (b.pct != 0) {
		return false
	}
	if a.pct == 0 {
		a, b = b, a
	}
	return d.add(decl{p: p, l: a}) && d.add(decl{p: limit, l: b})
}

// longhands are the properties that a name stands for.
func longhands(name string) []prop {
	if ps, ok := shorthands[name]; ok {
		return ps
	}
	if p, ok := single[name]; ok {
		return []prop{p}
	}
	return nil
}

func span(a, b prop) []prop {
	var out []prop
	for p := a; p <= b; p++ {
		out = append(out, p)
	}
	return out
}

var shorthands = map[string][]prop{
	"margin": span(pMarginTop, pMarginLeft), "padding": span(pPaddingTop, pPaddingLeft),
	"border":       span(pBorderTopWidth, pBorderLeftColor),
	"border-width": span(pBorderTopWidth, pBorderLeftWidth), "border-style": span(pBorderTopStyle, pBorderLeftStyle),
	"border-color": span(pBorderTopColor, pBorderLeftColor), "border-radius": span(pRadiusTL, pRadiusBL),
	"border-top":    {pBorderTopWidth, pBorderTopStyle, pBorderTopColor},
	"border-right":  {pBorderRightWidth, pBorderRightStyle, pBorderRightColor},
	"border-bottom": {pBorderBottomWidth, pBorderBottomStyle, pBorderBottomColor},
	"border-left":   {pBorderLeftWidth, pBorderLeftStyle, pBorderLeftColor},
	"background":    span(pBackColor, pBackClip), "font": {pFontSize, pFontFamily, pFontWeight, pFontStyle, pFontVariant, pLineHeight},
	"list-style": {pListType, pListPos, pListImage}, "text-decoration": span(pDecoLine, pDecoThickness),
	"outline": {pOutlineWidth, pOutlineStyle, pOutlineColor}, "flex": {pGrow, pShrink, pBasis}, "flex-flow": {pFlexDir, pFlexWrap},
	"gap": {pRowGap, pColumnGap}, "inset": span(pTop, pLeft), "overflow-x": {pOverflow}, "overflow-y": {pOverflow},
}

var single = map[string]prop{
	"font-size": pFontSize, "font-family": pFontFamily, "font-weight": pFontWeight, "font-style": pFontStyle,
	"font-variant": pFontVariant, "direction": pDirection, "color": pColor, "line-height": pLineHeight,
	"letter-spacing": pLetterSpacing, "word-spacing": pWordSpacing, "text-align": pTextAlign, "text-indent": pTextIndent,
	"text-transform": pTextTransform, "white-space": pWhiteSpace, "word-break": pWordBreak, "overflow-wrap": pOverflowWrap,
	"word-wrap": pOverflowWrap, "list-style-type": pListType, "list-style-position": pListPos, "list-style-image": pListImage,
	"visibility": pVisibility, "border-collapse": pCollapse, "border-spacing": pSpacing, "caption-side": pCaptionSide,
	"empty-cells": pEmptyCells, "display": pDisplay, "position": pPosition, "float": pFloat, "clear": pClear,
	"width": pWidth, "height": pHeight, "min-width": pMinWidth, "min-height": pMinHeight, "max-width": pMaxWidth,
	"max-height": pMaxHeight, "margin-top": pMarginTop, "margin-right": pMarginRight, "margin-bottom": pMarginBottom,
	"margin-left": pMarginLeft, "padding-top": pPaddingTop, "padding-right": pPaddingRight, "padding-bottom": pPaddingBottom,
	"padding-left": pPaddingLeft, "border-top-width": pBorderTopWidth, "border-right-width": pBorderRightWidth,
	"border-bottom-width": pBorderBottomWidth, "border-left-width": pBorderLeftWidth, "border-top-style": pBorderTopStyle,
	"border-right-style": pBorderRightStyle, "border-bottom-style": pBorderBottomStyle, "border-left-style": pBorderLeftStyle,
	"border-top-color": pBorderTopColor, "border-right-color": pBorderRightColor, "border-bottom-color": pBorderBottomColor,
	"border-left-color": pBorderLeftColor, "border-top-left-radius": pRadiusTL, "border-top-right-radius": pRadiusTR,
	"border-bottom-right-radius": pRadiusBR, "border-bottom-left-radius": pRadiusBL, "top": pTop, "right": pRight,
	"bottom": pBottom, "left": pLeft, "box-sizing": pBoxSizing, "overflow": pOverflow, "opacity": pOpacity,
	"vertical-align": pVerticalAlign, "background-color": pBackColor, "background-image": pBackImage,
	"background-position": pBackPosition, "background-size": pBackSize, "background-repeat": pBackRepeat,
	"background-origin": pBackOrigin, "background-clip": pBackClip, "table-layout": pTableLayout, "flex-direction": pFlexDir,
	"flex-wrap": pFlexWrap, "justify-content": pJustifyContent, "align-items": pAlignItems, "align-content": pAlignContent,
	"align-self": pAlignSelf, "flex-grow": pGrow, "flex-shrink": pShrink, "flex-basis": pBasis, "order": pOrder,
	"row-gap": pRowGap, "column-gap": pColumnGap, "unicode-bidi": pUnicodeBidi, "object-fit": pObjectFit,
	"aspect-ratio": pAspect, "box-shadow": pBoxShadow, "text-decoration-line": pDecoLine, "text-decoration-style": pDecoStyle,
	"text-decoration-color": pDecoColor, "text-decoration-thickness": pDecoThickness, "content": pContent, "cursor": pCursor,
	"tab-size": pTabSize, "font-kerning": pFontKerning, "outline-width": pOutlineWidth, "outline-style": pOutlineStyle,
	"outline-color": pOutlineColor,
}
