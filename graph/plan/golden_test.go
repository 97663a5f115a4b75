package plan_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestGoldens plans the operation of each file on its subgraphs. Files: subgraph/NAME.graphql, operation.graphql, options.json (optional:
// labels that hold, fields that are denied), plan.txt.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/plans/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runGolden(t, file) })
	}
}

type goldenOptions struct {
	Labels []string `json:"labels"`
	Denied []string `json:"denied"`
	True   []string `json:"true"`  // Boolean variables that are true
	Alone  bool     `json:"alone"` // no batching
}

func runGolden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var subgraphs []compose.Subgraph
	var query string
	var opts goldenOptions
	golden := -1
	for i, f := range archive.Files {
		switch name, isSubgraph := strings.CutPrefix(f.Name, "subgraph/"); {
		case isSubgraph:
			name = strings.TrimSuffix(name, ".graphql")
			subgraphs = append(subgraphs, compose.Subgraph{Name: name, URL: "http://" + name, SDL: string(f.Data)})
		case f.Name == "operation.graphql":
			query = string(f.Data)
		case f.Name == "options.json":
			if err := json.Unmarshal(f.Data, &opts); err != nil {
				t.Fatal(err)
			}
		case f.Name == "plan.txt":
			golden = i
		}
	}
	got := planText(t, subgraphs, query, opts)
	if *update {
		if golden < 0 {
			archive.Files = append(archive.Files, txtar.File{Name: "plan.txt"})
			golden = len(archive.Files) - 1
		}
		archive.Files[golden].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if golden < 0 || string(archive.Files[golden].Data) != got {
		t.Errorf("got:\n%s", got)
	}
}

func planText(t *testing.T, subgraphs []compose.Subgraph, query string, o goldenOptions) string {
	t.Helper()
	res := compose.Compose(subgraphs, compose.Options{})
	for _, e := range res.Errors {
		t.Errorf("compose: %v", e)
	}
	if len(res.Errors) > 0 {
		t.FailNow()
	}
	s, err := schema.Load(res.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := operation.Parse(s, query, operation.ParseLimits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	op, err := doc.Normalize("", func(name string) bool { return contains(o.True, name) })
	if err != nil {
		t.Fatal(err)
	}
	opts := plan.Options{
		Batch: func(schema.SubgraphID) bool { return !o.Alone },
		Label: func(l string) bool { return contains(o.Labels, l) },
		Denied: func(f schema.FieldID) *plan.FieldError {
			if contains(o.Denied, s.Coordinate(f)) {
				return &plan.FieldError{Code: "FORBIDDEN", Message: "denied"}
			}
			return nil
		},
	}
	p, err := plan.New(s).Build(op, opts)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	return p.Text(s)
}

func contains(list []string, s string) bool {
	return slices.Contains(list, s)
}
