package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// field is one key that a struct knows.
type field struct {
	name  string // TOML key
	index []int  // for reflect.Value.FieldByIndex
	typ   reflect.Type
	tag   reflect.StructTag
}

// structFields lists the keys of a struct type in the order of its fields. Embedded structs without a tag are flattened.
func structFields(t reflect.Type) []field {
	var fields []field
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			for _, inner := range structFields(f.Type) {
				inner.index = append(slices.Clone(f.Index), inner.index...)
				fields = append(fields, inner)
			}
		case !f.IsExported():
		default:
			if name == "" {
				name = f.Name
			}
			fields = append(fields, field{name: name, index: f.Index, typ: f.Type, tag: f.Tag})
		}
	}
	return fields
}

// findField finds the field of a key: by its exact name, or in any letter case for fields without a tag.
func findField(fields []field, key string) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == key })
	if i < 0 {
		i = slices.IndexFunc(fields, func(f field) bool {
			return f.tag.Get("toml") == "" && strings.EqualFold(f.name, key)
		})
	}
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

// suggest says which known key the unknown one was probably meant to be: one of the same table that is spelt almost
// alike, or one of the same name elsewhere in the file, or else the nearest of the same table.
func suggest(table path, key string, fields []field) string {
	nearest, distance := "", len(key)+1
	for _, f := range fields {
		if d := editDistance(strings.ToLower(key), f.name); nearest == "" || d < distance {
			nearest, distance = f.name, d
		}
	}
	if nearest != "" && distance <= max(2, len(key)/3) {
		return fmt.Sprintf("did you mean %q?", nearest)
	}
	if elsewhere := findElsewhere(key); elsewhere != "" && len(table) > 0 && table[0] != "extensions" {
		return fmt.Sprintf("did you mean %s, which stands outside of this table?", elsewhere)
	}
	if nearest == "" {
		return "no key is known here"
	}
	return fmt.Sprintf("the nearest known key is %q", nearest)
}

// findElsewhere finds the dotted form of the first key with that name in the whole configuration, or "".
func findElsewhere(key string) string {
	var found string
	walkKeys(nil, reflect.TypeFor[Config](), func(p path, _ field) {
		if found == "" && p[len(p)-1] == key {
			found = keyPattern(p)
		}
	})
	return found
}

// walkKeys calls visit for every key of a struct type and of the types below it, parents first. The elements of maps
// and arrays appear as the segments "*" and "[]".
func walkKeys(p path, t reflect.Type, visit func(path, field)) {
	for _, f := range structFields(t) {
		key := p.child(f.name)
		visit(key, f)
		below, inner := tableBelow(key, f.typ)
		if inner != nil {
			walkKeys(below, inner, visit)
		}
	}
}

// tableBelow returns the struct type that the keys below a key belong to, and their path; nil when there are none.
func tableBelow(p path, t reflect.Type) (path, reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer:
		return tableBelow(p, t.Elem())
	case reflect.Map:
		return tableBelow(p.child("*"), t.Elem())
	case reflect.Slice:
		return tableBelow(p.child("[]"), t.Elem())
	case reflect.Struct:
		if t == reflect.TypeFor[Path]() || t == reflect.TypeFor[Secret]() {
			return p, nil
		}
		return p, t
	}
	return p, nil
}

// keyPattern renders a path of walkKeys for people: `subgraphs.<name>.url`, `headers[].name`.
func keyPattern(p path) string {
	return strings.NewReplacer(`"*"`, "<name>").Replace(p.String())
}

// editDistance is the optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
func editDistance(a, b string) int {
	var before []int
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current := make([]int, len(b)+1)
		current[0] = i
		for j := 1; j <= len(b); j++ {
			substitution := previous[j-1]
			if a[i-1] != b[j-1] {
				substitution++
			}
			current[j] = min(previous[j]+1, current[j-1]+1, substitution)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous = previous, current
	}
	return previous[len(b)]
}
