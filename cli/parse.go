package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"poplar/mail/engine"
)

type parseVerb struct {
	Files []string `arg:"" optional:"" name:"file" help:"Message files."`
	Batch bool     `help:"Read one path a line from stdin and print one object a line."`
}

// Run prints what Poplar sees in message files.
func (v *parseVerb) Run(r *run) error {
	if v.Batch == (len(v.Files) > 0) {
		return usagef("parse takes files, or --batch and their paths on stdin")
	}
	if v.Batch {
		return v.batch(r)
	}
	var failed error
	for _, name := range v.Files {
		object, err := report(name)
		if err != nil {
			fmt.Fprintln(r.world.Stderr, "poplar:", oneLine(err))
			failed = errQuiet
			continue
		}
		if err := writeJSON(r.world.Stdout, object); err != nil {
			return err
		}
	}
	return failed
}

// batch answers each line of stdin at once, so that another program can hold a conversation with it.
func (v *parseVerb) batch(r *run) error {
	in := bufio.NewReader(r.world.Stdin)
	out := bufio.NewWriter(r.world.Stdout)
	for {
		name, end := in.ReadString('\n')
		if name == "" && end != nil {
			return out.Flush()
		}
		object, err := report(strings.TrimRight(name, "\r\n"))
		if err != nil {
			object = map[string]any{"problems": []string{oneLine(err)}}
		}
		if err := errors.Join(writeJSON(out, object), out.Flush()); err != nil {
			return err
		}
	}
}

func report(name string) (any, error) {
	raw, err := openRaw(name)
	if err != nil {
		return nil, err
	}
	defer raw.Close() //nolint:errcheck // nothing was written
	return engine.Report(raw), nil
}
