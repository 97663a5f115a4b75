package graphtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// Fixture is the data of a small graph, shared by its subgraphs. It is a JSON object:
//
//	{
//	  "Query":   {"products": [{"$ref": "Product", "id": "p1"}]},
//	  "Product": [{"id": "p1", "name": "Table", "label": "{{.id}}: {{.name}}"}],
//	  "$subgraphs": {"b": {"Product": [{"id": "p1", "name": "as b has it"}]}}
//	}
//
// Every member is a type: a root type has one record, any other a list of them. Below $subgraphs stand types that one subgraph
// has differently. A member of a record is the value of the field with that name: a leaf, an object, a list, or one of
//
//	{"$ref": "T", …}                        the record of type T (or of one of its members) with these members, or null
//	{"$switch": "…", "cases": {…}, "default": v}   by the text
//	{"$first": "…", "of": […]}              the first so many items
//	{"$error": "…"}                         a field error
//
// An object may name its concrete type as __typename; where the field's type is abstract it must. A record with "$default": true
// stands for every key that no other record has.
//
// Strings with {{ are templates (text/template) over the members of the record, with the field's arguments as .args. For a
// field with @requires they see the representation instead, so that a wrong requirement gives a wrong value. An empty result is null.
// See templateFuncs for the functions.
type Fixture struct {
	types     map[string][]record
	subgraphs map[string]map[string][]record
	members   map[string][]string // concrete types of abstract types over all subgraphs
	state     state
}

type record map[string]any

// state is what mutations change. It belongs to all subgraphs of a fixture.
type state struct {
	mu     sync.Mutex
	values map[string]any
}

// ParseFixture reads the JSON of a Fixture for subgraphs with the given schemas.
func ParseFixture(text []byte, schemas []*SubgraphSchema) (*Fixture, error) {
	v, err := DecodeJSON(text)
	if err != nil {
		return nil, fmt.Errorf("parse fixture: %w", err)
	}
	members, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("parse fixture: no object")
	}
	f := &Fixture{subgraphs: map[string]map[string][]record{}, members: map[string][]string{}}
	f.state.values = map[string]any{}
	if own, ok := members["$subgraphs"].(map[string]any); ok {
		for name, types := range own {
			typesMap, _ := types.(map[string]any)
			if f.subgraphs[name], err = recordsByType(typesMap); err != nil {
				return nil, fmt.Errorf("fixture: subgraph %s: %w", name, err)
			}
		}
	}
	delete(members, "$subgraphs")
	if f.types, err = recordsByType(members); err != nil {
		return nil, fmt.Errorf("fixture: %w", err)
	}
	for _, s := range schemas {
		for _, def := range s.Schema.Types {
			if !def.IsAbstractType() {
				continue
			}
			for _, member := range s.Schema.GetPossibleTypes(def) {
				if !slices.Contains(f.members[def.Name], member.Name) {
					f.members[def.Name] = append(f.members[def.Name], member.Name)
				}
			}
		}
	}
	return f, nil
}

func recordsByType(types map[string]any) (map[string][]record, error) {
	out := map[string][]record{}
	for name, v := range types {
		switch x := v.(type) {
		case map[string]any:
			out[name] = []record{x}
		case []any:
			out[name] = []record{}
			for _, item := range x {
				r, ok := item.(map[string]any)
				if !ok {
					return nil, fmt.Errorf("type %s: a record is no object", name)
				}
				out[name] = append(out[name], r)
			}
		default:
			return nil, fmt.Errorf("type %s: neither a record nor a list", name)
		}
	}
	return out, nil
}

// Subgraph returns the fixture as the named subgraph sees it.
func (f *Fixture) Subgraph(schema *SubgraphSchema) Data { return fixtureData{f, schema} }

type fixtureData struct {
	*Fixture
	schema *SubgraphSchema
}

// recordsOf returns the records of the concrete types behind a name.
func (d fixtureData) recordsOf(name string) (types []string, records [][]record) {
	for _, t := range slices.Concat([]string{name}, d.members[name]) {
		rs, ok := d.subgraphs[d.schema.Name][t]
		if !ok {
			rs, ok = d.types[t]
		}
		if ok {
			types = append(types, t)
			records = append(records, rs)
		}
	}
	return types, records
}

// find returns the first record whose members include those of match, and its type.
func (d fixtureData) find(name string, match map[string]any) (record, string) {
	types, records := d.recordsOf(name)
	for i, rs := range records {
		for _, r := range rs {
			if r["$default"] != true && d.includes(map[string]any(r), match) {
				return r, types[i]
			}
		}
	}
	for i, rs := range records {
		for _, r := range rs {
			if r["$default"] == true {
				return withMembers(r, match), types[i]
			}
		}
	}
	return nil, ""
}

// includes reports whether got has at least what want has; a reference stands for its record.
func (d fixtureData) includes(got, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return false
		}
		if ref, ok := g["$ref"].(string); ok {
			match := withMembers(g, nil)
			delete(match, "$ref")
			g, _ = d.find(ref, match)
		}
		for key, value := range w {
			if key != "__typename" && !d.includes(g[key], value) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		return ok && slices.EqualFunc(g, w, d.includes)
	case nil:
		return got == nil
	default:
		return got != nil && fmt.Sprint(got) == fmt.Sprint(want)
	}
}

func withMembers(r record, members map[string]any) record {
	out := record{}
	maps.Copy(out, r)
	maps.Copy(out, members)
	delete(out, "$default")
	return out
}

// Root implements Data.
func (d fixtureData) Root(typ string) any {
	r, _ := d.find(typ, nil)
	return r
}

// Entity implements Data.
func (d fixtureData) Entity(typ string, key map[string]any) (any, string, bool) {
	r, concrete := d.find(typ, key)
	if r == nil {
		return nil, "", false
	}
	return r, d.localType(typ, concrete), true
}

// localType returns the concrete type as this subgraph has it: an @interfaceObject stands for all its implementors.
func (d fixtureData) localType(declared, concrete string) string {
	if def := d.schema.Schema.Types[declared]; def != nil && def.Kind == ast.Object {
		return declared
	}
	if d.schema.Schema.Types[concrete] == nil {
		for name, members := range d.members {
			def := d.schema.Schema.Types[name]
			if def != nil && def.Kind == ast.Object && slices.Contains(members, concrete) {
				return name
			}
		}
	}
	return concrete
}

// Field implements Data.
func (d fixtureData) Field(o Object, f FieldCall, required map[string]any) (any, error) {
	r, _ := o.Data.(record)
	env := map[string]any(r)
	if facts := d.schema.fields[o.Type+"."+f.Definition.Name]; facts != nil && facts.requires != nil {
		env = required
	}
	scope := withMembers(env, map[string]any{"args": f.Args})
	return d.value(f.Definition.Type, r[f.Definition.Name], scope)
}

// value turns a fixture value into a resolver's one.
func (d fixtureData) value(t *ast.Type, v any, scope record) (any, error) {
	switch x := v.(type) {
	case string:
		if !strings.Contains(x, "{{") {
			return x, nil
		}
		text, err := d.expand(x, scope)
		if err != nil || text == "" {
			return nil, err
		}
		return leafFromText(t.Name(), text), nil
	case []any:
		return d.listValue(t, x, scope)
	case map[string]any:
		return d.objectValue(t, x, scope)
	default:
		return v, nil
	}
}

func (d fixtureData) listValue(t *ast.Type, items []any, scope record) (any, error) {
	elem := t
	if t.Elem != nil {
		elem = t.Elem
	}
	out := make([]any, len(items))
	for i, item := range items {
		v, err := d.value(elem, item, scope)
		if err != nil {
			out[i] = err
			continue
		}
		out[i] = v
	}
	return out, nil
}

func (d fixtureData) objectValue(t *ast.Type, o map[string]any, scope record) (any, error) {
	if message, ok := o["$error"].(string); ok {
		return nil, errors.New(message)
	}
	if text, ok := o["$switch"].(string); ok {
		by, err := d.expand(text, scope)
		if err != nil {
			return nil, err
		}
		cases, _ := o["cases"].(map[string]any)
		if v, ok := cases[by]; ok {
			return d.value(t, v, scope)
		}
		return d.value(t, o["default"], scope)
	}
	if text, ok := o["$first"].(string); ok {
		count, err := d.expand(text, scope)
		if err != nil {
			return nil, err
		}
		n, err := json.Number(count).Int64()
		if err != nil {
			return nil, fmt.Errorf("$first: %w", err)
		}
		items, _ := o["of"].([]any)
		return d.value(t, items[:min(int(n), len(items))], scope)
	}
	return d.literal(t, o, scope)
}

// literal makes the object of a reference or an object literal. Templates among its own members belong to the record around.
func (d fixtureData) literal(t *ast.Type, o map[string]any, scope record) (any, error) {
	members := record{}
	for key, v := range o {
		if text, ok := v.(string); ok && strings.Contains(text, "{{") {
			expanded, err := d.expand(text, scope)
			if err != nil {
				return nil, err
			}
			v = expanded
		}
		members[key] = v
	}
	if ref, ok := members["$ref"].(string); ok {
		delete(members, "$ref")
		r, concrete := d.find(ref, members)
		if r == nil {
			return nil, nil //nolint:nilnil // a reference to nothing is null, not an error
		}
		return Object{Type: d.localType(t.Name(), concrete), Data: r}, nil
	}
	concrete, ok := members["__typename"].(string)
	if !ok {
		concrete = t.Name()
	}
	if d.schema.Schema.Types[t.Name()].IsLeafType() { // a custom scalar that is an object
		return map[string]any(members), nil
	}
	return Object{Type: d.localType(t.Name(), concrete), Data: members}, nil
}
