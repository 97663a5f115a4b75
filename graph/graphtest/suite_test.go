package graphtest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

// TestFederationAudit runs the shared share of the public federation audit: its SDL and queries, over data of our own. A folder of the
// same form anywhere else can be named by SLUICE_DATA, with the fixtures beside ours.
func TestFederationAudit(t *testing.T) {
	dir := dataDir()
	if dir == "" {
		t.Skip("the shared federation suites are not beside this clone; TestOwnSuites covers the same rules")
	}
	folders, err := filepath.Glob(filepath.Join(dir, "federation", "*", "tests.json"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no suites in %s: %v", dir, err)
	}
	for _, folder := range folders {
		suite, err := graphtest.LoadSuiteDir(filepath.Dir(folder))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(suite.Name, func(t *testing.T) {
			suite.Fixture, err = os.ReadFile(filepath.Join("testdata", "audit", suite.Name+".json"))
			if err != nil {
				t.Skipf("no fixture is written for this suite yet: %v", err)
			}
			runSuite(t, suite)
		})
	}
}

// TestOwnSuites runs the suites of this package, composed from their subgraphs: one file for each rule of planning and execution.
func TestOwnSuites(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "suites", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites: %v", err)
	}
	for _, file := range files {
		suite, err := graphtest.LoadSuiteArchive(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(suite.Name, func(t *testing.T) {
			if suite.Supergraph == "" {
				suite.Supergraph, err = composed(suite.Subgraphs)
				if err != nil {
					t.Fatalf("does not compose: %v", err)
				}
			}
			runSuite(t, suite)
		})
	}
}

var runs atomic.Int64

func runSuite(t *testing.T, suite *graphtest.Suite) {
	t.Helper()
	servers, err := suite.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer servers.Close()
	g, err := newGateway(suite.Supergraph, servers)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range suite.Cases {
		t.Run(c.Name, func(t *testing.T) {
			id := fmt.Sprintf("run-%d", runs.Add(1))
			c.Query = strings.ReplaceAll(c.Query, "@@RUN_ID@@", id)
			c.Data = json.RawMessage(strings.ReplaceAll(string(c.Data), "@@RUN_ID@@", id))
			if len(c.Data) == 0 {
				c.Data = nil
			}
			a := g.run(t.Context(), c.Query, c.Variables)
			wrong := c.Check(a.body, len(a.requests))
			for _, w := range wrong {
				t.Error(w)
			}
			if len(wrong) > 0 {
				t.Logf("query: %s", c.Query)
				g.explain(t, a)
			}
		})
	}
}
