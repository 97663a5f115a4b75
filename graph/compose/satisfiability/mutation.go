package satisfiability

import (
	"strings"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// visitMutation asks for the fields of the mutation root. A mutation happens once, so of the subgraphs that share a field there must be one
// from which everything below it can be had.
func (w *walk) visitMutation(p *place) {
	below := w.setContexts(p)
	for f := range w.visible(p.typ) {
		for facts := range w.decide(below, w.undecided(below, f)) {
			var kids []*vertex
			if w.s.Type(f.Type.Named).Composite() {
				kids = w.kids(&p.hand, f, w.may(facts))
			}
			if len(kids) < 2 {
				w.ask(p, f, facts)
				continue
			}
			w.tryEach(p, f, kids, facts)
		}
	}
}

func (w *walk) tryEach(p *place, f *schema.Field, kids []*vertex, facts facts) {
	var reasons []Reason
	var witness string
	for _, kid := range kids {
		try := &walk{
			engine: w.engine, memory: newMemory(w.memory), reported: map[string]bool{},
			labels: w.labels, contexts: w.contexts, trial: true,
		}
		try.descend(p, f, []*vertex{kid}, facts)
		try.run()
		fault, failed := firstFault(try.problems)
		if !failed {
			try.keep(&w.work)
			for _, advice := range try.problems {
				w.report(advice)
			}
			return
		}
		if witness == "" {
			witness = fault.Witness
		}
		reasons = append(reasons, Reason{w.s.Subgraphs[kid.sg].Name, []string{fault.Message}})
	}
	var b strings.Builder
	b.WriteString("a mutation happens in one subgraph only, but none of those with field \"" + w.s.Coordinate(f.ID) + "\" can answer all that may be selected below it. When it is called in")
	for _, r := range reasons {
		b.WriteString("\n- subgraph \"" + r.Subgraph + "\", " + strings.ReplaceAll(r.Why[0], "\n", "\n  "))
	}
	w.report(Problem{Kind: Unsatisfiable, Coordinate: w.s.Coordinate(f.ID), Witness: witness, Reasons: reasons, Message: b.String()})
}

func firstFault(problems []Problem) (Problem, bool) {
	for _, p := range problems {
		if p.Kind != DifferingRuntimeTypes {
			return p, true
		}
	}
	return Problem{}, false
}
