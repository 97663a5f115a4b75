package satisfiability_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/compose"
)

var update = flag.Bool("update", false, "rewrite the expectations of the golden files")

// header is put before subgraphs that link nothing themselves.
const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject", "@context", "@fromContext"])
`

// TestGoldens composes the subgraphs of each testdata/*.txtar. What is found must be problems.txt, and its codes those of reference.txt, which
// the reference composer (@apollo/composition 2.14.4) gave; where a second line tells of a deviation they must differ.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { checkGolden(t, file) })
	}
}

func checkGolden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var subgraphs []compose.Subgraph
	var reference, want string
	for _, f := range archive.Files {
		switch name, isSubgraph := strings.CutSuffix(f.Name, ".graphql"); {
		case isSubgraph:
			subgraphs = append(subgraphs, compose.Subgraph{Name: name, URL: "http://" + name, SDL: header + string(f.Data)})
		case f.Name == "reference.txt":
			reference = strings.TrimSpace(string(f.Data))
		default:
			want = string(f.Data)
		}
	}
	result := compose.Compose(subgraphs, compose.Options{})
	got, codes := describe(result)
	verdict, deviation, _ := strings.Cut(reference, "\n")
	if (codes == verdict) != (deviation == "") {
		t.Errorf("the reference says %q, we say %q\n%s", reference, codes, got)
	}
	if !*update {
		if got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		return
	}
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "problems.txt" })
	if got != "" {
		archive.Files = append(archive.Files, txtar.File{Name: "problems.txt", Data: []byte(got)})
	}
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// describe prints what was found, and the codes in the form of reference.txt: those of errors, or "accepts" and those of hints.
func describe(r *compose.Result) (text, codes string) {
	var b strings.Builder
	var all []string
	for _, e := range r.Errors {
		fmt.Fprintf(&b, "%s %s\n%s\n", e.Code, e.Coordinate, e.Message)
		all = append(all, string(e.Code))
	}
	if len(all) == 0 {
		all = append(all, "accepts")
	}
	for _, h := range r.Hints {
		if h.Code == compose.HintRuntimeTypes {
			fmt.Fprintf(&b, "%s %s\n%s\n", h.Code, h.Coordinate, h.Message)
			all = append(all, string(h.Code))
		}
	}
	return b.String(), strings.Join(slices.Compact(all), " ")
}
