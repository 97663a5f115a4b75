package extensionstest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/sluice-gateway/sluice/extensions"
)

// Config returns the configuration that the TOML text makes, the content of a table [extensions.<id>.config]. It
// decodes by the rules of extensions.Config, as the gateway does.
func Config(text string) extensions.Config { return config(text) }

type config string

func (c config) Decode(v any) error {
	var table map[string]any
	if err := toml.Unmarshal([]byte(c), &table); err != nil {
		return err
	}
	var s speller
	s.spell(table, reflect.TypeOf(v), nil)
	if len(s.unknown) > 0 {
		return errors.Join(s.unknown...)
	}
	var full bytes.Buffer
	if err := toml.NewEncoder(&full).Encode(table); err != nil {
		return err
	}
	return toml.Unmarshal(full.Bytes(), v)
}

// speller rewrites the short forms that the gateway allows, where the target has them, to those that the TOML library
// knows: one string for a list of strings, whole seconds for a duration. It notes the keys that the target lacks.
type speller struct {
	unknown []error
}

func (s *speller) spell(v any, target reflect.Type, path []string) any {
	if seconds, ok := v.(int64); ok && target == reflect.TypeFor[time.Duration]() {
		return (time.Duration(seconds) * time.Second).String()
	}
	switch target.Kind() {
	case reflect.Pointer:
		return s.spell(v, target.Elem(), path)
	case reflect.Slice:
		return s.list(v, target.Elem(), path)
	case reflect.Map, reflect.Struct:
		table, ok := v.(map[string]any)
		if !ok {
			return v
		}
		for _, key := range slices.Sorted(maps.Keys(table)) {
			here := append(slices.Clone(path), key)
			if member := memberType(target, key); member != nil {
				table[key] = s.spell(table[key], member, here)
			} else {
				s.unknown = append(s.unknown, fmt.Errorf("unknown key %s", strings.Join(here, ".")))
			}
		}
	}
	return v
}

func (s *speller) list(v any, element reflect.Type, path []string) any {
	switch v := v.(type) {
	case string:
		if element.Kind() == reflect.String {
			return []string{v}
		}
	case []any:
		for i := range v {
			v[i] = s.spell(v[i], element, path)
		}
	case []map[string]any:
		for i := range v {
			s.spell(v[i], element, path)
		}
	}
	return v
}

// memberType returns the type that a key of a table decodes into, nil for a key without a field.
func memberType(target reflect.Type, key string) reflect.Type {
	if target.Kind() == reflect.Map {
		return target.Elem()
	}
	for f := range target.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if name == key || name == "" && strings.EqualFold(f.Name, key) {
			return f.Type
		}
	}
	return nil
}
