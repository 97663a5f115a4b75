package compose

import (
	"strings"

	"github.com/sluice-gateway/sluice/graph/compose/satisfiability"
	graph "github.com/sluice-gateway/sluice/graph/schema"
)

// checkSatisfiable prints the supergraph, and asks of the result whether the subgraphs can answer every query that it allows. What is
// printed is what gateways run, so that is what is judged.
func (c *composition) checkSatisfiable() {
	c.printed = printSchema(c.super.schema)
	s, err := graph.Load(c.printed)
	if err != nil {
		// What a gateway could not load, such as a graph that needs connectors, it refuses itself, and says why.
		return
	}
	for _, p := range satisfiability.Check(s) {
		at := c.definitionsOf(p.Coordinate)
		switch p.Kind {
		case satisfiability.Unsatisfiable:
			c.fail(SatisfiabilityError, p.Coordinate, at, "%s", p.Message)
		case satisfiability.DisjointRuntimeTypes:
			c.fail(ShareableHasMismatchedRuntimeTypes, p.Coordinate, at, "%s", p.Message)
		case satisfiability.DifferingRuntimeTypes:
			c.hint(HintRuntimeTypes, p.Coordinate, at, "%s", p.Message)
		case satisfiability.TooComplex:
			c.fail(MaxValidationSubgraphPathsExceeded, "", nil, "%s", p.Message)
		}
	}
}

// definitionsOf lists where subgraphs define "Type" or "Type.field".
func (c *composition) definitionsOf(coordinate string) []Location {
	typ, name, isField := strings.Cut(coordinate, ".")
	var at []Location
	for _, s := range c.subgraphs {
		t := s.byName[typ]
		if t == nil {
			continue
		}
		pos := t.pos
		if isField {
			f := t.field(name)
			if f == nil {
				continue
			}
			pos = f.pos
		}
		at = append(at, s.at(pos))
	}
	return at
}
