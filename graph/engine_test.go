package graph_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

const shop = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@cost"])
type Query { item(id: ID): Item  items: [Item!]! @cost(weight: 7) }
type Mutation { rename(id: ID!, name: String!): Item }
type Item @key(fields: "id") { id: ID! name: String secret: String @authenticated kin: [Item] }
`

func shopSchema(t testing.TB) *schema.Schema {
	t.Helper()
	res := compose.Compose([]compose.Subgraph{{Name: "shop", URL: "http://shop", SDL: shop}}, compose.Options{})
	if len(res.Errors) > 0 {
		t.Fatal(res.Errors[0])
	}
	s, err := schema.Load(res.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// recorder answers every request with one body and keeps what was asked.
type recorder struct {
	mu     sync.Mutex
	asked  []string
	answer string
}

func (r *recorder) Fetch(_ context.Context, req *exec.Request) (*exec.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, string(req.Body))
	return &exec.Response{Status: 200, Body: &exec.Buffer{B: []byte(r.answer)}}, nil
}

func prepare(t *testing.T, e *graph.Engine, req graph.Request) *graph.Prepared {
	t.Helper()
	p, errs := e.Prepare(req)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return p
}

func run(t *testing.T, e *graph.Engine, p *graph.Prepared, x graph.Execution) string {
	t.Helper()
	res, err := e.Execute(t.Context(), p, x)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Release()
	return string(res.Body)
}

func TestAnOperationIsPreparedOnceAndAnswered(t *testing.T) {
	r := &recorder{answer: `{"data":{"item":{"name":"Kite"}}}`}
	e := graph.New(shopSchema(t), graph.Config{Fetcher: r})
	const text = `query($id: ID) { item(id: $id) { name } }`
	first := prepare(t, e, graph.Request{Text: text, Variables: []byte(`{"id":"1"}`)})
	second := prepare(t, e, graph.Request{Text: text, Variables: []byte(`{"id":"2"}`)})
	if first.Cached || !second.Cached || first.Operation != second.Operation {
		t.Error("the second request did not find the first one's work")
	}
	if got, want := run(t, e, second, graph.Execution{}), `{"data":{"item":{"name":"Kite"}}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(r.asked) != 1 || !strings.Contains(r.asked[0], `"id":"2"`) {
		t.Errorf("the subgraph was asked %q", r.asked)
	}
}

func TestConditionsMakeVariantsOfOneDocument(t *testing.T) {
	e := graph.New(shopSchema(t), graph.Config{Fetcher: &recorder{answer: `{"data":{"item":null}}`}})
	const text = `query($with: Boolean!) { item { id name @include(if: $with) } }`
	with := prepare(t, e, graph.Request{Text: text, Variables: []byte(`{"with":true}`)})
	without := prepare(t, e, graph.Request{Text: text, Variables: []byte(`{"with":false}`)})
	again := prepare(t, e, graph.Request{Text: text, Variables: []byte(`{"with":true}`)})
	if with.Operation == without.Operation || with.Operation != again.Operation {
		t.Error("want one operation for each value of the condition")
	}
}

func TestDeniedFieldsAreNotAsked(t *testing.T) {
	s := shopSchema(t)
	r := &recorder{answer: `{"data":{"item":{"name":"Kite"}}}`}
	e := graph.New(s, graph.Config{Fetcher: r})
	p := prepare(t, e, graph.Request{Text: `{ item { name secret } }`})
	if len(p.Protected) != 1 || p.Protected[0].Coordinate != "Item.secret" {
		t.Fatalf("protected: %v", p.Protected)
	}
	denied := graph.NewDenied(s, map[string]*plan.FieldError{"Item.secret": {Code: "UNAUTHENTICATED", Message: "log in"}})
	got := run(t, e, p, graph.Execution{Denied: denied})
	if want := `{"data":{"item":{"name":"Kite","secret":null}},"errors":[{"message":"log in","path":["item","secret"],"extensions":{"code":"UNAUTHENTICATED"}}]}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if strings.Contains(r.asked[0], "secret") {
		t.Errorf("the subgraph was asked for it: %s", r.asked[0])
	}
	run(t, e, p, graph.Execution{}) // the plan without the denial is another one
	if !strings.Contains(r.asked[1], "secret") {
		t.Errorf("the denial stuck to the plan: %s", r.asked[1])
	}
}

func TestDeniedTypesAndInterfacesCoverTheirFields(t *testing.T) {
	s := shopSchema(t)
	d := graph.NewDenied(s, map[string]*plan.FieldError{"Item": {Code: "X", Message: "x"}})
	for coordinate, want := range map[[2]string]bool{{"Item", ""}: true, {"Item", "name"}: true, {"Query", "item"}: true, {"Query", ""}: false, {"Nothing", ""}: false} {
		if got := d.Hides(coordinate[0], coordinate[1]); got != want {
			t.Errorf("hides %v: %v, want %v", coordinate, got, want)
		}
	}
	if (*graph.Denied)(nil).Hides("Item", "name") {
		t.Error("nil hides something")
	}
}

func TestLimitsAndCostRefuse(t *testing.T) {
	e := graph.New(shopSchema(t), graph.Config{
		Fetcher: &recorder{}, Limits: operation.Limits{Depth: 2}, Cost: graph.CostControl{Measure: true, Limit: 100},
	})
	for text, limit := range map[string]string{
		`{ item { kin { name } } }`:                           "depth",
		`{ a: items { id } b: items { id } c: items { id } }`: "cost",
	} {
		_, errs := e.Prepare(graph.Request{Text: text})
		if len(errs) != 1 || errs[0].Code != operation.CodeLimit || !strings.Contains(errs[0].Message, limit) {
			t.Errorf("%s: got %v, want the limit %s", text, errs, limit)
		}
		if _, errs := e.Prepare(graph.Request{Text: text, Unlimited: true}); len(errs) > 0 {
			t.Errorf("%s is exempt and refused: %v", text, errs)
		}
	}
}

func TestIntrospectionIsRefusedUnlessConfigured(t *testing.T) {
	s := shopSchema(t)
	const text = `{ __type(name: "Item") { name } }`
	closed := graph.New(s, graph.Config{Fetcher: &recorder{}})
	if _, errs := closed.Prepare(graph.Request{Text: text}); len(errs) != 1 || errs[0].Code != graph.CodeIntrospectionDisabled {
		t.Errorf("got %v", errs)
	}
	open := graph.New(s, graph.Config{Fetcher: &recorder{}, Introspection: introspection.New(s.API, introspection.Options{})})
	if got, want := run(t, open, prepare(t, open, graph.Request{Text: text}), graph.Execution{}), `{"data":{"__type":{"name":"Item"}}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWarmingLeavesNothingToDoForTheFirstCaller(t *testing.T) {
	e := graph.New(shopSchema(t), graph.Config{Fetcher: &recorder{answer: `{"data":{"item":null}}`}})
	const text = `{ item { name } }`
	e.Warm(text)
	e.Warm(`{ broken`)
	if !prepare(t, e, graph.Request{Text: text}).Cached {
		t.Error("the text was not known")
	}
	if got := e.Texts(); len(got) != 1 || got[0] != text {
		t.Errorf("texts: %q", got)
	}
}

func BenchmarkPrepare(b *testing.B) {
	s := shopSchema(b)
	const text = `query($id: ID) { item(id: $id) { id name kin { id name } } }`
	vars := []byte(`{"id":"1"}`)
	b.Run("cached", func(b *testing.B) {
		e := graph.New(s, graph.Config{Fetcher: &recorder{}})
		b.ReportAllocs()
		for b.Loop() {
			if _, errs := e.Prepare(graph.Request{Text: text, Variables: vars}); len(errs) > 0 {
				b.Fatal(errs)
			}
		}
	})
	b.Run("cold", func(b *testing.B) {
		e := graph.New(s, graph.Config{Fetcher: &recorder{}, DocumentCacheBytes: 2})
		b.ReportAllocs()
		for b.Loop() {
			if _, errs := e.Prepare(graph.Request{Text: text, Variables: vars}); len(errs) > 0 {
				b.Fatal(errs)
			}
		}
	})
}
