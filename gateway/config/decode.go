package config

import (
	"encoding"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// source is the file that a tree was read from.
type source struct {
	name  string    // for messages
	dir   string    // absolute folder that relative paths start from
	lines lineIndex // where each key stands
}

// problem builds an error that knows its place. A nil source gives an error without file and line.
func (s *source) problem(p path, format string, args ...any) *Error {
	e := &Error{Key: p.String(), Message: fmt.Sprintf(format, args...)}
	if s != nil {
		e.File, e.Line = s.name, s.lines.line(p)
	}
	return e
}

// decoder copies a TOML tree into Go values, strictly and key by key: a value that does not fit is a problem and
// leaves the target as it was, and decoding goes on.
//
// Struct fields are found by their `toml` tag, or else by their name in any letter case. Known forms: strings, booleans, whole numbers,
// floats, time.Duration ("5s", or whole seconds), Size, Secret, Path, encoding.TextUnmarshaler, pointers, structs,
// maps with string keys, slices (a slice of strings may be written as one string), and any.
type decoder struct {
	src      *source
	env      func(string) (string, bool) // nil: strings are taken as they are
	problems []*Error
	warnings []*Error
}

// defaulter sets the defaults of a value that the decoder makes: an element of a map or an array, or a pointer's target.
type defaulter interface{ setDefaults() }

// shaper decodes a type that TOML may write in more than one way.
type shaper interface {
	decodeTOML(d *decoder, p path, value any)
}

func (d *decoder) problem(p path, format string, args ...any) {
	d.problems = append(d.problems, d.src.problem(p, format, args...))
}

func (d *decoder) warn(p path, format string, args ...any) {
	d.warnings = append(d.warnings, d.src.problem(p, format, args...))
}

// expected reports a value of the wrong form. The value itself is not shown: it may be a secret.
func (d *decoder) expected(p path, form string, got any) {
	d.problem(p, "expected %s, got %s", form, describe(got))
}

// describe names the TOML type of a value.
func describe(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case int64:
		return "a whole number"
	case float64:
		return "a float"
	case bool:
		return "a boolean"
	case time.Time:
		return "a date"
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "an array of tables"
	default:
		return "an array"
	}
}

// table decodes into the struct at rv, which is addressable.
func (d *decoder) table(p path, table map[string]any, rv reflect.Value) {
	fields := structFields(rv.Type())
	for _, key := range slices.Sorted(maps.Keys(table)) {
		field, ok := findField(fields, key)
		switch {
		case ok:
			d.value(p.child(key), table[key], rv.FieldByIndex(field.index))
		case d.foreign(p.child(key), table[key]):
		default:
			d.problem(p.child(key), "unknown key; %s", suggest(p, key, fields))
		}
	}
}

// value decodes into rv, which is addressable.
func (d *decoder) value(p path, v any, rv reflect.Value) {
	switch target := rv.Addr().Interface().(type) {
	case shaper:
		target.decodeTOML(d, p, v)
		return
	case *time.Duration:
		d.duration(p, v, target)
		return
	case *Size:
		d.size(p, v, target)
		return
	case *Secret:
		if s, ok := d.text(p, v, "a string"); ok {
			*target = NewSecret(s)
		}
		return
	case *Path:
		if s, ok := d.text(p, v, "a file path"); ok {
			*target = Path{Raw: s, Dir: d.src.dir}
			if s == "" {
				*target = Path{}
			}
		}
		return
	case *time.Time:
		if t, ok := v.(time.Time); ok {
			*target = t
		} else {
			d.expected(p, "a date", v)
		}
		return
	case encoding.TextUnmarshaler:
		if s, ok := d.text(p, v, "a string"); ok {
			if err := target.UnmarshalText([]byte(s)); err != nil {
				d.problem(p, "is not a valid %s", strings.ToLower(rv.Type().Name()))
			}
		}
		return
	}
	d.kind(p, v, rv)
}

func (d *decoder) kind(p path, v any, rv reflect.Value) {
	switch rv.Kind() {
	case reflect.String:
		if s, ok := d.text(p, v, "a string"); ok {
			rv.SetString(s)
		}
	case reflect.Bool:
		if b, ok := v.(bool); ok {
			rv.SetBool(b)
		} else {
			d.expected(p, "true or false", v)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n, ok := v.(int64); ok && !rv.OverflowInt(n) {
			rv.SetInt(n)
		} else {
			d.expected(p, "a whole number", v)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n, ok := v.(int64); ok && n >= 0 && !rv.OverflowUint(uint64(n)) {
			rv.SetUint(uint64(n))
		} else {
			d.expected(p, "a whole number that is not negative", v)
		}
	case reflect.Float32, reflect.Float64:
		d.float(p, v, rv)
	case reflect.Struct:
		if table, ok := v.(map[string]any); ok {
			d.table(p, table, rv)
		} else {
			d.expected(p, "a table", v)
		}
	case reflect.Pointer:
		target := fresh(rv.Type().Elem())
		d.value(p, v, target)
		rv.Set(target.Addr())
	case reflect.Slice:
		d.slice(p, v, rv)
	case reflect.Map:
		d.mapping(p, v, rv)
	case reflect.Interface:
		if rv.NumMethod() == 0 {
			rv.Set(reflect.ValueOf(d.plain(p, v)))
			return
		}
		fallthrough
	default:
		d.problem(p, "cannot be configured: the Go type %s has no TOML form", rv.Type())
	}
}

// fresh makes an addressable value with its defaults.
func fresh(t reflect.Type) reflect.Value {
	v := reflect.New(t)
	if target, ok := reflect.TypeAssert[defaulter](v); ok {
		target.setDefaults()
	}
	return v.Elem()
}

func (d *decoder) slice(p path, v any, rv reflect.Value) {
	var items []any
	switch v := v.(type) {
	case []any:
		items = v
	case []map[string]any:
		for _, table := range v {
			items = append(items, table)
		}
	case string:
		if rv.Type().Elem().Kind() != reflect.String {
			d.expected(p, "an array", v)
			return
		}
		items = []any{v}
	default:
		d.expected(p, "an array", v)
		return
	}
	out := reflect.MakeSlice(rv.Type(), 0, len(items))
	for i, item := range items {
		element := fresh(rv.Type().Elem())
		d.value(p.index(i), item, element)
		out = reflect.Append(out, element)
	}
	rv.Set(out)
}

func (d *decoder) mapping(p path, v any, rv reflect.Value) {
	table, ok := v.(map[string]any)
	if !ok || rv.Type().Key().Kind() != reflect.String {
		d.expected(p, "a table", v)
		return
	}
	out := reflect.MakeMapWithSize(rv.Type(), len(table))
	for _, key := range slices.Sorted(maps.Keys(table)) {
		element := fresh(rv.Type().Elem())
		d.value(p.child(key), table[key], element)
		out.SetMapIndex(reflect.ValueOf(key).Convert(rv.Type().Key()), element)
	}
	rv.Set(out)
}

// plain copies a tree of any shape, with the variables in its strings filled in.
func (d *decoder) plain(p path, v any) any {
	switch v := v.(type) {
	case string:
		s, _ := d.text(p, v, "")
		return s
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out[key] = d.plain(p.child(key), v[key])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = d.plain(p.index(i), item)
		}
		return out
	case []map[string]any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = d.plain(p.index(i), item)
		}
		return out
	}
	return v
}

// text returns a string with its variables filled in; ok is false, and the problem noted, when that is not possible.
func (d *decoder) text(p path, v any, form string) (s string, ok bool) {
	s, ok = v.(string)
	if !ok {
		d.expected(p, form, v)
		return "", false
	}
	if d.env == nil {
		return s, true
	}
	s, err := interpolate(s, d.env)
	if err != nil {
		d.problem(p, "%s", err)
		return "", false
	}
	return s, true
}

func (d *decoder) duration(p path, v any, target *time.Duration) {
	const form = `a duration such as "5s"`
	if n, ok := v.(int64); ok && n >= 0 && n < math.MaxInt64/int64(time.Second) {
		*target = time.Duration(n) * time.Second
		return
	}
	s, ok := d.text(p, v, form)
	if !ok {
		return
	}
	if t, ok := parseDuration(s); ok {
		*target = t
	} else {
		d.problem(p, "expected %s", form)
	}
}

func (d *decoder) size(p path, v any, target *Size) {
	if n, ok := v.(int64); ok {
		*target = Size(n) // Validate refuses negative ones
		return
	}
	s, ok := d.text(p, v, `a size such as "2MiB"`)
	if !ok {
		return
	}
	if n, err := ParseSize(s); err == nil {
		*target = n
	} else {
		d.problem(p, "%s", err)
	}
}

func (d *decoder) float(p path, v any, rv reflect.Value) {
	switch n := v.(type) {
	case float64:
		rv.SetFloat(n)
	case int64:
		rv.SetFloat(float64(n))
	default:
		d.expected(p, "a number", v)
	}
}
