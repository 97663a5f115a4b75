package satisfiability

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// Check returns everything that a client could ask of the schema's API and the subgraphs could not answer, in the order of a breadth-first
// walk from the roots; besides, what shared fields of abstract types have against them. nil means that all is well.
//
// The verdict is that of federation's reference composer (federation v2, composition). s is only read; safe for concurrent use.
func Check(s *schema.Schema) []Problem {
	w := &walk{engine: newEngine(s), memory: newMemory(nil), reported: map[string]bool{}}
	w.settle()
	for _, root := range []schema.TypeID{s.Query, s.Subscription, s.Mutation} {
		if root != 0 {
			w.start(root)
			w.run()
		}
	}
	if w.exhausted() {
		w.problems = append(w.problems, Problem{Kind: TooComplex, Message: "the schema has too many combinations of subgraphs to find out whether every query can be answered"})
	}
	return w.problems
}

// walk visits the places of an API schema.
type walk struct {
	*engine
	*memory
	queue    []*place
	next     place // being judged by push
	problems []Problem
	reported map[string]bool // by coordinate and witness
	labels   map[string]int  // numbers of the override labels
	contexts []context
	trial    bool // stop at the first problem
}

// context is a selection that contextual arguments read from an ancestor.
type context struct {
	name      string
	types     []schema.TypeID
	selection schema.FieldSet
}

// settle numbers labels and contexts in the order of the schema.
func (w *walk) settle() {
	w.labels = map[string]int{}
	for id := range w.s.Fields {
		for i := range w.s.Fields[id].Homes {
			h := &w.s.Fields[id].Homes[i]
			if _, ok := w.labels[h.Label]; !ok && h.Label != "" {
				w.labels[h.Label] = len(w.labels)
			}
			for j := range h.Context {
				if c := &h.Context[j]; w.context(c) < 0 {
					w.contexts = append(w.contexts, context{c.Context, c.Types, c.Selection})
				}
			}
		}
	}
}

// context returns the number of the context that an argument reads, or -1.
func (w *walk) context(c *schema.ContextArgument) int {
	return slices.IndexFunc(w.contexts, func(x context) bool {
		return x.name == c.Context && w.fieldSetText(x.selection) == w.fieldSetText(c.Selection)
	})
}

// start queues a root type with everything at hand.
func (w *walk) start(root schema.TypeID) {
	var starts []*vertex
	for i := range w.s.Type(root).Homes {
		starts = append(starts, w.vertex(vertexKey{root, w.s.Type(root).Homes[i].Subgraph, 0, 0}))
	}
	w.push(place{starts: byID(starts), facts: facts{contexts: newBitset(len(w.contexts))}})
}

// push queues a place at its starts, which must be of one type, if it is worth a visit. Most are not: only what is queued is kept.
func (w *walk) push(at place) {
	if len(at.starts) == 0 {
		return
	}
	w.next = at
	p := &w.next
	p.hand = w.handOf(p.starts[0].typ, p.starts)
	if p.from == nil { // an operation has no object yet that keys could lead elsewhere
		p.reach = newBitset(len(w.s.Subgraphs))
		for _, v := range p.starts {
			p.reach.add(int(v.sg))
		}
	}
	p.returned = w.returned(&p.hand)
	if !w.worth(p, &w.work) {
		return
	}
	kept := *p
	w.add(&kept, &w.work)
	w.queue = append(w.queue, &kept)
}

func (w *walk) run() {
	for len(w.queue) > 0 && !w.exhausted() && !w.failed() {
		p := w.queue[0]
		w.queue = w.queue[1:]
		switch {
		case p.covered:
		case p.from == nil && p.typ == w.s.Mutation:
			w.visitMutation(p)
		default:
			w.visit(p)
		}
	}
}

// failed reports whether a trial has its answer.
func (w *walk) failed() bool {
	_, failed := firstFault(w.problems)
	return w.trial && failed
}

func (w *walk) report(p Problem) {
	key := p.Coordinate + "\x00" + p.Witness
	if p.Kind != Unsatisfiable {
		key = p.Coordinate // the same whatever the path
	}
	if !w.reported[key] {
		w.reported[key] = true
		w.problems = append(w.problems, p)
	}
}
