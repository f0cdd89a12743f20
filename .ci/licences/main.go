// Command licences writes assets/licences.txt: the licences of everything that is part of the program on any of its
// systems, as their authors wrote them. With -check it says whether the file is as it should be, and changes nothing.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const file = "assets/licences.txt"

// builds are the systems Poplar is built for, with their tags.
var builds = [][2]string{{"linux", "sqlite_fts5,migrated_fynedo,x11"}, {"windows", "sqlite_fts5,migrated_fynedo"}, {"darwin", "sqlite_fts5,migrated_fynedo"}}

var licence = regexp.MustCompile(`(?i)^(licen[sc]e|copying|notice|ofl)([._-].*)?$`)

func main() {
	check := flag.Bool("check", false, "say whether the file is as it should be")
	flag.Parse()
	want, err := collect()
	if err == nil && *check {
		var have []byte
		if have, err = os.ReadFile(file); err == nil && !bytes.Equal(have, want) {
			err = fmt.Errorf("%s is not up to date: go run ./.ci/licences", file)
		}
	} else if err == nil {
		err = os.WriteFile(file, want, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// collect returns the text: "=== module" before each licence.
func collect() ([]byte, error) {
	dirs := map[string][]string{} // of a module: where its licences may lie
	for _, b := range builds {
		cmd := exec.Command("go", "list", "-deps", "-tags", b[1], "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}\t{{.Dir}}", ".")
		cmd.Env = append(os.Environ(), "GOOS="+b[0], "GOARCH=amd64", "CGO_ENABLED=1")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(out)) {
			f := strings.Split(strings.TrimSpace(line), "\t")
			if len(f) != 3 {
				continue // the standard library, or ours
			}
			// Fonts that a package has in it lie beside it, with their licences.
			for _, dir := range append(f[1:], filepath.Join(f[2], "font")) {
				if !slices.Contains(dirs[f[0]], dir) {
					dirs[f[0]] = append(dirs[f[0]], dir)
				}
			}
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	const standard = "The Go standard library"
	dirs[standard] = []string{strings.TrimSpace(string(root))}
	names := []string{standard}
	for m := range dirs {
		if m != standard {
			names = append(names, m)
		}
	}
	slices.Sort(names[1:])
	var b bytes.Buffer
	for _, m := range names {
		fmt.Fprintf(&b, "=== %s\n\n", m)
		found := false
		slices.Sort(dirs[m])
		for _, dir := range dirs[m] {
			entries, err := os.ReadDir(dir)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				if e.IsDir() || !licence.MatchString(e.Name()) {
					continue
				}
				text, err := os.ReadFile(filepath.Join(dir, e.Name()))
				if err != nil {
					return nil, err
				}
				found = true
				for line := range strings.Lines(strings.TrimSpace(string(text)) + "\n") {
					b.WriteString(strings.TrimRight(line, " \t\r\n") + "\n")
				}
				b.WriteString("\n")
			}
		}
		if !found {
			return nil, fmt.Errorf("%s has no licence in its module; look where it states one", m)
		}
	}
	return b.Bytes(), nil
}
