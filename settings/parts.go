package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zalando/go-keyring"
)

// partSize is how much of a secret one entry holds, in octets. Windows takes 2,560 of a password, macOS some 3,000 of a command
// in which it stands encoded; tokens of Microsoft are longer.
const partSize = 1200

// split stands at the beginning of an entry whose secret is in further ones; their number follows. No password begins with
// a control character.
const split = "\x01poplar-parts:"

// backend is the part of a keyring that is used.
type backend interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// system is the operating system's keyring.
type system struct{}

func (system) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (system) Set(service, user, secret string) error   { return keyring.Set(service, user, secret) }
func (system) Delete(service, user string) error        { return keyring.Delete(service, user) }

// parts keeps secrets of any length in a keyring whose entries are short.
type parts struct{ backend }

func part(name string, n int) string { return name + "/" + strconv.Itoa(n) }

func (p parts) read(name string) (string, error) {
	first, err := p.Get(Service, name)
	if err != nil {
		return "", err
	}
	count, ok := strings.CutPrefix(first, split)
	if !ok {
		return first, nil
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > 1000 {
		return "", fmt.Errorf("the keyring's entry %s is damaged", name)
	}
	var whole strings.Builder
	for i := 1; i <= n; i++ {
		piece, err := p.Get(Service, part(name, i))
		if err != nil {
			return "", err
		}
		whole.WriteString(piece)
	}
	return whole.String(), nil
}

// write stores the pieces before the entry that names their number, so that what is read is always whole.
func (p parts) write(name, secret string) error {
	was := p.count(name)
	n := 0
	if len(secret) > partSize || strings.HasPrefix(secret, split) {
		for rest := secret; rest != ""; {
			cut := min(partSize, len(rest))
			for cut < len(rest) && cut > 0 && !utf8.RuneStart(rest[cut]) {
				cut-- // some systems keep secrets as Unicode and not as octets
			}
			if cut == 0 {
				cut = min(partSize, len(rest))
			}
			n++
			// Numbers beyond the old ones first: while the old first entry stands, its pieces must.
			if err := p.Set(Service, part(name, was+n), rest[:cut]); err != nil {
				return err
			}
			rest = rest[cut:]
		}
		if was > 0 {
			return p.renumber(name, was, n)
		}
		return p.Set(Service, name, split+strconv.Itoa(n))
	}
	if err := p.Set(Service, name, secret); err != nil {
		return err
	}
	return p.drop(name, 1, was)
}

// renumber puts n pieces, which stand behind was old ones, into their places.
func (p parts) renumber(name string, was, n int) error {
	pieces := make([]string, n)
	for i := range pieces {
		var err error
		if pieces[i], err = p.Get(Service, part(name, was+1+i)); err != nil {
			return err
		}
	}
	// From here on a crash loses the secret, which then has to be typed again; the old one is out of date in any case.
	for i, piece := range pieces {
		if err := p.Set(Service, part(name, i+1), piece); err != nil {
			return err
		}
	}
	if err := p.Set(Service, name, split+strconv.Itoa(n)); err != nil {
		return err
	}
	return p.drop(name, n+1, was+n)
}

// count is how many further entries a secret has.
func (p parts) count(name string) int {
	first, err := p.Get(Service, name)
	if err != nil {
		return 0
	}
	count, ok := strings.CutPrefix(first, split)
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n < 0 || n > 1000 {
		return 0
	}
	return n
}

func (p parts) drop(name string, from, to int) error {
	for i := from; i <= to; i++ {
		if err := p.Delete(Service, part(name, i)); err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return err
		}
	}
	return nil
}

func (p parts) remove(name string) error {
	n := p.count(name)
	if err := p.Delete(Service, name); err != nil {
		return err
	}
	return p.drop(name, 1, n)
}
