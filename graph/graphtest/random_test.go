package graphtest_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

var (
	graphs      = flag.Int("graphs", 120, "how many random graphs to draw")
	first       = flag.Uint64("first", 0, "seed of the first random graph")
	showRefused = flag.Bool("refused", false, "print why graphs did not compose")
	keep        = flag.Bool("keep", false, "write what fails, made small, to testdata/findings")
)

// refusalCode finds the codes of composition errors in their text.
var refusalCode = regexp.MustCompile(`(?m)^([A-Z_]+): `)

// queriesPerGraph is how many operations each random graph is asked.
const queriesPerGraph = 8

// TestRandomGraphs holds the gateway against the monolith on random graphs. A failure is made small and printed as an archive
// for testdata/findings.
func TestRandomGraphs(t *testing.T) {
	refused := map[string]int{}
	composedGraphs := 0
	for seed := *first; seed < *first+uint64(*graphs); seed++ {
		sources := graphtest.GenerateGraph(rand.New(rand.NewPCG(seed, 0)))
		supergraph, err := composed(sources)
		if err != nil {
			if strings.HasPrefix(err.Error(), "panic") {
				t.Errorf("seed %d: the composer panics: %v", seed, err)
			}
			for _, code := range refusalCode.FindAllStringSubmatch(err.Error(), -1) {
				refused[code[1]]++
			}
			if *showRefused {
				t.Logf("seed %d: %v", seed, err)
			}
			continue
		}
		composedGraphs++
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { askRandomly(t, seed, supergraph, sources) })
	}
	t.Logf("%d of %d graphs composed; refused: %v", composedGraphs, *graphs, refused)
	if composedGraphs < *graphs/2 {
		t.Errorf("only %d of %d graphs composed", composedGraphs, *graphs)
	}
}

// TestFindings asks again what once was answered wrongly: the minimised cases that random graphs gave.
func TestFindings(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "findings", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no findings: %v", err)
	}
	for _, file := range files {
		suite, err := graphtest.LoadSuiteArchive(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(suite.Name, func(t *testing.T) {
			f, err := suite.Finding()
			if err != nil {
				t.Fatal(err)
			}
			d, explain, done := try(f)
			defer done()
			if explain == nil {
				t.Fatal("no longer valid: it does not compose, or the operation does not fit")
			}
			if d != "" {
				t.Error(d)
				explain(t)
			}
		})
	}
}

func askRandomly(t *testing.T, seed uint64, supergraph string, sources []graphtest.SubgraphSource) {
	u, err := newUniverse(seed, supergraph, sources)
	if err != nil {
		t.Fatal(err)
	}
	defer u.close()
	u.gateway.label = func(label string) bool { return (uint64(len(label))+seed)%2 == 0 }
	u.gateway.noBatch = seed%3 == 0
	again, err := newGateway(supergraph, u.gateway.servers)
	if err != nil {
		t.Fatal(err)
	}
	again.label, again.noBatch = u.gateway.label, u.gateway.noBatch
	for i := range uint64(queriesPerGraph) {
		op := graphtest.GenerateQuery(rand.New(rand.NewPCG(seed, 1+i)), u.gateway.schema.API)
		d, a, err := u.compare(op)
		if err != nil {
			t.Fatal(err)
		}
		if second := again.run(t.Context(), op.Text, op.VariablesJSON()); planText(u.gateway, a) != planText(again, second) {
			t.Errorf("operation %d has two plans:\n%s\n%s\nquery: %s", i, planText(u.gateway, a), planText(again, second), op.Text)
		}
		if d != "" {
			t.Errorf("operation %d: %s", i, d)
			report(t, graphtest.Finding{Subgraphs: sources, Operation: op, Seed: seed})
			return
		}
	}
}

func planText(g *gateway, a answer) string {
	if a.plan == nil {
		return "refused"
	}
	return a.plan.Text(g.schema)
}

// report makes a finding small and prints it.
func report(t *testing.T, f graphtest.Finding) {
	t.Helper()
	d, _, done := try(f)
	done()
	wanted := kindOf(d)
	small := graphtest.Shrink(f, func(f graphtest.Finding) bool {
		d, _, done := try(f)
		defer done()
		return kindOf(d) == wanted
	})
	d, explain, done := try(small)
	defer done()
	t.Logf("made small: %s\n%s", d, small.Archive())
	if *keep {
		name := filepath.Join("testdata", "findings", fmt.Sprintf("graph_%d.txtar", f.Seed))
		if err := os.WriteFile(name, small.Archive(), 0o600); err != nil {
			t.Error(err)
		}
	}
	explain(t)
}

var errorCode = regexp.MustCompile(`"code":"(\w+)"`)

// kindOf tells differences apart, so that shrinking does not run after another fault than the one it came with.
func kindOf(difference string) string {
	if code := errorCode.FindStringSubmatch(difference); code != nil {
		return code[1]
	}
	kind, _, _ := strings.Cut(difference, " ")
	kind, _, _ = strings.Cut(kind, ".")
	return kind
}

// try says what differs on a finding: "" also where it is not valid.
func try(f graphtest.Finding) (difference string, explain func(*testing.T), done func()) {
	nothing := func() {}
	supergraph, err := composed(f.Subgraphs)
	if err != nil {
		return "", nil, nothing
	}
	u, err := newUniverse(f.Seed, supergraph, f.Subgraphs)
	if err != nil {
		return "", nil, nothing
	}
	u.gateway.label = func(label string) bool { return (uint64(len(label))+f.Seed)%2 == 0 }
	u.gateway.noBatch = f.Seed%3 == 0
	d, a, err := u.compare(f.Operation)
	if err != nil {
		return "", nil, u.close
	}
	return d, func(t *testing.T) { t.Helper(); u.gateway.explain(t, a) }, u.close
}
