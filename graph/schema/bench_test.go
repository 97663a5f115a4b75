package schema_test

import (
	"testing"

	"github.com/sluice-gateway/sluice/graph/schema"
)

func BenchmarkLoad(b *testing.B) {
	run := func(b *testing.B, sdl string) {
		b.ReportAllocs()
		b.SetBytes(int64(len(sdl)))
		for b.Loop() {
			if _, err := schema.Load(sdl); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("four subgraphs", func(b *testing.B) { run(b, read(b, data(b, "bench", "supergraph.graphql"))) })
	b.Run("one large subgraph", func(b *testing.B) {
		run(b, `enum join__Graph { A @join__graph(name: "a", url: "") }`+read(b, data(b, "search", "github.graphql")))
	})
}
