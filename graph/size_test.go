package graph

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

func sizeSchema(t *testing.T) *schema.Schema {
	t.Helper()
	res := compose.Compose([]compose.Subgraph{
		{Name: "a", URL: "http://a", SDL: `
			extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@override"])
			type Query { node: Node  moved: Int @override(from: "b", label: "percent(5)") }
			type Node { id: ID! node: Node }`},
		{Name: "b", URL: "http://b", SDL: `
			extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
			type Query { moved: Int }`},
	}, compose.Options{})
	if len(res.Errors) > 0 {
		t.Fatal(res.Errors[0])
	}
	s, err := schema.Load(res.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wide returns a document of few bytes for each of its many fields.
func wide(mark int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{m%d:node{id}", mark)
	for i := range 1500 {
		fmt.Fprintf(&b, " a%d:node{id}", i)
	}
	return b.String() + "}"
}

func TestRefusedOperationsAreKeptWithoutTheirTree(t *testing.T) {
	e := New(sizeSchema(t), Config{Limits: operation.Limits{RootFields: 10}})
	_, errs := e.Prepare(Request{Text: wide(0)})
	if len(errs) != 1 || errs[0].Name != "root_fields" {
		t.Fatalf("got %v", errs)
	}
	for _, el := range e.shapes.entries {
		if sh := el.Value.(*cached[shapeKey, *shape]).value; sh.op != nil {
			t.Error("the refused operation was kept")
		}
	}
	if _, errs := e.Prepare(Request{Text: wide(0), Unlimited: true}); len(errs) > 0 {
		t.Errorf("exempt and refused: %v", errs)
	}
	if _, errs := e.Prepare(Request{Text: wide(0)}); len(errs) != 1 {
		t.Errorf("an exempt caller opened the limit for others: %v", errs)
	}
}

func TestCachesHoldNoMoreThanTheirBounds(t *testing.T) {
	const bound = 16 << 20
	s := sizeSchema(t)
	before := heap()
	e := New(s, Config{DocumentCacheBytes: bound / 2, PlanCacheBytes: bound / 2, MaxPositions: 10})
	for i := range 100 {
		p, errs := e.Prepare(Request{Text: wide(i)})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if _, err := e.Plan(p, Execution{}); err == nil {
			t.Fatal("the operation is not too complex")
		}
	}
	if held := heap() - before; held > bound {
		t.Errorf("%d bytes are held, with a bound of %d", held, bound)
	}
	runtime.KeepAlive(e)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestAWarmedPlanIsFoundByCallersWithLabelsDecidedFalse(t *testing.T) {
	e := New(sizeSchema(t), Config{})
	if len(e.labels) == 0 {
		t.Fatal("the schema has no label")
	}
	if got, want := e.decisions(nil), e.decisions(func(string) bool { return false }); got != want {
		t.Errorf("the keys are %q and %q", got, want)
	}
}
