package graphtest_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

const treeSDL = `
type Query { tree: Node forest: [Node] strict: [Node!] grid: [[Int!]] color: Color }
interface Node { name: String must: String! next: Node }
type Oak implements Node { name: String must: String! next: Node acorns(of: Int! = 2): Int }
type Elm implements Node { name: String must: String! next: Node }
enum Color { RED }
`

// tree resolves fields from maps; an error in a map is the field's error.
type tree struct{}

func (tree) Root(typ string) graphtest.Object {
	oak := func(members map[string]any) graphtest.Object { return graphtest.Object{Type: "Oak", Data: members} }
	whole := oak(map[string]any{"name": "oak", "must": "m", "acorns": 7, "next": graphtest.Object{Type: "Elm", Data: map[string]any{"name": "elm", "must": "m"}}})
	hollow := oak(map[string]any{"name": "hollow"})
	broken := oak(map[string]any{"name": errors.New("no name"), "must": "m"})
	return graphtest.Object{Type: typ, Data: map[string]any{
		"tree": whole, "forest": []any{whole, hollow, nil}, "strict": []any{broken, hollow},
		"grid": []any{[]any{1}, []any{2, nil}, nil}, "color": "BLUE",
	}}
}

func (tree) Field(o graphtest.Object, f graphtest.FieldCall) (any, error) {
	if f.Definition.Name == "acorns" {
		return f.Args["of"], nil
	}
	v := o.Data.(map[string]any)[f.Definition.Name]
	if err, ok := v.(error); ok {
		return nil, err
	}
	return v, nil
}

// TestExecutorFollowsTheSpecification has one case for each rule of GraphQL September 2025 §6 that the engine is later held against.
func TestExecutorFollowsTheSpecification(t *testing.T) {
	tests := []struct{ name, query, data, errors string }{
		{"fields stand in the order of their first occurrence", `{ tree { must name must } }`, `{"tree":{"must":"m","name":"oak"}}`, `null`},
		{"fragments collect what fits the object", `{ tree { ...N ... on Elm { must } next { ...N ... on Elm { must } } } } fragment N on Node { name }`, `{"tree":{"name":"oak","next":{"name":"elm","must":"m"}}}`, `null`},
		{"selections of one key merge", `{ tree { next { name } } tree { next { must } } }`, `{"tree":{"next":{"name":"elm","must":"m"}}}`, `null`},
		{"type names are the concrete ones", `{ __typename tree { t: __typename } }`, `{"__typename":"Query","tree":{"t":"Oak"}}`, `null`},
		{"skip wins over include", `{ tree { name @skip(if: true) @include(if: true) must } }`, `{"tree":{"must":"m"}}`, `null`},
		{"defaults of arguments apply", `{ tree { ... on Oak { acorns b: acorns(of: 5) } } }`, `{"tree":{"acorns":2,"b":5}}`, `null`},
		{"a missing non-null member takes its nullable parent away", `{ forest { name must } }`, `{"forest":[{"name":"oak","must":"m"},null,null]}`, `[{"message":"null at a non-null position","path":["forest",1,"must"]}]`},
		{"a missing non-null member takes a list of non-nulls away", `{ strict { name must } }`, `{"strict":null}`, `[{"message":"no name","path":["strict",0,"name"]},{"message":"null at a non-null position","path":["strict",1,"must"]}]`},
		{"null in a list of lists of non-nulls", `{ grid }`, `{"grid":[[1],null,null]}`, `[{"message":"null at a non-null position","path":["grid",1,1]}]`},
		{"a value that its enum does not have", `{ color }`, `{"color":null}`, `[{"message":"value BLUE (string) is no Color","path":["color"]}]`},
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: treeSDL})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, errs := gqlparser.LoadQueryWithRules(schema, tt.query, rules.NewDefaultRules())
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			e := graphtest.Executor{Schema: schema, Resolver: tree{}}
			result := e.Execute(doc.Operations[0], nil)
			data, err := json.Marshal(result.Data)
			if err != nil {
				t.Fatal(err)
			}
			list, err := json.Marshal(result.Errors)
			if err != nil {
				t.Fatal(err)
			}
			if string(data) != tt.data || string(list) != tt.errors {
				t.Errorf("got %s, errors %s\nwant %s, errors %s", data, list, tt.data, tt.errors)
			}
		})
	}
}
