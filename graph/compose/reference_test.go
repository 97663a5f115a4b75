package compose

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sharedData is the folder with the reference verdicts; the test is skipped where
// it is not there.
func sharedData(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SLUICE_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared test data is not on this machine (set SLUICE_DATA to its folder)")
	}
	return dir
}

// referenceCase is a set of subgraphs and what the reference composer made of it.
type referenceCase struct {
	ID        string
	Subgraphs []struct{ Name, URL, SDL string }
	Expected  struct {
		OK            bool
		Codes         []string
		SupergraphSDL string
		APISchema     string
		Hints         []string
	}
}

func (c referenceCase) subgraphs() []Subgraph {
	var out []Subgraph
	for _, s := range c.Subgraphs {
		if s.URL == "" {
			s.URL = "http://" + s.Name
		}
		out = append(out, Subgraph{Name: s.Name, URL: s.URL, SDL: s.SDL})
	}
	return out
}

// TestReferenceVerdicts composes every known case and compares the outcome with
// the reference composer's: the verdict, the set of codes, the supergraph and API
// schema in canonical order. What differs must be listed in
// testdata/deviations.txt with its reason, and what is listed must differ.
func TestReferenceVerdicts(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(sharedData(t), "composition", "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []referenceCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	deviations := readDeviations(t)
	agreed := 0
	for _, c := range cases {
		problem := judge(t, c)
		_, excused := deviations[c.ID]
		switch {
		case problem == "":
			agreed++
			if excused {
				t.Errorf("%s: agrees with the reference but is listed as a deviation", c.ID)
			}
		case !excused:
			t.Errorf("%s: %s", c.ID, problem)
		}
	}
	t.Logf("%d of %d cases agree with the reference", agreed, len(cases))
}

func judge(t *testing.T, c referenceCase) string {
	t.Helper()
	got := Compose(c.subgraphs(), Options{})
	if codes := codesOf(got.Errors); !slices.Equal(codes, sortedSet(c.Expected.Codes)) {
		return "codes: got " + strings.Join(codes, " ") + ", want " + strings.Join(sortedSet(c.Expected.Codes), " ") + firstErrors(got.Errors)
	}
	if !c.Expected.OK {
		return ""
	}
	if g, w := canonical(t, got.Supergraph), canonical(t, c.Expected.SupergraphSDL); g != w {
		return "supergraph differs:\n" + diffLines(g, w)
	}
	api, err := APISchema(got.Supergraph)
	if err != nil {
		return "API schema: " + err.Error()
	}
	if g, w := canonical(t, api), canonical(t, c.Expected.APISchema); g != w {
		return "API schema differs:\n" + diffLines(g, w)
	}
	var hints []string
	for _, h := range got.Hints {
		hints = append(hints, string(h.Code))
	}
	if g, w := sortedSet(hints), sortedSet(c.Expected.Hints); !slices.Equal(g, w) {
		return "hints: got " + strings.Join(g, " ") + ", want " + strings.Join(w, " ")
	}
	return ""
}

func firstErrors(errs []*Error) string {
	var b strings.Builder
	for _, e := range errs[:min(3, len(errs))] {
		b.WriteString("\n\t" + e.Error())
	}
	return b.String()
}

func codesOf(errs []*Error) []string {
	var codes []string
	for _, e := range errs {
		codes = append(codes, string(e.Code))
	}
	return sortedSet(codes)
}

func sortedSet(list []string) []string {
	out := slices.Sorted(slices.Values(list))
	return slices.Compact(out)
}

// readDeviations reads "<case id> <reason>" lines.
func readDeviations(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "deviations.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		id, reason, ok := strings.Cut(line, " ")
		if !ok {
			t.Fatalf("deviation %s has no reason", id)
		}
		out[id] = reason
	}
	return out
}

// TestFederatedSuites composes whole graphs with known supergraphs.
func TestFederatedSuites(t *testing.T) {
	root := filepath.Join(sharedData(t), "federation")
	suites, err := filepath.Glob(filepath.Join(root, "*", "supergraph.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	deviations := readDeviations(t)
	for _, path := range suites {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := Compose(suiteSubgraphs(t, dir, string(want)), Options{})
			if reason, ok := deviations[filepath.Base(dir)]; ok {
				t.Skip("known deviation: " + reason)
			}
			if len(got.Errors) > 0 {
				t.Fatalf("does not compose:%s", firstErrors(got.Errors))
			}
			if g, w := canonical(t, got.Supergraph), canonical(t, string(want)); g != w {
				t.Errorf("supergraph differs:\n%s", diffLines(g, w))
			}
		})
	}
}

// suiteSubgraphs reads a suite's subgraphs; their URLs stand in the supergraph.
func suiteSubgraphs(t *testing.T, dir, supergraph string) []Subgraph {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "subgraphs", "*.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	var out []Subgraph
	for _, file := range files {
		sdl, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".graphql")
		_, url, _ := strings.Cut(supergraph, `@join__graph(name: "`+name+`", url: "`)
		url, _, _ = strings.Cut(url, `"`)
		out = append(out, Subgraph{Name: name, URL: url, SDL: string(sdl), File: filepath.Base(file)})
	}
	return out
}
