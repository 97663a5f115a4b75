package plan_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/graphtest"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

var graphs = flag.Uint64("graphs", 50, "how many random graphs to plan for")

// TestPlansOfRandomGraphsVerify plans random operations on random graphs. What composition takes for satisfiable must be plannable
// besides.
func TestPlansOfRandomGraphsVerify(t *testing.T) {
	planned := 0
	for seed := range *graphs {
		s := randomSchema(t, seed)
		if s == nil {
			continue
		}
		for i := range uint64(10) {
			text := graphtest.GenerateQuery(rand.New(rand.NewPCG(seed, 1+i)), s.API).Text
			doc, errs := operation.Parse(s, text, operation.ParseLimits{})
			if len(errs) > 0 {
				continue
			}
			op, err := doc.Normalize("", func(string) bool { return i%2 == 0 })
			if err != nil {
				t.Fatal(err)
			}
			opts := plan.Options{
				Label: func(string) bool { return i%3 == 0 },
				Batch: func(schema.SubgraphID) bool { return i%2 == 0 },
			}
			p, err := plan.New(s).Build(op, opts)
			if err != nil {
				t.Errorf("seed %d, operation %d: %v\n%s", seed, i, err, text)
				continue
			}
			planned++
			if err := plan.Verify(s, op, p, opts); err != nil {
				t.Errorf("seed %d, operation %d: %v\n%s\n%s", seed, i, err, text, p.Text(s))
			}
			if hole := unplannable(s, p); hole != "" {
				t.Errorf("seed %d, operation %d: %s is satisfiable but not planned\n%s\n%s", seed, i, hole, text, p.Text(s))
			}
		}
	}
	if planned < 5*int(*graphs)/2 {
		t.Errorf("only %d plans for %d graphs", planned, *graphs)
	}
}

// randomSchema draws a graph, or returns nil when it does not compose.
func randomSchema(t *testing.T, seed uint64) *schema.Schema {
	t.Helper()
	var subgraphs []compose.Subgraph
	for _, src := range graphtest.GenerateGraph(rand.New(rand.NewPCG(seed, 0))) {
		subgraphs = append(subgraphs, compose.Subgraph{Name: src.Name, URL: "http://" + src.Name, SDL: src.SDL})
	}
	res := compose.Compose(subgraphs, compose.Options{})
	if len(res.Errors) > 0 {
		return nil
	}
	s, err := schema.Load(res.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// unplannable returns a field that the plan answers with an error, or "".
func unplannable(s *schema.Schema, p *plan.Plan) string {
	for _, pos := range p.Positions {
		for _, c := range pos.Classes {
			at := slices.IndexFunc(c.Fields, func(f plan.OutputField) bool { return f.Kind == plan.OutputError })
			if at >= 0 {
				return s.Coordinate(c.Fields[at].Field)
			}
		}
	}
	return ""
}
