package satisfiability

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// door is a way to ask subgraphs for an object: the fields of a key, and where it opens.
type door struct {
	key   schema.FieldSet
	homes bitset
	// concrete doors are those of an object type's own keys: the object's concrete type must be known to use them.
	concrete bool
	// nested doors have keys that reach into other objects.
	nested bool
}

// doorsOf lists the doors of an object type, or of an interface that some subgraph has as an @interfaceObject. Subgraphs with the same key
// share a door.
func (e *engine) doorsOf(t *schema.Type) []door {
	if doors := e.doors[t.ID]; doors != nil {
		return *doors
	}
	var doors []door
	byKey := map[string]int{}
	add := func(h *schema.TypeHome, concrete bool) {
		for i := range h.Keys {
			if !h.Keys[i].Resolvable {
				continue
			}
			text := e.fieldSetText(h.Keys[i].Fields)
			if concrete {
				text = "\x00" + text
			}
			at, ok := byKey[text]
			if !ok {
				at = len(doors)
				byKey[text] = at
				doors = append(doors, door{key: h.Keys[i].Fields, homes: newBitset(len(e.s.Subgraphs)), concrete: concrete, nested: nested(h.Keys[i].Fields)})
			}
			doors[at].homes.add(int(h.Subgraph))
		}
	}
	for i := range t.Homes {
		add(&t.Homes[i], t.Kind == schema.Object)
	}
	if t.Kind == schema.Object {
		for _, id := range t.Interfaces {
			in := e.s.Type(id)
			for i := range in.Homes {
				if h := &in.Homes[i]; len(h.Keys) > 0 && contains(h.Possible, t.ID) {
					add(h, false)
				}
			}
		}
	}
	e.doors[t.ID] = &doors
	return doors
}

func nested(set schema.FieldSet) bool {
	return slices.ContainsFunc(set, func(sel schema.FieldSelection) bool { return sel.Children != nil })
}

// enter extends a vertex's reach by a door, and reports whether that was anything.
//
// The fields of a key of subgraph g must be had without entering g, be it for another object: that is how the other composers judge, and
// it saves gateways from asking g twice. Only nested keys can tell the difference.
func (e *engine) enter(v *vertex, d *door) bool {
	if v.reach.contains(d.homes) {
		return false
	}
	open := d.homes.clone()
	open.removeAll(e.worlds.closed(v.world))
	if v.reach.contains(open) || !e.derivesAll(v, d.key) {
		return false
	}
	if d.nested && !e.local(v.vertexKey, d.key) {
		for _, g := range open.subgraphs() {
			if v.reach.has(int(g)) {
				continue
			}
			world, ok := e.worlds.without(v.world, g, len(e.s.Subgraphs))
			if ok && !e.derivesAll(e.vertex(vertexKey{v.typ, v.sg, v.view, world}), d.key) {
				open.remove(int(g))
			}
		}
	}
	return v.reach.addAll(open)
}

// fieldSetText prints a field set; equal text means equal meaning.
func (e *engine) fieldSetText(set schema.FieldSet) string {
	var b strings.Builder
	e.writeFieldSet(&b, set)
	return b.String()
}

func (e *engine) writeFieldSet(b *strings.Builder, set schema.FieldSet) {
	for i, sel := range set {
		if i > 0 {
			b.WriteByte(' ')
		}
		for _, on := range sel.On {
			b.WriteString("... on " + e.s.Type(on).Name + " { ")
		}
		b.WriteString(sel.Name)
		b.WriteString(sel.Args.Text)
		if sel.Children != nil {
			b.WriteString(" { ")
			e.writeFieldSet(b, sel.Children)
			b.WriteString(" }")
		}
		b.WriteString(strings.Repeat(" }", len(sel.On)))
	}
}
