package introspection_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

const fuzzSDL = `enum join__Graph { A @join__graph(name: "a", url: "") }
type Query { a(in: In = {x: [1]}): I b: U @deprecated }
interface I { id: ID } type T implements I { id: ID } type V { t: T } union U = T | V input In { x: [Int!] }`

// FuzzAppend checks that every valid introspection operation gets one JSON object with the response keys asked for.
func FuzzAppend(f *testing.F) {
	for _, seed := range []string{
		standardQuery,
		`{ __type(name: "I") { possibleTypes { name } ofType { name } } }`,
		`{ x: __schema { y: directives { args { z: type { kind } } } } __typename }`,
		`{ __type(name: "\u0041\n") { name } b { ... on T { id } } }`,
	} {
		f.Add(seed)
	}
	s, err := schema.Load(fuzzSDL)
	if err != nil {
		f.Fatal(err)
	}
	in := introspection.New(s.API, introspection.Options{})
	f.Fuzz(func(t *testing.T, text string) {
		d, errs := operation.Parse(s, text, operation.ParseLimits{Work: 20_000})
		if len(errs) > 0 {
			return
		}
		for _, name := range d.Operations() {
			op, err := d.Normalize(name, func(string) bool { return true })
			if err != nil {
				continue
			}
			for _, g := range op.Root.Groups {
				for i := range g.Fields {
					if g.Fields[i].Introspection == "" {
						continue
					}
					out, err := in.Append(nil, &g.Fields[i], func(string) ([]byte, bool) { return []byte(`"I"`), true })
					if err != nil {
						t.Fatal(err)
					}
					var value map[string]json.RawMessage
					if err := json.Unmarshal(out, &value); err != nil {
						t.Fatalf("%v in %s", err, out)
					}
				}
			}
		}
	})
}

func BenchmarkStandardQuery(b *testing.B) {
	root := os.Getenv("SLUICE_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	sdl, err := os.ReadFile(filepath.Join(root, "search", "github.graphql"))
	if err != nil {
		b.Skip("shared test data is not here; set SLUICE_DATA to its folder")
	}
	s, err := schema.Load(`enum join__Graph { A @join__graph(name: "a", url: "") }` + string(sdl))
	if err != nil {
		b.Fatal(err)
	}
	d, errs := operation.Parse(s, standardQuery, operation.ParseLimits{})
	if len(errs) > 0 {
		b.Fatal(errs)
	}
	op, err := d.Normalize("", nil)
	if err != nil {
		b.Fatal(err)
	}
	field := &op.Root.Groups[0].Fields[0]
	run := func(b *testing.B, schemaOf func() *introspection.Schema) {
		b.ReportAllocs()
		var out []byte
		for b.Loop() {
			if out, err = schemaOf().Append(out[:0], field, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(len(out)))
	}
	b.Run("first", func(b *testing.B) {
		run(b, func() *introspection.Schema { return introspection.New(s.API, introspection.Options{}) })
	})
	kept := introspection.New(s.API, introspection.Options{})
	b.Run("again", func(b *testing.B) { run(b, func() *introspection.Schema { return kept }) })
}
