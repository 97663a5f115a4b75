package operation_test

import (
	"testing"

	"github.com/sluice-gateway/sluice/graph/operation"
)

func BenchmarkOperation(b *testing.B) {
	s := load(b, read(b, data(b, "bench", "supergraph.graphql")))
	text := read(b, data(b, "bench", "query.graphql"))
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, errs := operation.Parse(s, text, operation.ParseLimits{}); len(errs) > 0 {
				b.Fatal(errs)
			}
		}
	})
	d := parse(b, s, text)
	b.Run("normalize", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := d.Normalize("", nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	op := normalize(b, d, nil)
	b.Run("measure", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if m := d.Measure(op); m.Depth == 0 {
				b.Fatal("no depth")
			}
		}
	})
	inputs := load(b, inputSDL)
	declared := parse(b, inputs, `query($in: In, $l: [Int!]){f(in: $in, l: $l)}`)
	raw := []byte(`{"in": {"must": 1, "items": [{"sku": "a", "count": 2}, {"sku": "b", "next": {"sku": "c"}}], "note": "x"}, "l": [1, 2, 3, 4, 5, 6, 7, 8]}`)
	b.Run("coerce variables", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(raw)))
		for b.Loop() {
			if _, errs := declared.CoerceVariables("", raw); len(errs) > 0 {
				b.Fatal(errs)
			}
		}
	})
}

func BenchmarkHostile(b *testing.B) {
	s := load(b, userSDL)
	for name, text := range bombs() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d, errs := operation.Parse(s, text, operation.ParseLimits{Bytes: 1 << 20, Tokens: 100_000})
				if len(errs) == 0 {
					_, _ = d.Normalize(d.Operations()[0], func(string) bool { return false })
				}
			}
		})
	}
}
