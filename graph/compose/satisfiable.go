package compose

import (
	"strings"

	"github.com/sluice-gateway/sluice/graph/compose/satisfiability"
	graph "github.com/sluice-gateway/sluice/graph/schema"
)

// checkSatisfiable asks of the supergraph whether the subgraphs can answer every query that it allows, and prints it when they can. A
// supergraph that cannot be judged is not passed.
func (c *composition) checkSatisfiable() {
	s, err := graph.LoadComposed(document(c.super.schema, c.subgraphs))
	if err != nil {
		c.fail(SatisfiabilityError, "", nil, "it cannot be found out whether every query can be answered: %v", err)
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
	if len(c.errors) == 0 {
		c.printed = printSchema(c.super.schema)
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
