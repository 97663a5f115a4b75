package graphtest_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

func TestGeneratorsAreDecidedByTheirSeed(t *testing.T) {
	for seed := range uint64(20) {
		one := graphtest.GenerateGraph(rand.New(rand.NewPCG(seed, 0)))
		two := graphtest.GenerateGraph(rand.New(rand.NewPCG(seed, 0)))
		if !slices.Equal(one, two) {
			t.Fatalf("seed %d gives two graphs", seed)
		}
		s, err := graphtest.LoadSubgraphSchema(one[0].Name, one[0].SDL)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, one[0].SDL)
		}
		a := graphtest.GenerateQuery(rand.New(rand.NewPCG(seed, 1)), s.Schema)
		b := graphtest.GenerateQuery(rand.New(rand.NewPCG(seed, 1)), s.Schema)
		if a.Text != b.Text || string(a.VariablesJSON()) != string(b.VariablesJSON()) {
			t.Fatalf("seed %d gives two operations:\n%s\n%s", seed, a.Text, b.Text)
		}
	}
}

// TestGeneratorsReachAllShapes guards against a change that silently stops drawing something.
func TestGeneratorsReachAllShapes(t *testing.T) {
	var graphs, operations strings.Builder
	for seed := range uint64(150) {
		sources := graphtest.GenerateGraph(rand.New(rand.NewPCG(seed, 0)))
		for _, s := range sources {
			graphs.WriteString(s.SDL)
		}
		s, err := graphtest.LoadSubgraphSchema(sources[0].Name, sources[0].SDL)
		if err != nil {
			t.Fatal(err)
		}
		operations.WriteString(graphtest.GenerateQuery(rand.New(rand.NewPCG(seed, 1)), s.Schema).Text)
	}
	for _, want := range []string{
		`@key(fields: "id region")`, `@key(fields: "org { id } code")`, `resolvable: false`, ` @shareable`, `@override(from: `, `label: `,
		`@requires(fields: "`, `(n: 7)`, `{ ... on E`, `@provides(fields: "`, `@provides(fields: "... on `, `@external`, `@interfaceObject`, ` @inaccessible`,
		"union ", "interface ", "again: Query", "type Mutation", "input In", "extend type E",
	} {
		if !strings.Contains(graphs.String(), want) {
			t.Errorf("no graph has %s", want)
		}
	}
	for _, want := range []string{"mutation", "fragment", "... on", "... @", "@skip", "@include", "__typename", "$v", "$b", ": __typename", " = "} {
		if !strings.Contains(operations.String(), want) {
			t.Errorf("no operation has %s", want)
		}
	}
}

func TestShrinkKeepsWhatShowsTheFault(t *testing.T) {
	sources := graphtest.GenerateGraph(rand.New(rand.NewPCG(7, 0)))
	s, err := graphtest.LoadSubgraphSchema(sources[0].Name, sources[0].SDL)
	if err != nil {
		t.Fatal(err)
	}
	field := s.Schema.Query.Fields[0].Name
	f := graphtest.Finding{Subgraphs: sources, Operation: graphtest.Operation{
		Text:      `query($v: Int, $w: Boolean!) { a: ` + field + ` { ...F } b: ` + field + ` { ...F } } fragment F on T { x y(n: $v) @skip(if: $w) ...G } fragment G on T { z }`,
		Variables: map[string]any{"v": 1, "w": false},
	}}
	small := graphtest.Shrink(f, func(f graphtest.Finding) bool {
		return strings.Contains(f.Operation.Text, "y(n: $v)") && len(f.Subgraphs) > 0 && strings.Contains(f.Subgraphs[0].SDL, field)
	})
	if want := "query ($v: Int) {\n  " + field + " {\n    y(n: $v)\n  }\n}\n"; small.Operation.Text != want {
		t.Errorf("operation:\n%s\nwant:\n%s", small.Operation.Text, want)
	}
	if len(small.Operation.Variables) != 1 || small.Operation.Variables["v"] != 1 {
		t.Errorf("variables: %v, want v alone", small.Operation.Variables)
	}
	if len(small.Subgraphs) != 1 || strings.Count(small.Subgraphs[0].SDL, "type ") != 1 {
		t.Errorf("subgraphs: %v, want one with one type", small.Subgraphs)
	}
}
