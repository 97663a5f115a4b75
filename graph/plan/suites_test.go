package plan_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// dataDir is the folder of shared federation cases, or "" where the clone stands alone.
func dataDir() string {
	dir := os.Getenv("SLUICE_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}

// eachSuite runs a test on every shared suite.
func eachSuite(t *testing.T, test func(t *testing.T, suite string)) {
	dir := dataDir()
	if dir == "" {
		t.Skip("the shared federation suites are not beside this clone; the goldens of this package cover the same rules")
	}
	files, err := filepath.Glob(filepath.Join(dir, "federation", "*", "tests.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites in %s: %v", dir, err)
	}
	for _, file := range files {
		suite := filepath.Dir(file)
		t.Run(filepath.Base(suite), func(t *testing.T) { test(t, suite) })
	}
}

// TestSuitesNeedNoMoreRequests plans every query of the shared suites and holds the number of requests against the fewest that
// established gateways needed.
func TestSuitesNeedNoMoreRequests(t *testing.T) { eachSuite(t, planSuite) }

func planSuite(t *testing.T, suite string) {
	sdl, err := os.ReadFile(filepath.Join(suite, "supergraph.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.Load(string(sdl))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(suite, "tests.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tests []struct {
		Name     string
		Query    string
		Requests int
	}
	if err := json.Unmarshal(data, &tests); err != nil {
		t.Fatal(err)
	}
	planner := plan.New(s)
	for i, tc := range tests {
		t.Run(tc.Name, func(t *testing.T) {
			doc, errs := operation.Parse(s, tc.Query, operation.ParseLimits{})
			if len(errs) > 0 {
				t.Skipf("invalid by design: %v", errs)
			}
			op, err := doc.Normalize("", func(name string) bool { return strings.Contains(tc.Query, "$"+name+": Boolean = true") })
			if err != nil {
				t.Fatal(err)
			}
			p, err := planner.Build(op, plan.Options{Batch: func(schema.SubgraphID) bool { return true }})
			if err != nil {
				t.Logf("refused: %v", err)
				return
			}
			t.Logf("%s\n%s", tc.Query, p.Text(s))
			if len(p.Fetches) > tc.Requests {
				t.Errorf("%d requests, established gateways need %d", len(p.Fetches), tc.Requests)
			}
			parts := 0
			for i := range p.Fetches {
				parts += len(p.Fetches[i].Parts)
			}
			var fetches, rounds int
			if figures := strings.Fields(referenceFigures[filepath.Base(suite)]); i < len(figures) && figures[i] != "E" {
				if _, err := fmt.Sscanf(figures[i], "%d/%d", &fetches, &rounds); err != nil {
					t.Fatal(err)
				}
				if parts > fetches || p.Waves > rounds {
					t.Errorf("%d fetches in %d rounds, the reference planner needs %d in %d", parts, p.Waves, fetches, rounds)
				}
			}
		})
	}
}
