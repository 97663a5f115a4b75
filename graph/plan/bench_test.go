package plan_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

func batchAll(schema.SubgraphID) bool { return true }

// load reads a supergraph and normalises a query on it.
func load(t testing.TB, sdl, query string) (*schema.Schema, *operation.Operation) {
	t.Helper()
	s, err := schema.Load(sdl)
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := operation.Parse(s, query, operation.ParseLimits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	op, err := doc.Normalize("", func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	return s, op
}

func TestStandardWorkloadNeedsEightFetchesInFourRounds(t *testing.T) {
	dir := dataDir()
	if dir == "" {
		t.Skip("the shared benchmark workload is not beside this clone")
	}
	sdl, err := os.ReadFile(filepath.Join(dir, "bench", "supergraph.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	query, err := os.ReadFile(filepath.Join(dir, "bench", "query.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	s, op := load(t, string(sdl), string(query))
	p, err := plan.New(s).Build(op, plan.Options{Batch: batchAll})
	if err != nil {
		t.Fatal(err)
	}
	parts := 0
	for _, f := range p.Fetches {
		parts += len(f.Parts)
	}
	if p.Waves != 4 || parts > 13 || len(p.Fetches) > 7 {
		t.Errorf("%d rounds, %d fetches, %d requests; want at most 4, 13 and 7", p.Waves, parts, len(p.Fetches))
	}
	again, err := plan.New(s).Build(op, plan.Options{Batch: batchAll})
	if err != nil {
		t.Fatal(err)
	}
	if p.Text(s) != again.Text(s) {
		t.Error("planning twice gave two plans")
	}
}

// shared makes a supergraph whose one entity Node has width links and width leafs, each resolved by a random subset of the
// subgraphs, and a query that follows every link depth times: the shape on which enumerating planners explode.
func shared(subgraphs, width, depth int) (sdl, query string) {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString(joinHead + "enum join__Graph {\n")
	for g := range subgraphs {
		fmt.Fprintf(&b, "  G%d @join__graph(name: \"g%d\", url: \"\")\n", g, g)
	}
	b.WriteString("}\ntype Query")
	for g := range subgraphs {
		fmt.Fprintf(&b, " @join__type(graph: G%d)", g)
	}
	b.WriteString("{ root: Node @join__field(graph: G0) @join__field(graph: G1) }\ntype Node")
	for g := range subgraphs {
		fmt.Fprintf(&b, " @join__type(graph: G%d, key: \"id\")", g)
	}
	b.WriteString("{ id: ID!\n")
	for _, kind := range []string{"link", "leaf"} {
		for i := range width {
			typ := map[string]string{"link": "Node", "leaf": "String"}[kind]
			fmt.Fprintf(&b, "%s%d: %s", kind, i, typ)
			for _, g := range r.Perm(subgraphs)[:2+r.IntN(2)] {
				fmt.Fprintf(&b, " @join__field(graph: G%d)", g)
			}
			b.WriteByte('\n')
		}
	}
	b.WriteString("}\n")
	var q func(d int) string
	q = func(d int) string {
		var parts []string
		for i := range width {
			if d == 0 {
				parts = append(parts, fmt.Sprintf("leaf%d", i))
			} else {
				parts = append(parts, fmt.Sprintf("link%d{%s}", i, q(d-1)))
			}
		}
		return strings.Join(parts, " ")
	}
	return b.String(), "{root{" + q(depth) + "}}"
}

const joinHead = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
`

func BenchmarkBuild(b *testing.B) {
	for _, size := range []struct{ subgraphs, width, depth int }{{2, 2, 2}, {4, 4, 2}, {7, 4, 4}, {12, 3, 4}} {
		sdl, query := shared(size.subgraphs, size.width, size.depth)
		s, op := load(b, sdl, query)
		p := plan.New(s)
		b.Run(fmt.Sprintf("%dsubgraphs_%dwide_%ddeep", size.subgraphs, size.width, size.depth), func(b *testing.B) {
			b.ReportAllocs()
			var got *plan.Plan
			for b.Loop() {
				var err error
				if got, err = p.Build(op, plan.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(got.Fetches)), "fetches")
			b.ReportMetric(float64(got.Waves), "rounds")
			if !got.Optimal {
				b.ReportMetric(1, "cut")
			}
		})
	}
}
