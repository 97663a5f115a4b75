package graphtest

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Monolith returns the universe as one service that implements the API schema.
func (u *Universe) Monolith(log *MutationLog) Resolver { return &monolith{u, log} }

type monolith struct {
	*Universe
	log *MutationLog
}

// Root implements Resolver.
func (m *monolith) Root(typ string) Object { return Object{Type: typ, Data: object{typ: typ}} }

// Field implements Resolver.
func (m *monolith) Field(o Object, f FieldCall) (any, error) {
	at, ok := o.Data.(object)
	if !ok {
		return nil, fmt.Errorf("no object of the universe: %v", o)
	}
	if at.typ == m.mutation {
		v, err := m.value(at, f.Definition.Name, givenArguments(f.Definition, f.Args), m.log.next())
		return asObjects(v, func(o object) Object { return Object{Type: o.typ, Data: o} }), err
	}
	v, err := m.fieldValue(at, f.Definition.Name, givenArguments(f.Definition, f.Args))
	return asObjects(v, func(o object) Object { return Object{Type: o.typ, Data: o} }), err
}

// Subgraphs returns the universe as its subgraphs, which share the log.
func (u *Universe) Subgraphs(log *MutationLog) []*Subgraph {
	var out []*Subgraph
	for _, s := range u.schemas {
		out = append(out, &Subgraph{SubgraphSchema: s, Data: &universeData{u, s, log}})
	}
	return out
}

type universeData struct {
	*Universe
	schema *SubgraphSchema
	log    *MutationLog
}

// Root implements Data.
func (d *universeData) Root(typ string) any { return object{typ: typ} }

// Entity implements Data.
func (d *universeData) Entity(typ string, key map[string]any) (any, string, bool) {
	for _, concrete := range d.concrete(typ) {
		for n := range population {
			o := object{concrete, n}
			if d.hasMembers(o, key) {
				return o, d.localType(typ, concrete), true
			}
		}
	}
	return nil, "", false
}

// hasMembers reports whether the object has the members of a representation.
func (d *universeData) hasMembers(o object, members map[string]any) bool {
	for name, want := range members {
		if name == "__typename" {
			continue
		}
		got, err := d.fieldValue(o, name, nil)
		if err != nil || !d.same(got, want) {
			return false
		}
	}
	return true
}

func (d *universeData) same(got, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		o, ok := got.(object)
		return ok && d.hasMembers(o, w)
	case []any:
		g, ok := got.([]any)
		return ok && slices.EqualFunc(g, w, d.same)
	default:
		return got != nil && fmt.Sprint(got) == fmt.Sprint(want)
	}
}

// localType returns the name by which the subgraph has a concrete type where the declared type is given.
func (d *universeData) localType(declared, concrete string) string {
	if def := d.schema.Schema.Types[declared]; def != nil && def.Kind == ast.Object {
		return declared
	}
	return concrete
}

// Field implements Data.
func (d *universeData) Field(o Object, f FieldCall, required map[string]any) (any, error) {
	at, ok := o.Data.(object)
	if !ok {
		return nil, fmt.Errorf("no object of the universe: %v", o)
	}
	extra := ""
	if facts := d.schema.fields[o.Type+"."+f.Definition.Name]; facts != nil && facts.requires != nil {
		var err error
		if extra, err = given(d.schema, required, facts.requires); err != nil {
			return nil, err
		}
	}
	if at.typ == d.mutation {
		extra = d.log.next()
	}
	v, err := d.value(at, f.Definition.Name, givenArguments(f.Definition, f.Args), extra)
	declared := f.Definition.Type.Name()
	return asObjects(v, func(o object) Object { return Object{Type: d.localType(declared, o.typ), Data: o} }), err
}

// asObjects replaces the universe's objects in a value.
func asObjects(v any, wrap func(object) Object) any {
	switch x := v.(type) {
	case object:
		return wrap(x)
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = asObjects(item, wrap)
		}
		return out
	default:
		return v
	}
}
