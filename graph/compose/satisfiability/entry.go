package satisfiability

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// answers reports whether a subgraph at hand resolves a field with @requires once its requirement is met. Where the object came to the
// subgraph by a key, the requirement is fetched before that; where the subgraph returned the object itself, it must be asked once more, and
// so needs a key that it resolves.
func (e *engine) answers(in *hand, v *vertex, f *schema.Field, h *schema.FieldHome) bool {
	return e.resolves(v, f, h) && (e.entered(in, h.Subgraph) || e.localKey(v))
}

// entered reports whether the object comes to a subgraph at hand by a key. Roots need no keys, so they come nowhere by one.
func (e *engine) entered(in *hand, sg schema.SubgraphID) bool {
	return !e.isRoot(in.typ) && !slices.ContainsFunc(in.among, func(v *vertex) bool { return v.typ == in.typ && v.sg == sg && !e.leadsBack(v) })
}

// leadsBack reports whether an object whose concrete type its subgraph cannot tell comes back there by a key from where the type is found out.
func (e *engine) leadsBack(v *vertex) bool {
	if !v.masked || e.s.Type(v.typ).Kind != schema.Object {
		return false
	}
	homes := e.s.Type(v.typ).Homes
	return slices.ContainsFunc(homes, func(h schema.TypeHome) bool {
		if h.InterfaceObject || !v.reach.has(int(h.Subgraph)) {
			return false
		}
		typed := e.vertex(vertexKey{v.typ, h.Subgraph, 0, v.world})
		e.read(typed)
		return typed.reach.has(int(v.sg))
	})
}

// returned is the set of subgraphs at hand in which it makes a difference that the object does not come to them by a key; nil for none.
func (e *engine) returned(in *hand) bitset {
	if e.requiring[in.typ] == nil || e.isRoot(in.typ) {
		return nil
	}
	var out bitset
	for _, v := range in.among {
		if v.typ != in.typ || !e.requires(v) || e.leadsBack(v) || e.localKey(e.vertex(vertexKey{v.typ, v.sg, 0, v.world})) {
			continue
		}
		if out == nil {
			out = newBitset(len(e.s.Subgraphs))
		}
		out.add(int(v.sg))
	}
	return out
}

// requires reports whether some field of the vertex's objects has a requirement in its subgraph.
func (e *engine) requires(v *vertex) bool {
	return slices.ContainsFunc(e.requiring[v.typ], func(id schema.FieldID) bool {
		h := e.s.Field(id).Home(v.sg)
		return h != nil && len(h.Requires) > 0
	})
}
