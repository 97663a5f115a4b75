package graphtest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

const productsSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@external", "@requires", "@provides", {name: "@interfaceObject", as: "@standIn"}])

type Query { products: [Product!]! featured: Review @provides(fields: "product { name }") }
type Mutation { add(n: Int!): Int! }

type Product @key(fields: "id") @key(fields: "shop { id } sku") {
  id: ID!
  sku: String
  shop: Shop
  name: String @external
  price(currency: String! = "EUR"): Int @external
  label: String @requires(fields: "price(currency: \"USD\")")
}
type Shop { id: ID! }
type Review { id: ID! product: Product }
type Closed @key(fields: "id", resolvable: false) { id: ID! }
type Media @key(fields: "id") @standIn { id: ID! stars: Int @federation__shareable }
`

const productsData = `{
  "Query": {"products": [{"$ref": "Product", "id": "p1"}], "featured": {"id": "r1", "product": {"$ref": "Product", "id": "p1"}}},
  "Mutation": {"add": "{{set \"n\" (add (get \"n\") .args.n)}}"},
  "Product": [{"id": "p1", "sku": "s", "shop": {"id": "x"}, "name": "Table", "label": "{{.id}} for {{.price}}"}],
  "Book": [{"id": "m1", "stars": 4}],
  "$subgraphs": {"other": {"Product": []}}
}`

// newSubgraph makes the first of the subgraphs, on data shared with the second, which has the members of Media.
func newSubgraph(t *testing.T) *graphtest.Subgraph {
	t.Helper()
	products, err := graphtest.LoadSubgraphSchema("products", productsSDL)
	if err != nil {
		t.Fatal(err)
	}
	media, err := graphtest.LoadSubgraphSchema("media", `interface Media { id: ID! } type Book implements Media @key(fields: "id") { id: ID! }`)
	if err != nil {
		t.Fatal(err)
	}
	fixture, err := graphtest.ParseFixture([]byte(productsData), []*graphtest.SubgraphSchema{products, media})
	if err != nil {
		t.Fatal(err)
	}
	return &graphtest.Subgraph{SubgraphSchema: products, Data: fixture.Subgraph(products)}
}

func TestSubgraphAnswers(t *testing.T) {
	const entities = `query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Product { id sku label } ... on Media { stars } } }`
	tests := []struct {
		name            string
		query           string
		representations string
		want            string // the data, or a part of the first error
	}{
		{"root fields", `{ products { id sku shop { id } } }`, "", `{"products":[{"id":"p1","sku":"s","shop":{"id":"x"}}]}`},
		{"aliases, fragments and directives", `{ p: products { ...F ... on Product @skip(if: true) { sku } } } fragment F on Product { __typename a: id }`, "", `{"p":[{"__typename":"Product","a":"p1"}]}`},
		{"a provided field", `{ featured { product { name } } }`, "", `{"featured":{"product":{"name":"Table"}}}`},
		{"an external field that nothing provides", `{ products { id name } }`, "", "it is external"},
		{"an external field which is provided elsewhere", `{ featured { product { name price } } }`, "", "it is external"},
		{"a required field without a representation", `{ products { label } }`, "", "needs a representation"},
		{"a document for another schema", `{ products { weight } }`, "", "invalid request"},
		{"mutations", `mutation { a: add(n: 2) b: add(n: 3) }`, "", `{"a":2,"b":5}`},
		{"an entity by its key, with what it requires", entities, `[{"__typename":"Product","id":"p1","price":7}]`, `{"_entities":[{"__typename":"Product","id":"p1","sku":"s","label":"p1 for 7"}]}`},
		{"a null requirement", entities, `[{"__typename":"Product","id":"p1","price":null}]`, `{"_entities":[{"__typename":"Product","id":"p1","sku":"s","label":null}]}`},
		{"an entity that does not exist", entities, `[{"__typename":"Product","id":"p9","price":7}]`, `{"_entities":[null]}`},
		{"an entity by a nested key", `query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { id } } }`, `[{"__typename":"Product","sku":"s","shop":{"id":"x"}}]`, `{"_entities":[{"id":"p1"}]}`},
		{"an interface object", entities, `[{"__typename":"Media","id":"m1"}]`, `{"_entities":[{"__typename":"Media","stars":4}]}`},
		{"a concrete type which only the interface object stands for", entities, `[{"__typename":"Book","id":"m1"}]`, "no entity here"},
		{"a missing requirement", entities, `[{"__typename":"Product","id":"p1"}]`, "no member price"},
		{"an incomplete key", entities, `[{"__typename":"Product","sku":"s"}]`, "no key is complete"},
		{"a null key", entities, `[{"__typename":"Product","id":null}]`, "null in a key"},
		{"a key that is not resolvable", entities, `[{"__typename":"Closed","id":"1"}]`, "no resolvable key"},
		{"a member that the type does not have", entities, `[{"__typename":"Product","id":"p1","weight":1}]`, "no field weight"},
		{"the SDL as it was written", `{ _service { sdl } }`, "", "{\"_service\":{\"sdl\":" + quoted(productsSDL) + "}}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			request := graphtest.Request{Query: tt.query}
			if tt.representations != "" {
				v, err := graphtest.DecodeJSON([]byte(tt.representations))
				if err != nil {
					t.Fatal(err)
				}
				request.Variables = map[string]any{"r": v}
			}
			response := newSubgraph(t).Execute(request)
			if !strings.HasPrefix(tt.want, "{") {
				if len(response.Errors) == 0 || !strings.Contains(response.Errors[0].Message, tt.want) {
					t.Errorf("got errors %v, want one with %q", response.Errors, tt.want)
				}
				return
			}
			data, err := json.Marshal(response.Data)
			if err != nil {
				t.Fatal(err)
			}
			if d := graphtest.DiffJSON(data, []byte(tt.want)); d != "" || len(response.Errors) > 0 {
				t.Errorf("%s; errors %v", d, response.Errors)
			}
		})
	}
}

func quoted(s string) string {
	text, _ := json.Marshal(s) // a string always encodes
	return string(text)
}
