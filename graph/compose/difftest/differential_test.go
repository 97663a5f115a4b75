package difftest

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/graphtest"
)

var (
	sets   = flag.Int("sets", 6, "how many sets of subgraphs to draw from each seed")
	first  = flag.Uint64("first", 0, "the number of the first of them")
	shared = flag.Bool("shared", false, "start from the shared cases too")
)

// seed is a set of subgraphs to start from; one without any stands for a graph
// that is generated anew each time.
type seed struct {
	name      string
	subgraphs []compose.Subgraph
}

// generatedSeeds is how many of the seeds are generated graphs.
const generatedSeeds = 30

// satisfiabilityHeader is what package satisfiability puts before the subgraphs of
// its goldens.
const satisfiabilityHeader = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject", "@context", "@fromContext"])
`

// seeds are the goldens of packages compose and satisfiability and, where asked
// for, the shared cases. What does not parse is left out: there is nothing to
// mutate.
func seeds(t testing.TB) []seed {
	t.Helper()
	out := slices.Concat(goldenSeeds(t, filepath.Join("..", "testdata"), ""), goldenSeeds(t, filepath.Join("..", "satisfiability", "testdata"), satisfiabilityHeader))
	for i := range generatedSeeds {
		out = append(out, seed{name: fmt.Sprintf("generated%d", i)})
	}
	if *shared {
		out = append(out, sharedSeeds(t)...)
	}
	return slices.DeleteFunc(out, func(s seed) bool {
		return slices.ContainsFunc(s.subgraphs, func(g compose.Subgraph) bool {
			_, err := parse(g.SDL)
			return err != nil
		})
	})
}

// goldenSeeds are the subgraphs of the goldens in a folder, each after a header,
// but for goldens that tell of a deviation from the reference.
func goldenSeeds(t testing.TB, dir, header string) []seed {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens in %s: %v", dir, err)
	}
	var out []seed
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := seed{name: strings.TrimSuffix(filepath.Base(file), ".txtar")}
		deviates := false
		for _, f := range archive.Files {
			deviates = deviates || f.Name == "reference.txt" && strings.Contains(string(f.Data), "\ndeviation: ")
			if name, ok := strings.CutSuffix(strings.TrimPrefix(f.Name, "subgraph/"), ".graphql"); ok && name != "supergraph" {
				s.subgraphs = append(s.subgraphs, compose.Subgraph{Name: name, URL: "http://" + name, SDL: header + string(f.Data)})
			}
		}
		if !deviates {
			out = append(out, s)
		}
	}
	return out
}

func sharedSeeds(t testing.TB) []seed {
	t.Helper()
	dir := os.Getenv("SLUICE_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "composition", "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID        string
		Subgraphs []compose.Subgraph
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	var out []seed
	for _, c := range cases {
		for i, s := range c.Subgraphs {
			if s.URL == "" {
				c.Subgraphs[i].URL = "http://" + s.Name
			}
		}
		out = append(out, seed{c.ID, c.Subgraphs})
	}
	return out
}

// draw is a set of subgraphs made from a seed. It depends on the name of the seed
// and the number only, so that new goldens leave the sets of the others alone.
func (s seed) draw(number uint64) []compose.Subgraph {
	h := fnv.New64a()
	h.Write([]byte(s.name))
	rng := rand.New(rand.NewPCG(h.Sum64(), number))
	from := s.subgraphs
	if from == nil {
		for _, g := range graphtest.GenerateGraph(rng) {
			from = append(from, compose.Subgraph{Name: g.Name, URL: "http://" + g.Name, SDL: g.SDL})
		}
	}
	return mutate(rng, from, rng.IntN(5))
}

// TestSameAsReference composes sets of subgraphs, valid and broken, with this
// composer and with the reference, and reduces what differs. What is meant to
// differ is passed over where errors are compared, or listed with its reason in
// testdata/known.txt; what is listed must differ.
//
// A long run: go test ./graph/compose/difftest -sets 100 -first 1000 -shared -timeout 2h.
func TestSameAsReference(t *testing.T) {
	if testing.Short() {
		t.Skip("the reference takes half a minute: not in short mode")
	}
	run := &comparison{T: t, r: startReference(t), known: readKnown(t), found: map[string]int{}}
	for _, s := range seeds(t) {
		for n := *first; n < *first+uint64(*sets); n++ {
			run.compare(fmt.Sprintf("%s#%d", s.name, n), s.draw(n))
		}
	}
	t.Logf("%d sets: %d agree, %d of them valid, %d are known to differ, the reference crashed on %d", run.total, run.same, run.valid, run.differ, run.crashed)
	report(t, run.found)
}

// comparison is a run of TestSameAsReference.
type comparison struct {
	*testing.T
	r                                   *reference
	known                               map[string]string
	found                               map[string]int // by kind of difference
	total, same, valid, differ, crashed int
}

func (c *comparison) compare(name string, subgraphs []compose.Subgraph) {
	c.total++
	d, v, err := judge(c.r, subgraphs)
	_, known := c.known[name]
	switch {
	case errors.Is(err, errTimeout) || v.Crash != "":
		c.crashed++
		return
	case err != nil:
		c.Fatal(err)
	case known && d.agrees():
		c.Errorf("%s: agrees with the reference but is listed in known.txt", name)
	case known:
		c.differ++
	case !d.agrees():
		c.reduce(name, d, subgraphs)
	default:
		c.same++
		if len(v.Errors) == 0 {
			c.valid++
		}
	}
}

// reduce reports a difference in the smallest form; of each kind, the first ones.
func (c *comparison) reduce(name string, d difference, subgraphs []compose.Subgraph) {
	c.found[d.kind]++
	if c.found[d.kind] > 2 {
		return
	}
	small := reduce(subgraphs, func(less []compose.Subgraph) bool {
		e, _, err := judge(c.r, less)
		return err == nil && e.kind == d.kind
	})
	d, _, err := judge(c.r, small)
	if err != nil {
		c.Fatal(err)
	}
	c.Errorf("%s: %s\n%s%s", name, d.kind, d.detail, show(small))
}

// readKnown reads "<seed>#<number> <reason>" lines.
func readKnown(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "known.txt"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, reason, ok := strings.Cut(line, " ")
		if !ok {
			t.Fatalf("known difference %s has no reason", name)
		}
		out[name] = reason
	}
	return out
}

func report(t *testing.T, found map[string]int) {
	t.Helper()
	kinds := make([]string, 0, len(found))
	for k := range found {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b string) int { return found[b] - found[a] })
	for _, k := range kinds {
		t.Logf("%5d  %s", found[k], k)
	}
}

func judge(r *reference, subgraphs []compose.Subgraph) (difference, verdict, error) {
	want, err := r.compose(subgraphs)
	if err != nil {
		return difference{}, verdict{}, err
	}
	d := compare(compose.Compose(subgraphs, compose.Options{}), want)
	if !d.agrees() && crossedRoots(subgraphs) {
		d = difference{}
	}
	return d, want, nil
}

func show(subgraphs []compose.Subgraph) string {
	var b strings.Builder
	for _, s := range subgraphs {
		fmt.Fprintf(&b, "-- subgraph/%s.graphql --\n%s", s.Name, s.SDL)
	}
	return b.String()
}
