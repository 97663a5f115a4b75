package introspection_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// everySDL has every kind of type and everything that introspection can tell.
const everySDL = `enum join__Graph { A @join__graph(name: "a", url: "") }
schema { query: Root mutation: Changes }
"Where everything starts."
type Root {
  "Says \"hello\" <to> & all,\nin two lines."
  hello("to whom" who: [String!]! = ["a", "b"], in: Filter = {name: "x", deep: {name: null}}, old: Int @deprecated(reason: "no use")): String!
  gone: Int @deprecated
  went: Int @deprecated(reason: "see \"hello\"")
  any: [[Any!]!]
}
type Changes { set(when: Time): Thing }
interface Node { id: ID! }
interface Named implements Node { id: ID! name: String }
type Thing implements Named & Node { id: ID! name: String color: Color }
type Other { x: Float b: Boolean }
union Any = Thing | Other
enum Color { RED "like grass" GREEN BLUE @deprecated(reason: "sad") }
input Filter { name: String = "n" deep: Filter old: Int @deprecated }
input By @oneOf { id: ID name: String }
scalar Time @specifiedBy(url: "https://example.com/time")
scalar Blob
`

// TestRoundTrip asks our own server for its schema, writes it as SDL, and asks the server of that SDL again: both must tell the same.
func TestRoundTrip(t *testing.T) {
	first := load(t, everySDL)
	probe := answer(t, first, introspection.New(first.API, introspection.Options{}), introspection.Probe, "{}")
	query := introspection.QueryFor(probe)
	told := answer(t, first, introspection.New(first.API, introspection.Options{}), query, "{}")
	sdl, err := introspection.SDL(told)
	if err != nil {
		t.Fatal(err)
	}
	second := load(t, "enum join__Graph { A @join__graph(name: \"a\", url: \"\") }\n"+sdl)
	again := answer(t, second, introspection.New(second.API, introspection.Options{}), query, "{}")
	if string(again) != string(told) {
		t.Errorf("the schema does not survive:\n%s\n%s", told, again)
	}
	for _, want := range []string{
		"query: Root", "mutation: Changes", `implements Named & Node`, `implements Node`, "union Any = ", "@oneOf",
		`scalar Time @specifiedBy(url: "https://example.com/time")`, `BLUE @deprecated(reason: "sad")`, `old: Int @deprecated(reason: "no use")`, `[[Any!]!]`,
	} {
		if !strings.Contains(sdl, want) {
			t.Errorf("the SDL lacks %q:\n%s", want, sdl)
		}
	}
}

func load(t *testing.T, sdl string) *schema.Schema {
	t.Helper()
	s, err := schema.Load(sdl)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestQueryForAsksForWhatTheServerHas(t *testing.T) {
	const old = `{"data":{"type":{"fields":[{"name":"kind","args":[]},{"name":"inputFields","args":[]}]},"field":{"fields":[{"name":"args","args":[]}]},"input":{"fields":[{"name":"name"}]},"directive":{"fields":[{"name":"args"}]}}}`
	const current = `{"type":{"fields":[{"name":"specifiedByURL"},{"name":"isOneOf"},{"name":"inputFields","args":[{"name":"includeDeprecated"}]}]},
		"field":{"fields":[{"name":"args","args":[{"name":"includeDeprecated"}]}]},"input":{"fields":[{"name":"isDeprecated"}]},
		"directive":{"fields":[{"name":"isRepeatable"},{"name":"args","args":[{"name":"includeDeprecated"}]}]}}`
	modern := []string{"specifiedByURL", "isRepeatable", "isOneOf", "inputFields(includeDeprecated:true)", "defaultValue isDeprecated"}
	for name, c := range map[string]struct {
		probe string
		has   []string
	}{
		"a server of 2018":             {old, nil},
		"a server of 2025":             {current, modern},
		"a server that did not answer": {`{"data":null,"errors":[{}]}`, nil},
		"no JSON":                      {`<html>`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := introspection.QueryFor([]byte(c.probe))
			for _, feature := range modern {
				want := len(c.has) > 0
				if strings.Contains(got, feature) != want {
					t.Errorf("%q is asked for: %v, want %v", feature, !want, want)
				}
			}
		})
	}
	if !strings.Contains(introspection.Query, "specifiedByURL") || strings.Contains(introspection.Query, "isOneOf") {
		t.Error("Query must ask for what the edition of October 2021 has, and for no more")
	}
}

func TestSDLRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"what is no JSON":            `<html>`,
		"a refusal":                  `{"errors":[{"message":"introspection is disabled"}]}`,
		"no data":                    `{"data":null}`,
		"a schema without a query":   `{"__schema":{"queryType":null,"types":[]}}`,
		"members of the wrong types": `{"__schema":{"queryType":{"name":"Q"},"types":{"a":1}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if sdl, err := introspection.SDL([]byte(data)); err == nil {
				t.Errorf("no error, and the SDL %q", sdl)
			}
		})
	}
}

func TestSDLReadsResponsesAndDataAlike(t *testing.T) {
	const data = `{"__schema":{"queryType":{"name":"Q"},"types":[{"kind":"OBJECT","name":"Q","fields":[{"name":"a","args":[],"type":{"kind":"SCALAR","name":"Int"}}]},
		{"kind":"SCALAR","name":"Int"},{"kind":"OBJECT","name":"__Type","fields":[]}],"directives":[{"name":"skip","locations":["FIELD"],"args":[]},
		{"name":"mine","isRepeatable":true,"locations":["FIELD","QUERY"],"args":[{"name":"x","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Int"}},"defaultValue":"3"}]}]}}`
	const want = "schema {\n  query: Q\n}\n\ndirective @mine(x: Int! = 3) repeatable on FIELD | QUERY\n\ntype Q {\n  a: Int\n}\n"
	for name, text := range map[string]string{"the data": data, "the response": `{"data":` + data + `}`} {
		if got, err := introspection.SDL([]byte(text)); err != nil || got != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func FuzzSDL(f *testing.F) {
	s, err := schema.Load(everySDL)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(answer(f, s, introspection.New(s.API, introspection.Options{}), introspection.Query, "{}"))
	f.Add([]byte(`{"data":{"__schema":{"queryType":{"name":"Q"},"types":[{"kind":"ENUM","name":"E","description":"\u0000\ud800\"\"\"","enumValues":[{"name":"A"}]}]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		sdl, err := introspection.SDL(data)
		if err != nil {
			return
		}
		_, _ = gqlparser.LoadSchema(&ast.Source{Input: sdl}) // names are the server's: the SDL may be wrong, and must be refused in peace
	})
}
