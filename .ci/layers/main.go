// Command layers checks that the code keeps to docs/architecture.md: who may import whom, where goroutines may start,
// the single fyne.Do, who may know Fyne, and how long a file may be. It prints each breach and exits with 1.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const module = "poplar"

// mayImport is the table of docs/architecture.md. Everybody may import mail besides. A name that ends in /* stands for
// the room and all below it.
var mayImport = map[string][]string{
	".":                {"gui", "cli", "cli/quiet", "mail/engine", "settings", "gui/model", "assets", "mail/release"},
	"cli":              {"mail/engine", "mail/html/*", "mail/mailtest", "settings", "assets"},
	"cli/quiet":        {},
	"gui":              {"gui/*", "settings", "assets"},
	"gui/browse":       {"gui/model", "gui/kit"},
	"gui/reader":       {"gui/model", "gui/page", "gui/kit"},
	"gui/composer":     {"gui/model", "gui/page", "gui/editor", "gui/kit"},
	"gui/editor":       {"mail/html", "gui/kit"},
	"gui/people":       {"gui/model", "gui/kit"},
	"gui/source":       {"gui/model", "gui/kit"},
	"gui/setup":        {"gui/model", "gui/editor", "gui/kit"},
	"gui/remote":       {"gui/model", "gui/kit"},
	"gui/page":         {"mail/html", "mail/html/layout", "mail/html/paint", "gui/kit"},
	"gui/model":        {"settings"},
	"gui/kit":          {"assets"},
	"mail":             {},
	"mail/engine":      {"mail/oauth", "mail/retrieve", "mail/delivery", "mail/outbox", "mail/compose", "mail/submit", "mail/store", "mail/doctor", "mail/transfer", "mail/message", "mail/origin", "mail/wire", "mail/pop3", "mail/autoconfig", "mail/pictures", "mail/people"},
	"mail/retrieve":    {"mail/pop3"},
	"mail/delivery":    {"mail/message"},
	"mail/outbox":      {"mail/submit"},
	"mail/compose":     {"mail/message"},
	"mail/message":     {"mail/html"},
	"mail/origin":      {"mail/html"},
	"mail/html":        {},
	"mail/html/layout": {"mail/html"},
	"mail/html/paint":  {"mail/html", "mail/html/layout"},
	"mail/doctor":      {"mail/pop3", "mail/submit", "mail/autoconfig", "mail/wire"},
	"mail/pop3":        {"mail/wire"},
	"mail/oauth":       {"mail/wire"},
	"mail/submit":      {"mail/wire"},
	"mail/autoconfig":  {"mail/wire"},
	"mail/store":       {},
	"mail/people":      {},
	"mail/wire":        {},
	"mail/release":     {},
	"mail/transfer":    {},
	"mail/pictures":    {},
	"mail/mailtest":    {"mail/wire"},
	"settings":         {},
	"assets":           {},
}

// mayStart lists where goroutines may start: a room, or one file of it.
var mayStart = []string{"mail/engine/", "gui/kit/", "gui/pump.go", "mail/mailtest/", "mail/retrieve/fetch.go", "mail/autoconfig/together.go", "settings/keyring.go"}

// mayKnowFyne lists the rooms that may import Fyne.
var mayKnowFyne = func(room string) bool {
	return room == "." || room == "assets" || (strings.HasPrefix(room, "gui") && room != "gui/model")
}

const maxLines = 600

var forbiddenNames = []string{"util", "utils", "common", "helper", "helpers", "manager"}

type checker struct {
	fset     *token.FileSet
	breaches []string
	doCalls  []string
	rooms    map[string]bool
}

func (c *checker) breach(pos token.Pos, format string, args ...any) {
	where := ""
	if pos.IsValid() {
		p := c.fset.Position(pos)
		where = fmt.Sprintf("%s:%d: ", p.Filename, p.Line)
	}
	c.breaches = append(c.breaches, where+fmt.Sprintf(format, args...))
}

func main() {
	c := &checker{fset: token.NewFileSet(), rooms: map[string]bool{}}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "build" || d.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, ".go") {
			return c.file(filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "layers:", err)
		os.Exit(2)
	}
	if len(c.doCalls) > 1 {
		c.breach(token.NoPos, "fyne.Do is called in more than one place: %s", strings.Join(c.doCalls, ", "))
	}
	slices.Sort(c.breaches)
	for _, b := range c.breaches {
		fmt.Println(b)
	}
	fmt.Printf("layers: %d rooms, %d breaches\n", len(c.rooms), len(c.breaches))
	if len(c.breaches) > 0 {
		os.Exit(1)
	}
}

func (c *checker) file(path string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(c.fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	room := filepath.ToSlash(filepath.Dir(path))
	test := strings.HasSuffix(path, "_test.go")
	c.rooms[room] = true
	if _, known := mayImport[room]; !known && !strings.HasPrefix(room, "packaging") {
		c.breach(f.Package, "room %s is not in the plan", room)
	}
	if slices.Contains(forbiddenNames, f.Name.Name) {
		c.breach(f.Package, "a package is named for its topic, not %s", f.Name.Name)
	}
	if n := lines(src); n > maxLines && !test {
		c.breach(f.Package, "the file has %d lines; a topic may have a file of its own before %d", n, maxLines)
	}
	for _, imp := range f.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return err
		}
		c.imported(imp.Pos(), room, name, test)
	}
	if !test {
		c.body(f, path)
	}
	return nil
}

func lines(src []byte) int {
	n := 0
	for s := bufio.NewScanner(bytes.NewReader(src)); s.Scan(); {
		n++
	}
	return n
}

func (c *checker) imported(pos token.Pos, room, name string, test bool) {
	if strings.HasPrefix(name, "fyne.io/") && !mayKnowFyne(room) {
		c.breach(pos, "%s may not know Fyne", room)
	}
	if room == "mail" && !test && strings.Contains(name, ".") {
		c.breach(pos, "package mail uses the standard library only, not %s", name)
	}
	to, own := strings.CutPrefix(name, module+"/")
	if !own || to == "mail" || to == room {
		return
	}
	if test {
		// Tests may use the test servers and everything of their own wing.
		wing, _, _ := strings.Cut(room, "/")
		if to == "mail/mailtest" || wing == "." || wing == "cli" || (wing == "gui" && to == "settings") || to == wing || strings.HasPrefix(to, wing+"/") {
			return
		}
	}
	for _, allowed := range mayImport[room] {
		below, all := strings.CutSuffix(allowed, "/*")
		if to == allowed || (all && (to == below || strings.HasPrefix(to, below+"/"))) {
			return
		}
	}
	c.breach(pos, "%s may not import %s", room, to)
}

// body looks for goroutines and for the way back to the UI thread.
func (c *checker) body(f *ast.File, path string) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if !slices.ContainsFunc(mayStart, func(p string) bool { return strings.HasPrefix(path, p) }) {
				c.breach(n.Pos(), "no goroutine may start here")
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "fyne" && (n.Sel.Name == "Do" || n.Sel.Name == "DoAndWait") {
				at := c.fset.Position(n.Pos())
				c.doCalls = append(c.doCalls, fmt.Sprintf("%s:%d", at.Filename, at.Line))
				if !strings.HasPrefix(path, "gui/kit/") {
					c.breach(n.Pos(), "fyne.%s belongs to gui/kit alone", n.Sel.Name)
				}
			}
		}
		return true
	})
}
