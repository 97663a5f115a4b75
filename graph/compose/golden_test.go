package compose

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	graph "github.com/sluice-gateway/sluice/graph/schema"
)

var update = flag.Bool("update", false, "rewrite the expectations of the golden files")

// outputs are the files of a golden that Compose is expected to produce; those
// that are empty are left out.
var outputs = []string{"errors.txt", "hints.txt", "supergraph.graphql", "api.graphql"}

// TestGoldens composes the subgraphs of each testdata/*.txtar and compares errors,
// hints, supergraph (less the definitions every supergraph has) and API schema.
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
	got := goldenOutputs(t, goldenSubgraphs(archive))
	if *update {
		archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return slices.Contains(outputs, f.Name) })
		for _, name := range outputs {
			if got[name] != "" {
				archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
			}
		}
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := map[string]string{}
	for _, f := range archive.Files {
		if slices.Contains(outputs, f.Name) {
			want[f.Name] = string(f.Data)
		}
	}
	for _, name := range outputs {
		if got[name] != want[name] {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got[name], want[name])
		}
	}
}

func goldenSubgraphs(archive *txtar.Archive) []Subgraph {
	var out []Subgraph
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "subgraph/"); ok {
			name = strings.TrimSuffix(name, ".graphql")
			out = append(out, Subgraph{Name: name, URL: "http://" + name, SDL: string(f.Data), File: filepath.Base(f.Name)})
		}
	}
	return out
}

func goldenOutputs(t *testing.T, subgraphs []Subgraph) map[string]string {
	t.Helper()
	r := Compose(subgraphs, Options{})
	out := map[string]string{"errors.txt": describeErrors(r.Errors), "hints.txt": describeHints(r.Hints)}
	if len(r.Errors) > 0 {
		return out
	}
	out["supergraph.graphql"] = withoutMachinery(r.Supergraph)
	api, err := APISchema(r.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(r.Supergraph, "@inaccessible") {
		out["api.graphql"] = api
	}
	return out
}

func describeErrors(errs []*Error) string {
	var b strings.Builder
	for _, e := range errs {
		fmt.Fprintf(&b, "%s %s\n  %s\n%s", e.Code, e.Coordinate, e.Message, describeLocations(e.Locations))
	}
	return b.String()
}

func describeHints(hints []Hint) string {
	var b strings.Builder
	for _, h := range hints {
		fmt.Fprintf(&b, "%s %s %s\n  %s\n%s", h.Level, h.Code, h.Coordinate, h.Message, describeLocations(h.Locations))
	}
	return b.String()
}

func describeLocations(at []Location) string {
	var b strings.Builder
	for _, l := range at {
		fmt.Fprintf(&b, "  at %s %s:%d:%d\n", l.Subgraph, l.File, l.Line, l.Column)
	}
	return b.String()
}

// withoutMachinery drops the definitions of the join and link specifications,
// which TestMachineryFollowsTheJoinVersion covers.
func withoutMachinery(sdl string) string {
	var kept []string
	for block := range strings.SplitSeq(sdl, "\n\n") {
		if !strings.Contains(firstLine(block), " join__") && !strings.Contains(firstLine(block), " link__") &&
			!strings.HasPrefix(block, "directive @join__") && !strings.HasPrefix(block, "directive @link(") {
			kept = append(kept, strings.TrimRight(block, "\n"))
		}
	}
	return strings.Join(kept, "\n\n") + "\n"
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// TestOrderOfSubgraphsDoesNotMatter composes every golden in several orders.
func TestOrderOfSubgraphsDoesNotMatter(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	random := rand.New(rand.NewPCG(1, 2))
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		subgraphs := goldenSubgraphs(archive)
		want := Compose(subgraphs, Options{})
		for range 4 {
			random.Shuffle(len(subgraphs), func(i, j int) { subgraphs[i], subgraphs[j] = subgraphs[j], subgraphs[i] })
			got := Compose(subgraphs, Options{})
			if got.Supergraph != want.Supergraph || describeErrors(got.Errors) != describeErrors(want.Errors) || describeHints(got.Hints) != describeHints(want.Hints) {
				t.Errorf("%s: another order of subgraphs gives another outcome", file)
			}
		}
	}
}

// TestMachineryFollowsTheJoinVersion checks that a supergraph links and defines
// the join specification that its federation version needs, and no newer.
func TestMachineryFollowsTheJoinVersion(t *testing.T) {
	cases := []struct{ federation, join, has, hasNot string }{
		{"v2.6", "join/v0.3", "usedOverridden: Boolean)", "overrideLabel"},
		{"v2.7", "join/v0.4", "overrideLabel: String)", "contextArguments"},
		{"v2.8", "join/v0.5", "contextArguments: [join__ContextArgument!])", "join/v0.4"},
	}
	for _, c := range cases {
		t.Run("federation "+c.federation, func(t *testing.T) {
			r := Compose([]Subgraph{{Name: "a", SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/` + c.federation + `") type Query { a: Int }`}}, Options{})
			for _, text := range []string{c.join, c.has} {
				if !strings.Contains(r.Supergraph, text) {
					t.Errorf("the supergraph does not contain %q:\n%s", text, r.Supergraph)
				}
			}
			if strings.Contains(r.Supergraph, c.hasNot) {
				t.Errorf("the supergraph contains %q", c.hasNot)
			}
		})
	}
}

// FuzzCompose checks that no SDL makes composition panic, and that what composes
// can be read again.
func FuzzCompose(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var texts [][]byte
		for _, g := range archive.Files {
			if strings.HasPrefix(g.Name, "subgraph/") {
				texts = append(texts, g.Data)
			}
		}
		f.Add(string(texts[0]), string(bytes.Join(texts[1:], []byte("\n"))))
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		r := Compose([]Subgraph{{Name: "first", SDL: first}, {Name: "second", SDL: second}}, Options{})
		if (r.Supergraph == "") != (len(r.Errors) > 0) {
			t.Fatalf("supergraph of %d bytes beside %d errors", len(r.Supergraph), len(r.Errors))
		}
		if r.Supergraph != "" {
			if _, err := APISchema(r.Supergraph); err != nil {
				t.Fatalf("%v\n%s", err, r.Supergraph)
			}
			if _, err := graph.Load(r.Supergraph); err != nil && !strings.Contains(err.Error(), "does not implement") {
				t.Fatalf("%v\n%s", err, r.Supergraph)
			}
		}
	})
}
