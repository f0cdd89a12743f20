package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// readObject reads a JSON object, keeping numbers as they are written.
func readObject(data []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var object map[string]any
	if err := dec.Decode(&object); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the settings object")
	}
	if object == nil {
		return nil, errors.New("the settings are no object")
	}
	return object, nil
}

// overlay returns old with every key that v's type knows replaced by v's value, so that keys written by a later
// version, or by hand, survive. Nested objects are overlaid in the same way.
func overlay(old map[string]any, v any) (map[string]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	now, err := readObject(data)
	if err != nil {
		return nil, err
	}
	return overlayKnown(old, now, reflect.TypeOf(v)), nil
}

func overlayKnown(old, now map[string]any, t reflect.Type) map[string]any {
	out := make(map[string]any, len(old)+len(now))
	for k, v := range old {
		out[k] = v
	}
	for field := range t.Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key == "" || key == "-" {
			continue
		}
		value, there := now[key]
		if !there {
			delete(out, key)
			continue
		}
		was, isOld := out[key].(map[string]any)
		is, isNew := value.(map[string]any)
		if isOld && isNew && field.Type.Kind() == reflect.Struct {
			value = overlayKnown(was, is, field.Type)
		}
		out[key] = value
	}
	return out
}

// writeFile replaces name by data in one step: a reader sees the old contents or the new, also after a power cut.
func writeFile(name string, data []byte) (err error) {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the settings folder cannot be made: %w", err)
	}
	f, err := os.CreateTemp(dir, filepath.Base(name)+".new-*")
	if err != nil {
		return fmt.Errorf("the settings cannot be written: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("the settings cannot be written: %w", err)
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return syncFolder(dir)
}

// syncFolder makes a rename durable. Windows has no such call and does without.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // opened for reading only
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}
