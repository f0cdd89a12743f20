package html

// copyProp copies one property from another style: what inherit and initial come to.
func copyProp(to, from *Style, p prop) {
	switch {
	case p >= pMarginTop && p <= pMarginLeft:
		to.Margin[p-pMarginTop] = from.Margin[p-pMarginTop]
		return
	case p >= pPaddingTop && p <= pPaddingLeft:
		to.Padding[p-pPaddingTop] = from.Padding[p-pPaddingTop]
		return
	case p >= pMarginStart && p <= pPaddingEnd:
		return // only "inherit" of them could lead here: nothing in mail
	case p >= pBorderTopWidth && p <= pBorderLeftWidth:
		to.Border[p-pBorderTopWidth].Width = from.Border[p-pBorderTopWidth].Width
		return
	case p >= pBorderTopStyle && p <= pBorderLeftStyle:
		to.Border[p-pBorderTopStyle].Style = from.Border[p-pBorderTopStyle].Style
		return
	case p >= pRadiusTL && p <= pRadiusBL:
		to.Radius[p-pRadiusTL] = from.Radius[p-pRadiusTL]
		return
	case p >= pTop && p <= pLeft:
		to.Inset[p-pTop] = from.Inset[p-pTop]
		return
	case p < pDisplay:
		copyInherited(to, from, p)
		return
	}
	switch p {
	case pDisplay:
		to.Display = from.Display
	case pPosition:
		to.Position = from.Position
	case pFloat:
		to.Float = from.Float
	case pClear:
		to.Clear = from.Clear
	case pWidth:
		to.Width = from.Width
	case pHeight:
		to.Height = from.Height
	case pMinWidth:
		to.MinWidth = from.MinWidth
	case pMinHeight:
		to.MinHeight = from.MinHeight
	case pMaxWidth:
		to.MaxWidth = from.MaxWidth
	case pMaxHeight:
		to.MaxHeight = from.MaxHeight
	case pBoxSizing:
		to.BorderSizing = from.BorderSizing
	case pOverflow:
		to.Clip = from.Clip
	case pOpacity:
		to.Opacity = from.Opacity
	case pVerticalAlign:
		to.VAlign, to.VShift = from.VAlign, from.VShift
	case pTableLayout:
		to.FixedTable = from.FixedTable
	case pFlexDir:
		to.FlexDir = from.FlexDir
	case pFlexWrap:
		to.FlexWrap = from.FlexWrap
	case pJustifyContent:
		to.JustifyItems = from.JustifyItems
	case pAlignItems:
		to.AlignItems = from.AlignItems
	case pAlignContent:
		to.AlignContent = from.AlignContent
	case pAlignSelf:
		to.AlignSelf = from.AlignSelf
	case pGrow:
		to.Grow = from.Grow
	case pShrink:
		to.Shrink = from.Shrink
	case pBasis:
		to.Basis = from.Basis
	case pOrder:
		to.Order = from.Order
	case pRowGap:
		to.GapY = from.GapY
	case pColumnGap:
		to.GapX = from.GapX
	case pUnicodeBidi:
		to.UnicodeBidi = from.UnicodeBidi
	case pObjectFit:
		to.Fit = from.Fit
	case pAspect:
		to.Aspect = from.Aspect
	case pOutlineWidth, pOutlineStyle, pOutlineColor:
		to.OutlineBorder = from.OutlineBorder
	}
}

func copyInherited(to, from *Style, p prop) {
	switch p {
	case pFontSize:
		to.Size, to.absSize, to.sizeWord = from.Size, from.absSize, from.sizeWord
	case pFontFamily:
		to.Family = from.Family
	case pFontWeight:
		to.Weight = from.Weight
	case pFontStyle:
		to.Italic = from.Italic
	case pFontVariant:
		to.SmallCaps = from.SmallCaps
	case pDirection:
		to.Direction = from.Direction
	case pColor:
		to.Colour = from.Colour
	case pLineHeight:
		to.LineHeight = from.LineHeight
	case pLetterSpacing:
		to.LetterSpacing = from.LetterSpacing
	case pWordSpacing:
		to.WordSpacing = from.WordSpacing
	case pTextAlign:
		to.Align, to.BlockAlign = from.Align, from.BlockAlign
	case pTextIndent:
		to.Indent = from.Indent
	case pTextTransform:
		to.Transform = from.Transform
	case pWhiteSpace:
		to.White = from.White
	case pWordBreak:
		to.WordBreak = from.WordBreak
	case pOverflowWrap:
		to.OverflowWrap = from.OverflowWrap
	case pListType:
		to.ListType = from.ListType
	case pListPos:
		to.ListPos = from.ListPos
	case pListImage:
		to.ListImage = from.ListImage
	case pVisibility:
		to.Visibility = from.Visibility
	case pCollapse:
		to.Collapse = from.Collapse
	case pSpacing:
		to.SpacingX, to.SpacingY = from.SpacingX, from.SpacingY
	case pCaptionSide:
		to.CaptionBottom = from.CaptionBottom
	case pEmptyCells:
		to.HideEmpty = from.HideEmpty
	case pTabSize:
		to.TabSize = from.TabSize
	case pCursor:
		to.Pointer = from.Pointer
	case pFontKerning:
		to.Kern = from.Kern
	}
}
