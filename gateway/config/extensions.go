package config

import (
	"errors"
	"maps"
	"reflect"
	"slices"
)

// Extension is an [extensions.<id>] table: the settings of one extension. A built-in one needs no more than its table.
//
// The settings belong to the extension, which reads them with Decode. In the file it is a table, or, as with Grafbase, a string with a version, which means nothing to compiled-in
// extensions and is a warning.
type Extension struct {
	// Settings of the extension, which reads and checks them itself.
	Config map[string]any `toml:"config"`

	src *source
	at  path // of Config
}

var errNotStruct = errors.New("config: decode target is not a pointer to a struct")

// Decode reads the settings into the struct that v points to, by the rules of the whole file: fields carry `toml` tags,
// values that the struct already has are defaults, unknown keys are errors that name the nearest known one, and all
// problems are told at once, as typed [*Error] with key, file and line. Durations, [Size], [Secret] and [Path] are
// understood; a slice of strings may be written as one string. The variables in strings are filled in already.
func (e Extension) Decode(v any) error {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() || rv.Elem().Kind() != reflect.Struct {
		return errNotStruct
	}
	src := e.src
	if src == nil {
		src = &source{}
	}
	d := &decoder{src: src}
	d.table(e.at, e.Config, rv.Elem())
	return join(d.problems)
}

func (e *Extension) decodeTOML(d *decoder, p path, value any) {
	*e = Extension{src: d.src, at: p.child("config")}
	switch value := value.(type) {
	case string:
		d.warn(p, "the version is ignored: extensions are compiled in")
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			e.key(d, p.child(key), key, value[key])
		}
	default:
		d.expected(p, "a table", value)
	}
}

func (e *Extension) key(d *decoder, p path, key string, value any) {
	if key != "config" {
		if !d.foreign(p, value) {
			d.problem(p, `unknown key; the nearest known key is "config", which holds the settings`)
		}
		return
	}
	table, ok := value.(map[string]any)
	if !ok {
		d.expected(p, "a table", value)
		return
	}
	e.Config, _ = d.plain(p, table).(map[string]any)
}
