package graphtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Object is a value with fields, as a [Resolver] hands it to the [Executor].
type Object struct {
	Type string // the concrete type's name in the executed schema
	Data any    // the resolver's own
}

// Map is a JSON object that keeps the order of its members, as GraphQL responses do.
type Map struct {
	Members []Member
}

// Member is one member of a Map. Value is nil, bool, string, json.Number, []any or *Map.
type Member struct {
	Key   string
	Value any
}

// Set appends a member.
func (m *Map) Set(key string, value any) { m.Members = append(m.Members, Member{key, value}) }

// Get returns the value of the member with the key.
func (m *Map) Get(key string) (any, bool) {
	for _, member := range m.Members {
		if member.Key == key {
			return member.Value, true
		}
	}
	return nil, false
}

// MarshalJSON implements json.Marshaler.
func (m *Map) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, member := range m.Members {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(member.Key)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		value, err := json.Marshal(member.Value)
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", member.Key, err)
		}
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// DecodeJSON reads one JSON value with numbers kept as text.
func DecodeJSON(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("more than one value")
	}
	return v, nil
}

// DiffJSON compares two JSON texts and returns "" when they mean the same (the order of members is free, that of list items is
// not, numbers are equal when their values are), else a sentence that names the first difference.
func DiffJSON(got, want []byte) string {
	g, err := DecodeJSON(got)
	if err != nil {
		return fmt.Sprintf("got no JSON: %v: %s", err, got)
	}
	w, err := DecodeJSON(want)
	if err != nil {
		return fmt.Sprintf("want no JSON: %v: %s", err, want)
	}
	return diff("data", g, w)
}

func diff(path string, got, want any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for key, value := range w {
			gv, ok := g[key]
			if !ok {
				return fmt.Sprintf("%s.%s is missing, want %s", path, key, compact(value))
			}
			if d := diff(path+"."+key, gv, value); d != "" {
				return d
			}
		}
		for key := range g {
			if _, ok := w[key]; !ok {
				return fmt.Sprintf("%s.%s is there, want it absent", path, key)
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok {
			break
		}
		if len(g) != len(w) {
			return fmt.Sprintf("%s has %d items, want %d", path, len(g), len(w))
		}
		for i := range w {
			if d := diff(fmt.Sprintf("%s.%d", path, i), g[i], w[i]); d != "" {
				return d
			}
		}
		return ""
	case json.Number:
		if g, ok := got.(json.Number); ok && sameNumber(g, w) {
			return ""
		}
	default:
		if reflect.DeepEqual(got, want) {
			return ""
		}
	}
	return fmt.Sprintf("%s is %s, want %s", path, compact(got), compact(want))
}

func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x == y
}

func compact(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(text) > 200 {
		return strings.ToValidUTF8(string(text[:200]), "") + "…"
	}
	return string(text)
}
