package satisfiability_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/compose/satisfiability"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// load composes subgraphs, which must be satisfiable, and loads the supergraph.
func load(t testing.TB, sdls []string) *schema.Schema {
	t.Helper()
	var subgraphs []compose.Subgraph
	for i, sdl := range sdls {
		name := fmt.Sprintf("s%03d", i)
		subgraphs = append(subgraphs, compose.Subgraph{Name: name, URL: "http://" + name, SDL: header + sdl})
	}
	r := compose.Compose(subgraphs, compose.Options{})
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors[0])
	}
	s, err := schema.Load(r.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// broken is a supergraph with one field that cannot be reached, behind arguments of every kind.
const broken = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Query @join__type(graph: A) @join__type(graph: B) {
  v(id: ID!, n: Int!, f: Float!, ok: Boolean!, e: E!, o: O!, list: [ID!]!, none: Int, preset: Int! = 1, at: Date!): I @join__field(graph: A)
}
enum E @join__type(graph: A) { ONE TWO }
scalar Date @join__type(graph: A)
input O @join__type(graph: A) { id: ID! more: Int deep: Deep! }
input Deep @join__type(graph: A) { n: Int! }
interface I @join__type(graph: A) { x: Int }
type V implements I @join__type(graph: A) @join__type(graph: B) @join__implements(graph: A, interface: "I") {
  x: Int @join__field(graph: A)
  y: Int @join__field(graph: B)
}`

func TestWitnessIsAQueryOfTheAPI(t *testing.T) {
	s, err := schema.Load(broken)
	if err != nil {
		t.Fatal(err)
	}
	problems := satisfiability.Check(s)
	if len(problems) != 1 {
		t.Fatalf("want one problem, got %v", problems)
	}
	p := problems[0]
	if p.Kind != satisfiability.Unsatisfiable || p.Coordinate != "V.y" || len(p.Reasons) != 1 || len(p.Reasons[0].Why) != 2 {
		t.Errorf("unexpected problem %+v", p)
	}
	if _, errs := gqlparser.LoadQueryWithRules(s.API, p.Witness, rules.NewDefaultRules()); len(errs) > 0 {
		t.Errorf("%v\n%s", errs, p.Witness)
	}
}

func TestProblemsAreTheSameEveryTime(t *testing.T) {
	s, err := schema.Load(broken)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprint(satisfiability.Check(s))
	for range 5 {
		if got := fmt.Sprint(satisfiability.Check(s)); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// TestManyHomesDoNotMultiply has value types whose fields are each missing in one subgraph, so that every subset of subgraphs is the
// set of homes on some path. Subgraph 0 has all fields.
func TestManyHomesDoNotMultiply(t *testing.T) {
	const n = 40
	sdls := make([]string, n)
	for i := range sdls {
		var b strings.Builder
		b.WriteString("type Query { v: V @shareable }\ntype V @shareable { x: Int")
		for j := 1; j < n; j++ {
			if j != i {
				fmt.Fprintf(&b, " f%d: V", j)
			}
		}
		b.WriteString(" }")
		sdls[i] = b.String()
	}
	if problems := satisfiability.Check(load(t, sdls)); len(problems) > 0 {
		t.Errorf("got %v", problems)
	}
}

// TestUnboundedChoiceIsRefused has a chain of value types with two fields at each link, each missing in another subgraph: no set of
// homes contains another, and there are 2^n of them.
func TestUnboundedChoiceIsRefused(t *testing.T) {
	const n = 24
	sdls := make([]string, 2*n+1)
	for i := range sdls {
		var b strings.Builder
		b.WriteString("type Query { v0: V0 @shareable }\n")
		for j := range n {
			fmt.Fprintf(&b, "type V%d @shareable { x: Int", j)
			if i != 2*j {
				fmt.Fprintf(&b, " a: V%d", j+1)
			}
			if i != 2*j+1 {
				fmt.Fprintf(&b, " b: V%d", j+1)
			}
			b.WriteString(" }\n")
		}
		fmt.Fprintf(&b, "type V%d @shareable { x: Int }", n)
		sdls[i] = b.String()
	}
	var subgraphs []compose.Subgraph
	for i, sdl := range sdls {
		subgraphs = append(subgraphs, compose.Subgraph{Name: fmt.Sprintf("s%d", i), SDL: header + sdl})
	}
	r := compose.Compose(subgraphs, compose.Options{})
	if len(r.Errors) != 1 || r.Errors[0].Code != compose.MaxValidationSubgraphPathsExceeded {
		t.Errorf("got %v", r.Errors)
	}
}

// typical is a graph of n subgraphs: each has entities of its own, extends those of its neighbour with a requirement, and shares value
// types, an interface and an entity with all.
func typical(n int) []string {
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		fmt.Fprintf(&b, "interface Node { id: ID! }\ntype Page @shareable { cursor: String total: Int owner: User }\ntype User @key(fields: \"id\") { id: ID! field%d: Int }\n", i)
		fmt.Fprintf(&b, "type Query { node%d(id: ID!): Node me: User @shareable", i)
		for j := range 5 {
			fmt.Fprintf(&b, " thing%d_%d(id: ID!): Thing%d_%d", i, j, i, j)
		}
		b.WriteString(" }\n")
		for j := range 5 {
			fmt.Fprintf(&b, "type Thing%d_%d implements Node @key(fields: \"id\") { id: ID! page: Page price: Int! name: String user: User others(first: Int): [Thing%d_%d!]! }\n", i, j, i, (j+1)%5)
			if n > 1 {
				fmt.Fprintf(&b, "type Thing%d_%d implements Node @key(fields: \"id\") { id: ID! price: Int! @external extra: String @requires(fields: \"price\") mine: Thing%d_%d }\n", (i+1)%n, j, i, j)
			}
		}
		out[i] = b.String()
	}
	return out
}

func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{10, 100, 500} {
		sdls := typical(n)
		size := 0
		for _, sdl := range sdls {
			size += len(sdl)
		}
		s := load(b, sdls)
		b.Run(fmt.Sprintf("%d subgraphs", n), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if p := satisfiability.Check(s); len(p) > 0 {
					b.Fatal(p[0].Message)
				}
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(broken)
	f.Add(strings.ReplaceAll(broken, "@join__type(graph: B)", "@join__type(graph: B, key: \"x\")"))
	f.Fuzz(func(t *testing.T, sdl string) {
		s, err := schema.Load(sdl)
		if err != nil {
			return
		}
		for _, p := range satisfiability.Check(s) {
			if p.Message == "" {
				t.Errorf("a problem without a message: %+v", p)
			}
		}
	})
}

// TestLabelsOfALeafDoNotMultiply has a leaf on whose every second home an override label decides: there are 2^n ways to decide them.
func TestLabelsOfALeafDoNotMultiply(t *testing.T) {
	const n = 40
	sdls := []string{"type Query { t: T } type T @key(fields: \"id\") { id: ID! @shareable }"}
	for i := range n {
		sdls = append(sdls, "type T @key(fields: \"id\") { id: ID! @shareable x: Int @shareable }",
			fmt.Sprintf("type T @key(fields: \"id\") { id: ID! @shareable x: Int @shareable @override(from: \"s%03d\", label: \"l%d\") }", 2*i+1, i))
	}
	if problems := satisfiability.Check(load(t, sdls)); len(problems) > 0 {
		t.Errorf("got %v", problems)
	}
}
