package satisfiability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// Kind tells problems apart.
type Kind uint8

// The kinds of problems.
const (
	// Unsatisfiable is a query that the subgraphs cannot answer.
	Unsatisfiable Kind = iota + 1
	// DisjointRuntimeTypes is a shared field of an abstract type for which subgraphs have no concrete type in common.
	DisjointRuntimeTypes
	// DifferingRuntimeTypes is a shared field of an abstract type for which subgraphs have some concrete types in common, but not all. It is
	// advice: the graph works as long as the field only returns the common ones.
	DifferingRuntimeTypes
	// TooComplex says that the schema was too much work to judge.
	TooComplex
)

// Problem is something that Check found.
type Problem struct {
	Kind       Kind
	Coordinate string // "Type.field", or "Type" where it is the type that cannot be found out; "" for TooComplex
	// Witness is a query in the API schema, ready to be sent, with made-up arguments. It ends in the field in question. "" for TooComplex.
	Witness string
	// Reasons tell for each subgraph where the field's object is at hand why it is of no help, by subgraph.
	Reasons []Reason
	// Message holds all of the above for people, over several lines.
	Message string
}

// Reason is why one subgraph is of no help, as statements about it.
type Reason struct {
	Subgraph string
	Why      []string
}

// maxReasons bounds the subgraphs that one message explains; nobody reads more.
const maxReasons = 20

func unsatisfiable(coordinate, witness string, reasons []Reason) Problem {
	return Problem{
		Kind: Unsatisfiable, Coordinate: coordinate, Witness: witness, Reasons: reasons,
		Message: "the subgraphs cannot answer this query:\n" + witness + "\nbecause\n" + listReasons(reasons),
	}
}

func listReasons(reasons []Reason) string {
	var b strings.Builder
	for i, r := range reasons {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == maxReasons {
			fmt.Fprintf(&b, "- and likewise from %d more", len(reasons)-i)
			break
		}
		fmt.Fprintf(&b, "- from subgraph %q:", r.Subgraph)
		if len(r.Why) == 1 {
			b.WriteString(" " + r.Why[0])
			continue
		}
		for _, why := range r.Why {
			b.WriteString("\n  - " + strings.ReplaceAll(why, "\n", "\n    "))
		}
	}
	return b.String()
}

// runtimeTypes describes a shared field whose concrete types differ between subgraphs.
func (w *walk) runtimeTypes(kind Kind, p *place, f *schema.Field, kids []*vertex) Problem {
	kids = slices.Clone(kids)
	slices.SortFunc(kids, func(a, b *vertex) int { return int(a.sg) - int(b.sg) })
	var reasons []Reason
	for _, v := range kids {
		var names []string
		for _, t := range w.possible(v) {
			names = append(names, w.s.Type(t).Name)
		}
		why := "the field has no concrete type"
		if len(names) > 0 {
			why = "the field can be " + strings.Join(names, ", ")
		}
		reasons = append(reasons, Reason{w.s.Subgraphs[v.sg].Name, []string{why}})
	}
	text := "are not all known to all of them, so that the field may only return those that are"
	if kind == DisjointRuntimeTypes {
		text = "have nothing in common, although a shared field must give the same in all of them"
	}
	witness := w.witness(p, f, 0)
	return Problem{
		Kind: kind, Coordinate: w.s.Coordinate(f.ID), Witness: witness, Reasons: reasons,
		Message: fmt.Sprintf("the concrete types that field %q of type %q has in its subgraphs %s, in this query:\n%s\n%s",
			w.s.Coordinate(f.ID), w.s.Type(f.Type.Named).Name, text, witness, listReasons(reasons)),
	}
}
