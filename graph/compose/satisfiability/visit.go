package satisfiability

import (
	"iter"
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// visit asks for every field of a place.
func (w *walk) visit(p *place) {
	below := w.setContexts(p)
	for f := range w.visible(p.typ) {
		labels := w.undecided(below, f)
		if len(labels) > 0 && !w.s.Type(f.Type.Named).Composite() {
			w.askLeaf(p, f, below, labels)
			continue
		}
		for facts := range w.decide(below, labels) {
			w.ask(p, f, facts)
		}
	}
}

// visible lists the fields that clients see.
func (w *walk) visible(t schema.TypeID) iter.Seq[*schema.Field] {
	return func(yield func(*schema.Field) bool) {
		for _, id := range w.s.Type(t).Fields {
			if f := w.s.Field(id); !f.Inaccessible && !w.s.Type(f.Type.Named).Inaccessible && !yield(f) {
				return
			}
		}
	}
}

// undecided lists the override labels that have a say in who resolves a field and that the path has not met.
func (w *walk) undecided(f facts, field *schema.Field) []int {
	var out []int
	for i := range field.Homes {
		if field.Homes[i].Label == "" {
			continue
		}
		label := w.labels[field.Homes[i].Label]
		if _, ok := f.decided(label); !ok && !slices.Contains(out, label) {
			out = append(out, label)
		}
	}
	return out
}

// decide returns the ways in which labels may be decided, beside what the path has settled. A path has met each label at most once, so all
// answers to a request are covered one by one: as many as there are combinations, which is why it ends where the work does.
func (w *walk) decide(f facts, labels []int) iter.Seq[facts] {
	return func(yield func(facts) bool) {
		var settle func(f facts, rest []int) bool
		settle = func(f facts, rest []int) bool {
			if len(rest) == 0 {
				return yield(f)
			}
			w.work++
			return !w.exhausted() && settle(f.with(rest[0], false), rest[1:]) && settle(f.with(rest[0], true), rest[1:])
		}
		settle(f, labels)
	}
}

// askLeaf looks for a leaf however its labels are decided. Each label by itself is enough to answer the field when it is answered either way;
// when none is, the field is asked for as each label is decided to its disadvantage. That takes no combinations.
func (w *walk) askLeaf(p *place, f *schema.Field, below facts, labels []int) {
	hardest := below
	for _, label := range labels {
		without, with := below.with(label, false), below.with(label, true)
		if !w.resolved(&p.hand, f, w.may(without)) {
			hardest = hardest.with(label, false)
			continue
		}
		if w.resolved(&p.hand, f, w.may(with)) {
			return
		}
		hardest = hardest.with(label, true)
	}
	w.ask(p, f, hardest)
}

// setContexts adds the contexts that objects of the place set for the fields below.
func (w *walk) setContexts(p *place) facts {
	out := p.facts
	for i, c := range w.contexts {
		sets := !out.contexts.has(i) && slices.ContainsFunc(c.types, func(t schema.TypeID) bool { return contains(w.s.Type(t).Possible, p.typ) })
		if !sets || !slices.ContainsFunc(p.starts, func(v *vertex) bool { return w.derivesAll(v, c.selection) }) {
			continue
		}
		out.contexts = out.contexts.clone()
		out.contexts.add(i)
	}
	return out
}

// may reports which homes count on a path.
func (w *walk) may(facts facts) func(h *schema.FieldHome) bool {
	return func(h *schema.FieldHome) bool {
		if h.Label != "" {
			if value, ok := facts.decided(w.labels[h.Label]); !ok || value != h.LabelWhen {
				return false
			}
		}
		for i := range h.Context {
			if !facts.contexts.has(w.context(&h.Context[i])) {
				return false
			}
		}
		return true
	}
}

// ask looks for a field at a place and goes on below it.
func (w *walk) ask(p *place, f *schema.Field, facts facts) {
	may := w.may(facts)
	if !w.s.Type(f.Type.Named).Composite() {
		if !w.resolved(&p.hand, f, may) {
			w.report(w.unanswered(p, f, facts))
		}
		return
	}
	kids := w.kids(&p.hand, f, may)
	if len(kids) == 0 {
		w.report(w.unanswered(p, f, facts))
		return
	}
	w.descend(p, f, kids, facts)
}

// descend queues the places below a composite field.
func (w *walk) descend(p *place, f *schema.Field, kids []*vertex, facts facts) {
	kids = byID(kids)
	static := w.s.Type(f.Type.Named)
	if static.Kind == schema.Object {
		w.push(place{starts: kids, facts: facts, from: p, via: f})
		return
	}
	key := forkKey(static.ID, kids, facts)
	against, known := w.fork(key)
	if !known {
		against = w.sharing(static, kids)
		w.forks[key] = against
	}
	if against != 0 {
		w.report(w.runtimeTypes(against, p, f, kids))
	}
	if known || against == DisjointRuntimeTypes {
		return
	}
	for _, t := range w.ruledOut(static, kids) {
		w.report(w.notThere(p, f, t, kids))
	}
	for _, t := range w.candidates(static, kids) {
		if w.s.Type(t).Inaccessible {
			continue
		}
		starts, ok := w.narrow(kids, t)
		if !ok {
			w.report(w.untyped(p, f, t, kids))
			break // the others fail alike
		}
		w.push(place{starts: starts, facts: facts, from: p, via: f, cast: t})
	}
}

// ruledOut lists the concrete types of an interface that cannot be asked for because all subgraphs at hand have an object type for the field,
// each another one. Objects of those types never come, so that nothing is lost; but with an interface, unlike a union, the reference composer
// has it that a query for them cannot be answered.
func (w *walk) ruledOut(static *schema.Type, kids []*vertex) []schema.TypeID {
	has := func(t schema.TypeID) bool {
		return slices.ContainsFunc(kids, func(v *vertex) bool { return v.typ == t })
	}
	if static.Kind != schema.Interface || slices.ContainsFunc(kids, func(v *vertex) bool { return w.s.Type(v.typ).Kind != schema.Object }) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(static.Possible), func(t schema.TypeID) bool { return has(t) || w.s.Type(t).Inaccessible })
}

// open reports whether several subgraphs leave the concrete type of a shared field open. Then it may only return what all of them know; where
// at most one does, the others say of their objects what they are.
func (w *walk) open(kids []*vertex) bool {
	n := 0
	for _, v := range kids {
		if w.s.Type(v.typ).Abstract() {
			n++
		}
	}
	return n > 1
}

// candidates are the concrete types worth a try: of an open field those of the vertex with the fewest, for what one does not know is not
// asked; else all that some vertex can be.
func (w *walk) candidates(static *schema.Type, kids []*vertex) []schema.TypeID {
	if !w.open(kids) {
		return slices.DeleteFunc(slices.Clone(static.Possible), func(t schema.TypeID) bool {
			return !slices.ContainsFunc(kids, func(v *vertex) bool { return contains(w.possible(v), t) })
		})
	}
	out := static.Possible
	for _, v := range kids {
		if possible := w.possible(v); len(possible) < len(out) {
			out = possible
		}
	}
	return out
}

// possible lists the concrete types which the vertex's subgraph can return there.
func (e *engine) possible(v *vertex) []schema.TypeID {
	t := e.s.Type(v.typ)
	if v.abstract {
		return t.Home(v.sg).Possible
	}
	return t.Possible
}

// narrow returns the vertices of the objects among those at hand whose concrete type is t. Of an open field there are none where some subgraph
// never returns the type; and it is false where no subgraph at hand can tell the type.
func (w *walk) narrow(from []*vertex, t schema.TypeID) ([]*vertex, bool) {
	open := w.open(from)
	var out []*vertex
	for _, v := range from {
		switch {
		case !contains(w.possible(v), t):
			if open {
				return nil, true
			}
		case v.typ == t:
			out = append(out, v)
		case v.abstract || w.typed(v):
			out = append(out, w.vertex(vertexKey{t, v.sg, v.view, 0}))
		}
	}
	return byID(out), len(out) > 0
}

// sharing tells what there is against objects of an abstract type that several subgraphs share: DisjointRuntimeTypes, DifferingRuntimeTypes, or
// nothing. The question arises where the type is open; it is then asked of those too that narrow it to an object type.
func (w *walk) sharing(static *schema.Type, kids []*vertex) Kind {
	if !w.open(kids) {
		return 0
	}
	common := slices.DeleteFunc(slices.Clone(static.Possible), func(t schema.TypeID) bool { return w.s.Type(t).Inaccessible })
	first := w.possible(kids[0])
	some, same := false, true
	for _, v := range kids {
		possible := w.possible(v)
		some = some || len(possible) > 0
		same = same && slices.Equal(possible, first)
		common = slices.DeleteFunc(common, func(t schema.TypeID) bool { return !contains(possible, t) })
	}
	switch {
	case !some:
		return 0
	case len(common) == 0:
		return DisjointRuntimeTypes
	case !same:
		return DifferingRuntimeTypes
	}
	return 0
}
