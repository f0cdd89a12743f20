package html

import (
	"context"
	"sync"
)

// uaSource is the style sheet every document starts from: the Rendering section of the HTML standard. Margins before
// the line "firm" are those that old documents drop at the edges of cells and body.
const uaSource = `
p, pre, listing, xmp, plaintext { margin-top: 1em; margin-bottom: 1em }
blockquote, dl, menu, dir, ul, ol { margin-top: 1em }
h1 { margin-top: .67em } h2 { margin-top: .83em } h3 { margin-top: 1em } h4 { margin-top: 1.33em } h5 { margin-top: 1.67em } h6 { margin-top: 2.33em }
firm { color: red }
blockquote { margin-bottom: 1em; margin-left: 40px; margin-right: 40px }
dl, menu, dir, ul, ol { margin-bottom: 1em }
h1 { margin-bottom: .67em } h2 { margin-bottom: .83em } h3 { margin-bottom: 1em } h4 { margin-bottom: 1.33em } h5 { margin-bottom: 1.67em } h6 { margin-bottom: 2.33em }
ul ul, ul ol, ol ul, ol ol, ul menu, ul dir, ol menu, ol dir { margin-top: 0; margin-bottom: 0 }
html, body, address, article, aside, blockquote, center, dd, details, dir, div, dl, dt, fieldset, figcaption, figure, footer,
form, h1, h2, h3, h4, h5, h6, header, hgroup, hr, legend, listing, main, menu, nav, ol, optgroup, option, p, plaintext, pre,
search, section, summary, ul, xmp, dialog, marquee { display: block }
li { display: list-item }
head, script, style, link, meta, title, base, template, param, source, track, area, datalist, noembed, noframes, rp, frame,
frameset, iframe, embed, applet, canvas, svg, math { display: none }
body { margin: 8px }
figure { margin: 1em 40px }
address, cite, dfn, em, i, var { font-style: italic }
b, strong { font-weight: bolder }
h1, h2, h3, h4, h5, h6, th { font-weight: bold }
h1 { font-size: 2em } h2 { font-size: 1.5em } h3 { font-size: 1.17em } h5 { font-size: .83em } h6 { font-size: .67em }
center, caption { text-align: -webkit-center }
code, kbd, samp, tt, pre, listing, xmp, plaintext { font-family: monospace }
pre, listing, xmp, plaintext { white-space: pre }
pre[wrap] { white-space: pre-wrap }
big { font-size: larger } small, sub, sup { font-size: smaller }
sub { vertical-align: sub } sup { vertical-align: super }
u, ins { text-decoration: underline } s, strike, del { text-decoration: line-through }
abbr[title], acronym[title] { text-decoration: dotted underline }
mark { background-color: yellow; color: black }
nobr { white-space: nowrap }
q::before { content: open-quote } q::after { content: close-quote } q q::before { content: "‘" } q q::after { content: "’" }
ul, menu, dir { list-style-type: disc; padding-inline-start: 40px } ol { list-style-type: decimal; padding-inline-start: 40px }
ul ul, ol ul { list-style-type: circle } ul ul ul, ul ol ul, ol ul ul, ol ol ul { list-style-type: square }
dd { margin-inline-start: 40px }
hr { color: gray; border: 1px inset #eee; margin: .5em auto; overflow: hidden }
table { display: table; border-spacing: 2px; border-collapse: separate; box-sizing: border-box; text-indent: 0 }
caption { display: table-caption }
thead { display: table-header-group; vertical-align: middle; border-color: inherit }
tbody { display: table-row-group; vertical-align: middle; border-color: inherit }
tfoot { display: table-footer-group; vertical-align: middle; border-color: inherit }
tr { display: table-row; vertical-align: inherit; border-color: inherit }
col { display: table-column } colgroup { display: table-column-group }
td, th { display: table-cell; vertical-align: inherit; padding: 1px }
fieldset { border: 2px groove #c0c0c0; padding: .35em .75em .625em; margin: 0 2px }
legend { padding: 0 2px }
button, input, select, textarea, meter, progress { display: inline-block; font: 13.333px sans-serif; letter-spacing: normal;
line-height: normal; text-align: start; text-indent: 0; text-transform: none; color: black }
input, select, textarea { background-color: white; border: 1px solid #767676; padding: 2px 3px }
button, input[type=submit], input[type=button], input[type=reset] { background-color: #efefef; border: 1px solid #767676; border-radius: 3px; padding: 2px 7px; text-align: center }
input { min-width: 150px }
input[type=hidden] { display: none } input[type=submit], input[type=button], input[type=reset], input[type=checkbox], input[type=radio],
input[type=image] { min-width: 0 }
textarea { white-space: pre-wrap } select { white-space: nowrap }
bdo { unicode-bidi: bidi-override } bdi { unicode-bidi: isolate }
ruby, rb, rt { display: inline } rt { font-size: 50% }
a[href] { cursor: pointer; text-decoration: underline }
`

// uaQuirks are the further rules of documents that ask for the oldest ones.
const uaQuirks = `
table { white-space: normal; line-height: normal; font-weight: normal; font-size: medium; font-style: normal; font-variant: normal; text-align: start }
`

func uaSheet(src string) *sheet {
	s := newSheet(context.Background(), false)
	s.parse(src, nil)
	firm := len(s.rules)
	for i, r := range s.rules {
		if c := r.sel.parts[0].c; c.tag == "firm" {
			firm = i
		}
	}
	for _, r := range s.rules[:firm] {
		for k := range r.decls {
			r.decls[k].quirky = true
		}
	}
	return s
}

var (
	uaStandard = sync.OnceValue(func() *sheet { return uaSheet(uaSource) })
	uaOld      = sync.OnceValue(func() *sheet { return uaSheet(uaSource + uaQuirks) })
)
