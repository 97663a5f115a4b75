package satisfiability

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// derivesAll reports whether every selection of a condition can be had from the vertex.
func (e *engine) derivesAll(v *vertex, set schema.FieldSet) bool {
	for i := range set {
		if !e.derivesFrom(v, &set[i]) {
			return false
		}
	}
	return true
}

// derives reports whether a selection can be had from objects that are at hand at all the vertices. The leafs of a nested selection are
// looked for independently of each other.
func (e *engine) derives(from []*vertex, sel *schema.FieldSelection) bool {
	if len(from) < 2 || len(sel.Children) == 0 {
		return slices.ContainsFunc(from, func(v *vertex) bool { return e.derivesFrom(v, sel) })
	}
	var concrete []*vertex
	for _, v := range from {
		switch {
		case !v.abstract && e.s.Type(v.typ).Kind == schema.Object && e.matches(v.typ, sel.On):
			concrete = append(concrete, v)
		case e.derivesFrom(v, sel):
			return true
		}
	}
	var kids []*vertex
	for _, in := range e.gather(concrete) {
		kids = append(kids, e.kids(&in, e.s.Field(e.s.FieldByName(in.typ, sel.Name)), unconditional)...)
	}
	return len(kids) > 0 && e.derivesChildren(byID(kids), sel)
}

func (e *engine) derivesChildren(kids []*vertex, sel *schema.FieldSelection) bool {
	for i := range sel.Children {
		if !e.derives(kids, &sel.Children[i]) {
			return false
		}
	}
	return true
}

// derivesFrom is derives for one vertex, with a memory: without it, nested selections on abstract types would be looked at once
// for each combination of concrete types.
func (e *engine) derivesFrom(v *vertex, sel *schema.FieldSelection) bool {
	if !v.abstract && len(sel.Children) == 0 && e.s.Type(v.typ).Kind == schema.Object {
		e.read(v)
		return e.judge(v, sel) // takes no longer than remembering
	}
	p := proof{v, sel}
	if answer, ok := e.proven[p]; ok {
		return answer
	}
	e.read(v)
	answer := e.judge(v, sel)
	switch {
	case answer:
		e.proven[p] = true
	case e.current != nil:
		e.proven[p] = false
		e.refuted = append(e.refuted, p)
	}
	return answer
}

func (e *engine) judge(v *vertex, sel *schema.FieldSelection) bool {
	t := e.s.Type(v.typ)
	switch {
	case v.abstract:
		return e.derivesForEach(e.possible(v), v, sel)
	case t.Kind == schema.Object && !e.matches(v.typ, sel.On):
		return true // asks nothing of such objects
	case sel.Name == "__typename":
		return e.typed(v)
	}
	if len(sel.On) == 0 || t.Kind == schema.Object {
		in, f := v.hand(), e.s.Field(e.s.FieldByName(v.typ, sel.Name))
		if len(sel.Children) == 0 {
			if e.resolved(&in, f, unconditional) {
				return true
			}
		} else if kids := e.kids(&in, f, unconditional); len(kids) > 0 && e.derivesChildren(kids, sel) {
			return true
		}
	}
	return t.Kind == schema.Interface && e.typed(v) && e.derivesForEach(t.Possible, v, sel)
}

// hand is what one vertex has at hand.
func (v *vertex) hand() hand {
	h := hand{typ: v.typ, world: v.world, reach: v.reach, among: v.self[:]}
	// The vertex itself stands for its subgraph where it can do more than a newcomer: it has a view.
	if v.view != 0 {
		h.views = v.self[:]
	}
	return h
}

// derivesForEach reports whether a selection can be had for each of the concrete types which an object may turn out to have. A type
// condition that holds for none of them counts as not met, though there is nothing to fetch: that is how the reference composer judges.
func (e *engine) derivesForEach(types []schema.TypeID, v *vertex, sel *schema.FieldSelection) bool {
	some := len(sel.On) == 0
	for _, t := range types {
		if !e.matches(t, sel.On) {
			continue
		}
		if some = true; !e.derivesFrom(e.vertex(vertexKey{t, v.sg, v.view, v.world}), sel) {
			return false
		}
	}
	return some
}

// resolves reports whether a subgraph resolves a field for the objects of its vertex v, and can be given what the field requires.
func (e *engine) resolves(v *vertex, f *schema.Field, h *schema.FieldHome) bool {
	e.work++
	if h.External && !e.provides(v.view, v.typ, f.Name) {
		return false
	}
	if len(h.Requires) == 0 {
		return true
	}
	e.read(v)
	return slices.Contains(v.ready, f.ID)
}

// localKey reports whether the subgraph itself resolves some key of the vertex's objects, resolvable or not.
func (e *engine) localKey(v *vertex) bool {
	has := func(h *schema.TypeHome) bool {
		return h != nil && slices.ContainsFunc(h.Keys, func(k schema.Key) bool { return e.local(v.vertexKey, k.Fields) })
	}
	t := e.s.Type(v.typ)
	return has(t.Home(v.sg)) || v.masked && slices.ContainsFunc(t.Interfaces, func(in schema.TypeID) bool {
		h := e.s.Type(in).Home(v.sg)
		return h != nil && h.InterfaceObject && has(h)
	})
}

// local reports whether the subgraph of a vertex resolves a field set by itself.
func (e *engine) local(v vertexKey, set schema.FieldSet) bool {
	for i := range set {
		sel := &set[i]
		if sel.Name == "__typename" {
			continue
		}
		f := e.s.Field(e.s.FieldByName(v.typ, sel.Name))
		h := f.Home(v.sg)
		if h == nil || len(h.Context) > 0 || len(h.Requires) > 0 || h.External && !e.provides(v.view, v.typ, f.Name) {
			return false
		}
		if !e.local(vertexKey{h.Type.Named, v.sg, e.below(v.view, v.typ, f.Name, h), v.world}, sel.Children) {
			return false
		}
	}
	return true
}
