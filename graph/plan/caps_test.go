package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

func TestPlanningIsDeterministic(t *testing.T) {
	sdl, query := shared(5, 3, 3)
	s, op := load(t, sdl, query)
	first := ""
	for range 4 {
		p, err := plan.New(s).Build(op, plan.Options{Batch: batchAll})
		if err != nil {
			t.Fatal(err)
		}
		if text := p.Text(s); first == "" {
			first = text
		} else if text != first {
			t.Fatalf("two plans for one operation:\n%s\n%s", first, text)
		}
	}
}

func TestAnExhaustedSearchFallsBackToAPlanThatAnswersEverything(t *testing.T) {
	sdl, query := shared(7, 4, 3)
	s, op := load(t, sdl, query)
	best, err := plan.New(s).Build(op, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cut, err := plan.New(s).Build(op, plan.Options{MaxWork: 1})
	if err != nil {
		t.Fatal(err)
	}
	if cut.Optimal || !best.Optimal {
		t.Errorf("optimal: %v with one step of work, %v without a bound", cut.Optimal, best.Optimal)
	}
	if cut.Waves != best.Waves || len(cut.Fetches) < len(best.Fetches) {
		t.Errorf("the fallback needs %d rounds and %d fetches, the search %d and %d", cut.Waves, len(cut.Fetches), best.Waves, len(best.Fetches))
	}
	if strings.Contains(cut.Text(s), "not asked") {
		t.Error("the fallback leaves fields out")
	}
}

func TestAnOperationWithTooManyPlacesIsRefused(t *testing.T) {
	sdl, query := shared(3, 4, 4)
	s, op := load(t, sdl, query)
	if _, err := plan.New(s).Build(op, plan.Options{MaxPositions: 100}); !errors.Is(err, plan.ErrTooComplex) {
		t.Errorf("got %v, want ErrTooComplex", err)
	}
}

// TestFragmentBombsAreRefusedInTime gives the planner a selection that doubles at each of forty levels: the operation is small
// as a graph, and must not be unfolded to find that it is too large.
func TestFragmentBombsAreRefusedInTime(t *testing.T) {
	sdl, _ := shared(3, 2, 1)
	var b strings.Builder
	b.WriteString("{root{...F0}}")
	for i := range 40 {
		fmt.Fprintf(&b, " fragment F%d on Node{link0{...F%d} link1{...F%d}}", i, i+1, i+1)
	}
	b.WriteString(" fragment F40 on Node{leaf0}")
	s, op := load(t, sdl, b.String())
	start := time.Now()
	if _, err := plan.New(s).Build(op, plan.Options{}); !errors.Is(err, plan.ErrTooComplex) {
		t.Errorf("got %v, want ErrTooComplex", err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
}

func TestNothingIsBatchedUnlessASubgraphWantsIt(t *testing.T) {
	sdl, query := shared(4, 3, 2)
	s, op := load(t, sdl, query)
	alone, err := plan.New(s).Build(op, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range alone.Fetches {
		if n := len(alone.Fetches[i].Parts); n != 1 {
			t.Errorf("fetch %d has %d parts", i, n)
		}
	}
	some, err := plan.New(s).Build(op, plan.Options{Batch: func(sg schema.SubgraphID) bool { return sg == 1 }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range some.Fetches {
		if f := &some.Fetches[i]; len(f.Parts) > 1 && f.Subgraph != 1 {
			t.Errorf("subgraph %d got a batch", f.Subgraph)
		}
	}
}
