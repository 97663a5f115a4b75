package compose

import (
	"fmt"
	"strings"
	"testing"
)

// generated is a graph of n subgraphs: each has entities of its own, extends those
// of its neighbour, and shares value types, enums and an interface with all.
func generated(n int) []Subgraph {
	out := make([]Subgraph, n)
	for i := range out {
		var b strings.Builder
		b.WriteString(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@tag"])
interface Node { id: ID! }
type Page @shareable { cursor: String next: Boolean! total(exact: Boolean = false): Int }
enum Order { ASC DESC }
type Query {
`)
		for j := range 5 {
			fmt.Fprintf(&b, "  thing%d_%d(id: ID!, order: Order): Thing%d_%d @tag(name: \"s%d\")\n", i, j, i, j, i)
		}
		b.WriteString("}\n")
		for j := range 5 {
			fmt.Fprintf(&b, "type Thing%d_%d implements Node @key(fields: \"id\") {\n  id: ID!\n  page: Page\n  price: Int!\n  name: String\n  others(first: Int): [Thing%d_%d!]!\n}\n", i, j, i, (j+1)%5)
			if n > 1 {
				fmt.Fprintf(&b, "type Thing%d_%d implements Node @key(fields: \"id\") {\n  id: ID!\n  price: Int! @external\n  extra%d: String @requires(fields: \"price\")\n}\n", (i+1)%n, j, i)
			}
		}
		out[i] = Subgraph{Name: fmt.Sprintf("s%03d", i), URL: fmt.Sprintf("http://s%d", i), SDL: b.String()}
	}
	return out
}

func BenchmarkCompose(b *testing.B) {
	for _, n := range []int{10, 100, 300, 500} {
		subgraphs := generated(n)
		size := 0
		for _, s := range subgraphs {
			size += len(s.SDL)
		}
		b.Run(fmt.Sprintf("%d subgraphs of %d kB", n, size/1000), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if r := Compose(subgraphs, Options{}); len(r.Errors) > 0 {
					b.Fatal(r.Errors[0])
				}
			}
		})
	}
}

// wide is a graph of two subgraphs that share types with n parts each.
func wide(n int) []Subgraph {
	list := func(format, separator string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = strings.ReplaceAll(format, "#", fmt.Sprint(i))
		}
		return strings.Join(parts, separator)
	}
	sdl := `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])
type Query @shareable { e(e: E, i: I): E u: U a(` + list("a#: Int", " ") + `): Int }
enum E { ` + list("V#", " ") + ` }
input I { ` + list("f#: Int", " ") + ` }
union U = ` + list("T#", " | ") + `
` + list("type T# @shareable { x: Int }", "\n")
	return []Subgraph{{Name: "a", SDL: sdl}, {Name: "b", SDL: sdl}}
}

// TestWorkGrowsWithTheInput guards what the benchmark shows: eight times the
// input takes eight times the allocations, satisfiability included.
func TestWorkGrowsWithTheInput(t *testing.T) {
	for name, graph := range map[string]func(n int) []Subgraph{"subgraphs": generated, "parts of types": wide} {
		allocations := func(n int) float64 {
			subgraphs := graph(n)
			return testing.AllocsPerRun(1, func() {
				if r := Compose(subgraphs, Options{}); len(r.Errors) > 0 {
					t.Fatal(r.Errors[0])
				}
			})
		}
		few, many := allocations(20), allocations(160)
		if many > 8*1.1*few {
			t.Errorf("%s: %.0f allocations for 20, but %.0f for 160", name, few, many)
		}
	}
}
