package introspection_test

import (
	"encoding/json"
	"errors"
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

// echo finds the text that it is asked for, whatever it says.
type echo struct{}

func (echo) Search(text string, most int, _ func(typeName, name string) bool) []introspection.Found {
	found := []introspection.Found{{Coordinate: text, Paths: [][]string{{text}}, Score: 1}, {Coordinate: "T.id", Score: 0.5}}
	return found[:min(most, len(found))]
}

// FuzzAppend checks that every valid introspection operation gets one JSON value of the right kind, or is told which argument is wrong.
func FuzzAppend(f *testing.F) {
	for _, seed := range []string{
		standardQuery,
		`{ __type(name: "I") { possibleTypes { name } ofType { name } } }`,
		`{ x: __schema { y: directives { args { z: type { kind } } } } __typename }`,
		`{ __type(name: "\u0041\n") { name } b { ... on T { id } } }`,
		`query($q: String!, $n: Int) { __search(query: $q, first: $n) { cursor score definition { ...D __typename } pathsToRoot } } fragment D on __SchemaDefinition { ... on __Type { name } ... on __Field { args { name } } }`,
		`query($c: [String!]!) { __definitions(coordinates: $c) { ... on __EnumValue { name } ... on __InputValue { type { name } } } }`,
		`{ __search(query: "I", after: "IzE", minScore: 1e9) { coordinate } __definitions(coordinates: ["T", "T.id", "@skip(if:)", "Query.a(in:)"]) { ... on __Directive { args { name } } } }`,
	} {
		f.Add(seed)
	}
	s, err := schema.Load(fuzzSDL)
	if err != nil {
		f.Fatal(err)
	}
	s.AddSearchIntrospection()
	in := introspection.New(s.API, introspection.Options{Search: echo{}})
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
					if wrong, ok := errors.AsType[*operation.Error](err); ok && introspection.Searches(g.Fields[i].Name) {
						if wrong.Name == "" {
							t.Fatalf("%q does not name the argument", wrong)
						}
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					var object map[string]json.RawMessage
					var list []map[string]json.RawMessage
					if introspection.Searches(g.Fields[i].Name) {
						err = json.Unmarshal(out, &list)
					} else {
						err = json.Unmarshal(out, &object)
					}
					if err != nil {
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
