package satisfiability

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// pushHidden queues the place of an interface some of whose vertices are an @interfaceObject. Its fields can be asked for without knowing
// the concrete type.
func (w *walk) pushHidden(p *place, f *schema.Field, static schema.TypeID, kids []*vertex, facts facts) {
	var masked, open []*vertex
	for _, v := range kids {
		switch {
		case v.masked && w.s.Type(v.typ).Kind == schema.Interface:
			masked = append(masked, v)
		case v.abstract:
			open = append(open, v)
		}
	}
	for len(masked) > 0 {
		typ := masked[0].typ
		same := func(v *vertex) bool { return v.typ == typ }
		n := &place{starts: slices.DeleteFunc(slices.Clone(masked), func(v *vertex) bool { return !same(v) }), facts: facts, from: p, via: f, open: open}
		if typ != static {
			n.cast = typ
		}
		masked = slices.DeleteFunc(masked, same)
		w.push(n)
	}
}

// visitHidden asks for the fields of an interface at a place where the concrete type need not be known.
func (w *walk) visitHidden(p *place) {
	for _, f := range w.visible(p.typ) {
		for _, facts := range w.decide(p.facts, f) {
			w.askHidden(p, f, facts)
		}
	}
}

// askHidden looks for an interface's field: in the subgraphs that have the interface as an object, and in those that know the concrete
// types, for each of these.
func (w *walk) askHidden(p *place, f *schema.Field, facts facts) {
	may := w.may(facts)
	leaf := !w.s.Type(f.Type.Named).Composite()
	if leaf && w.resolved(&p.hand, f, may) {
		return
	}
	var kids []*vertex
	if !leaf {
		kids = w.kids(&p.hand, f, may)
	}
	found := len(kids) > 0
	for _, v := range append(w.opened(p), p.open...) {
		more, ok := w.forEach(v, f.Name, leaf, may)
		found = found || ok
		kids = append(kids, more...)
	}
	switch {
	case !found:
		w.report(w.unanswered(p, f, facts))
	case !leaf && len(kids) > 0:
		w.descend(p, f, kids, facts)
	}
}

// opened returns the vertices that p reaches in subgraphs which know the concrete types.
func (w *walk) opened(p *place) []*vertex {
	var out []*vertex
	for _, h := range w.s.Type(p.typ).Homes {
		if !h.InterfaceObject && p.reach.has(int(h.Subgraph)) {
			out = append(out, w.vertex(vertexKey{p.typ, h.Subgraph, 0, 0}))
		}
	}
	return out
}

// forEach looks for a field of an abstract vertex by way of the vertex's concrete types, all of which must have it.
func (w *walk) forEach(v *vertex, name string, leaf bool, may func(*schema.FieldHome) bool) ([]*vertex, bool) {
	var kids []*vertex
	for _, t := range w.s.Type(v.typ).Home(v.sg).Possible {
		in := w.vertex(vertexKey{t, v.sg, v.view, 0}).hand()
		f := w.s.Field(w.s.FieldByName(t, name))
		if leaf {
			if !w.resolved(&in, f, may) {
				return nil, false
			}
			continue
		}
		more := w.kids(&in, f, may)
		if len(more) == 0 {
			return nil, false
		}
		kids = append(kids, more...)
	}
	return kids, true
}
