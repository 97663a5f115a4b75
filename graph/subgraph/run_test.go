package subgraph

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// TestRunOverTheClients runs a plan of two fetches over real connections, many times at once, so that pooled memory goes round.
func TestRunOverTheClients(t *testing.T) {
	s := &schema.Schema{
		Subgraphs: []schema.Subgraph{{ID: 0, Name: "products"}, {ID: 1, Name: "prices"}},
		Types: []schema.Type{
			{}, {ID: 1, Name: "ID", Kind: schema.Scalar}, {ID: 2, Name: "Query", Kind: schema.Object}, {ID: 3, Name: "Product", Kind: schema.Object},
		},
		Query: 2,
	}
	id, product := schema.TypeRef{Named: 1}, schema.TypeRef{Named: 3}
	p := &plan.Plan{
		Positions: []plan.Position{
			{
				ID: 0, Type: 2, Slots: []plan.Slot{{Field: "product", Child: 1, Type: product}},
				Classes: []plan.Class{{Types: []schema.TypeID{2}, Fields: []plan.OutputField{{Key: "product", Kind: plan.OutputSlot, Type: product}}}},
			},
			{
				ID: 1, Type: 3, Slots: []plan.Slot{{Field: "id", Type: id}, {Field: "price", Type: id}},
				Classes: []plan.Class{{Types: []schema.TypeID{3}, Fields: []plan.OutputField{
					{Key: "id", Kind: plan.OutputSlot, Type: id}, {Key: "price", Kind: plan.OutputSlot, Slot: 1, Type: id},
				}}},
			},
		},
		Fetches: []plan.Fetch{
			{
				ID: 0, Subgraph: 0, Kind: operation.Query, Document: "query($id:ID!){product(id:$id){id}}", Variables: []string{"id"}, Dependents: []plan.FetchID{1},
				Parts: []plan.Part{{Selection: &plan.Selection{Fields: []plan.SelectionField{
					{Key: "product", Child: &plan.Selection{Fields: []plan.SelectionField{{Key: "id"}}}},
				}}}},
			},
			{
				ID: 1, Subgraph: 1, Kind: operation.Query, Document: "query($r:[_Any!]!){_entities(representations:$r){...on Product{price}}}", DependsOn: []plan.FetchID{0},
				Parts: []plan.Part{{
					Position: 1, Key: "_entities", Variable: "r",
					Representations: []plan.Representation{{Typename: "Product", Fields: []plan.RepresentationField{{Name: "id", Required: true}}}},
					Selection:       &plan.Selection{Fields: []plan.SelectionField{{Key: "price", Slot: 1}}},
				}},
			},
		},
	}
	// Each subgraph answers with the id that it was asked for.
	between := func(text, before string) string {
		_, rest, _ := strings.Cut(text, before)
		id, _, _ := strings.Cut(rest, `"`)
		return id
	}
	products := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, `{"data":{"product":{"id":"`+between(string(body), `"variables":{"id":"`)+`"}}}`)
	}), nil)
	prices := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, `{"data":{"_entities":[{"price":"`+between(string(body), `"__typename":"Product","id":"`)+`"}]}}`)
	}), nil)

	t.Run("requests", func(t *testing.T) {
		for _, id := range []string{"a", "bb", strings.Repeat("c", 5000), "d"} {
			t.Run(id[:1], func(t *testing.T) {
				t.Parallel()
				for range 50 {
					result := exec.Run(t.Context(), exec.Input{
						Schema: s, Plan: p, Fetcher: Clients{products, prices},
						Variables: func(string) ([]byte, bool) { return []byte(`"` + id + `"`), true },
					})
					if want := `{"data":{"product":{"id":"` + id + `","price":"` + id + `"}}}`; string(result.Body) != want {
						t.Errorf("got %s\nwant %s", result.Body, want)
					}
					result.Release()
				}
			})
		}
	})
}
