package satisfiability

import (
	"math/bits"
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// hand is all that is at hand of an object of one type: the subgraphs in which it can be asked for, over all the vertices where it is found.
type hand struct {
	typ   schema.TypeID
	world worldID
	reach bitset
	among []*vertex // the vertices, and maybe some of other types
	views []*vertex // the vertices among those that have a view, by id
}

// gather sorts vertices into hands by their types. Abstract vertices must not be among them.
func (e *engine) gather(from []*vertex) []hand {
	var hands []hand
	for _, v := range from {
		if !slices.ContainsFunc(hands, func(h hand) bool { return h.typ == v.typ }) {
			hands = append(hands, e.handOf(v.typ, from))
		}
	}
	return hands
}

// handOf is what the vertices of a type among the given ones have at hand. There must be one, and it must not be abstract.
func (e *engine) handOf(t schema.TypeID, from []*vertex) hand {
	h := hand{typ: t, among: from}
	own := false // h.reach may be changed
	for _, v := range from {
		if v.typ != t {
			continue
		}
		e.read(v)
		switch {
		case h.reach == nil:
			h.world, h.reach = v.world, v.reach
		case h.reach.contains(v.reach):
		default:
			if !own {
				h.reach, own = h.reach.clone(), true
			}
			h.reach.addAll(v.reach)
		}
		if v.view != 0 {
			h.views = append(h.views, v)
		}
	}
	return h
}

// resolver finds the vertex from which a subgraph at hand resolves a field of the object, and returns its view.
func (e *engine) resolver(in *hand, f *schema.Field, h *schema.FieldHome) (viewID, bool) {
	e.work++
	for _, v := range in.views {
		if v.sg == h.Subgraph && e.resolves(v, f, h) && (len(h.Requires) == 0 || e.answers(in, v, f, h)) {
			return v.view, true
		}
	}
	if h.External || len(h.Requires) == 0 {
		return 0, !h.External
	}
	return 0, e.answers(in, e.vertex(vertexKey{in.typ, h.Subgraph, 0, in.world}), f, h)
}

// direct reports whether a field home counts at a vertex of type t. Of an interface whose concrete types are not known only the homes that
// have it as an @interfaceObject do: what others resolve depends on the concrete type.
func (e *engine) direct(t schema.TypeID, h *schema.FieldHome) bool {
	if e.s.Type(t).Kind != schema.Interface {
		return true
	}
	th := e.s.Type(t).Home(h.Subgraph)
	return th != nil && th.InterfaceObject
}

// kids returns the vertices below a composite field, over all subgraphs at hand that resolve it and that may is true for.
func (e *engine) kids(in *hand, f *schema.Field, may func(h *schema.FieldHome) bool) []*vertex {
	var kids []*vertex
	e.each(in, f, func(h *schema.FieldHome) bool {
		if may(h) {
			if view, ok := e.resolver(in, f, h); ok {
				kids = append(kids, e.vertex(vertexKey{h.Type.Named, h.Subgraph, e.below(view, in.typ, f.Name, h), in.world}))
			}
		}
		return true
	})
	return kids
}

// resolved is kids for a leaf: it reports whether there is a subgraph at hand that resolves the field.
func (e *engine) resolved(in *hand, f *schema.Field, may func(h *schema.FieldHome) bool) bool {
	found := false
	e.each(in, f, func(h *schema.FieldHome) bool {
		if may(h) {
			_, found = e.resolver(in, f, h)
		}
		return !found
	})
	return found
}

// each calls yield for the homes of a field in the subgraphs at hand, until it returns false. A field that hundreds of subgraphs share is
// often asked for where only a few are at hand, so it goes by the shorter of the two lists.
func (e *engine) each(in *hand, f *schema.Field, yield func(h *schema.FieldHome) bool) {
	if len(f.Homes) <= 16 {
		for i := range f.Homes {
			if h := &f.Homes[i]; in.reach.has(int(h.Subgraph)) && e.direct(in.typ, h) && !yield(h) {
				return
			}
		}
		return
	}
	for i, word := range in.reach {
		for ; word != 0; word &= word - 1 {
			h := f.Home(schema.SubgraphID(i*64 + bits.TrailingZeros64(word)))
			if h != nil && e.direct(in.typ, h) && !yield(h) {
				return
			}
		}
	}
}

// unconditional reports whether a field home counts in conditions: override labels are not decided there, and contexts not set.
func unconditional(h *schema.FieldHome) bool { return h.Label == "" && len(h.Context) == 0 }

// byID sorts vertices and drops duplicates, in place.
func byID(vs []*vertex) []*vertex {
	slices.SortFunc(vs, func(a, b *vertex) int { return a.id - b.id })
	return slices.Compact(vs)
}
