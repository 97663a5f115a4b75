package satisfiability

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// maxWork bounds one Check, in fields looked at. The largest graphs in the wild need about a million; only a schema made to be hard
// comes here.
const maxWork = 30_000_000

// engine answers what can be reached from where. It holds the fixpoint of all vertices that were asked for so far.
type engine struct {
	s     *schema.Schema
	views *views
	doors []*[]door // index: TypeID; nil until asked for
	// requiring lists the fields of a type that have @requires in some subgraph.
	requiring map[schema.TypeID][]schema.FieldID

	worlds   *worlds
	vertices map[vertexKey]*vertex
	queue    []*vertex
	current  *vertex // whose conditions are being judged; nil outside solve
	depends  map[dependency]struct{}
	proven   map[proof]bool // true for good, false only while current is judged
	refuted  []proof        // the false ones
	work     int
}

// vertexKey is an object as one subgraph has it. The type is the subgraph's: an object type, or an abstract one that stands for the
// concrete types which the subgraph knows. An object type without a home in the subgraph is one behind an @interfaceObject.
type vertexKey struct {
	typ   schema.TypeID
	sg    schema.SubgraphID
	view  viewID
	world worldID
}

type vertex struct {
	vertexKey
	id int
	// abstract vertices only stand for their concrete types and have no reach of their own.
	abstract bool
	// masked vertices are objects whose concrete type the subgraph cannot tell: those behind an @interfaceObject.
	masked  bool
	reach   bitset // the subgraphs in which the object can be asked for, sg included; only grows
	waiting []requirement
	ready   []schema.FieldID // fields of sg with @requires, the requirement of which can be had from here

	self       [1]*vertex // the vertex itself
	dependents []*vertex  // whose conditions have read this vertex
	queued     bool
}

// requirement is a field with @requires that may come true.
type requirement struct {
	field schema.FieldID
	set   schema.FieldSet
}

type dependency struct{ reader, read *vertex }

// proof is a question: can the selection be had from the vertex?
type proof struct {
	from *vertex
	sel  *schema.FieldSelection
}

func newEngine(s *schema.Schema) *engine {
	e := &engine{
		s: s, requiring: map[schema.TypeID][]schema.FieldID{}, views: newViews(), worlds: newWorlds(), doors: make([]*[]door, len(s.Types)),
		vertices: map[vertexKey]*vertex{}, depends: map[dependency]struct{}{}, proven: map[proof]bool{},
	}
	for id := range s.Fields {
		f := &s.Fields[id]
		if slices.ContainsFunc(f.Homes, func(h schema.FieldHome) bool { return len(h.Requires) > 0 }) {
			e.requiring[f.Parent] = append(e.requiring[f.Parent], f.ID)
		}
	}
	return e
}

// vertex returns the vertex with a key. Outside of solve its reach is final when this returns.
func (e *engine) vertex(k vertexKey) *vertex {
	v, ok := e.vertices[k]
	if !ok {
		v = e.newVertex(k)
		e.vertices[k] = v
		if !v.abstract {
			e.enqueue(v)
		}
	}
	if e.current == nil {
		e.solve()
	}
	return v
}

func (e *engine) newVertex(k vertexKey) *vertex {
	t := e.s.Type(k.typ)
	h := t.Home(k.sg)
	v := &vertex{vertexKey: k, id: len(e.vertices), reach: newBitset(len(e.s.Subgraphs))}
	v.self[0] = v
	v.masked = h == nil || h.InterfaceObject
	v.abstract = t.Abstract() && !v.masked
	if v.abstract {
		return v
	}
	v.reach.add(int(k.sg))
	if e.isRoot(k.typ) {
		for i := range t.Homes {
			v.reach.add(int(t.Homes[i].Subgraph))
		}
		v.reach.removeAll(e.worlds.closed(k.world))
	}
	for _, id := range e.requiring[k.typ] {
		if h := e.s.Field(id).Home(k.sg); h != nil && len(h.Requires) > 0 {
			v.waiting = append(v.waiting, requirement{id, h.Requires})
		}
	}
	return v
}

func (e *engine) isRoot(t schema.TypeID) bool {
	return t == e.s.Query || t == e.s.Mutation || t == e.s.Subscription
}

func (e *engine) enqueue(v *vertex) {
	if !v.queued {
		v.queued = true
		e.queue = append(e.queue, v)
	}
}

// solve brings the fixpoint up to date.
func (e *engine) solve() {
	for len(e.queue) > 0 && !e.exhausted() {
		v := e.queue[0]
		e.queue = e.queue[1:]
		v.queued = false
		e.current = v
		if e.grow(v) {
			for _, d := range v.dependents {
				e.enqueue(d)
			}
		}
		for _, p := range e.refuted {
			delete(e.proven, p)
		}
		e.refuted = e.refuted[:0]
	}
	e.current = nil
}

func (e *engine) exhausted() bool { return e.work > maxWork }

// grow extends a vertex by all that is derivable now and reports whether that was anything.
func (e *engine) grow(v *vertex) bool {
	grew := false
	for changed := true; changed; {
		changed = false
		for _, d := range e.doorsOf(e.s.Type(v.typ)) {
			if d.concrete && !e.typed(v) {
				continue
			}
			changed = e.enter(v, &d) || changed
		}
		for i := 0; i < len(v.waiting); i++ {
			if r := v.waiting[i]; e.derivesAll(v, r.set) {
				v.ready = append(v.ready, r.field)
				v.waiting = slices.Delete(v.waiting, i, i+1)
				i--
				changed = true
			}
		}
		if changed {
			grew = true
			for _, p := range e.refuted { // what was false may be true now
				delete(e.proven, p)
			}
			e.refuted = e.refuted[:0]
		}
	}
	return grew
}

// typed reports whether the concrete type of a vertex's objects is known, or can be found out.
func (e *engine) typed(v *vertex) bool {
	if !v.masked {
		return true
	}
	homes := e.s.Type(v.typ).Homes
	return slices.ContainsFunc(homes, func(h schema.TypeHome) bool { return !h.InterfaceObject && v.reach.has(int(h.Subgraph)) })
}

// read notes that the vertex whose conditions are being judged depends on v.
func (e *engine) read(v *vertex) {
	if e.current == nil || e.current == v {
		return
	}
	d := dependency{e.current, v}
	if _, ok := e.depends[d]; !ok {
		e.depends[d] = struct{}{}
		v.dependents = append(v.dependents, e.current)
	}
}
