package search

import (
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// ownDomains are the schemas and tasks in testdata.
var ownDomains = []string{"shop", "music", "hospital"}

func domain(tb testing.TB, name string) (*Index, []Case) {
	tb.Helper()
	x := Build(loadSchema(tb, filepath.Join("testdata", name+".graphql")), BuildOptions{})
	return x, loadCases(tb, filepath.Join("testdata", name+".jsonl"))
}

// large is the public schema of 1.2 MB in the shared data.
func large(tb testing.TB) (*ast.Schema, []Case) {
	tb.Helper()
	dir := dataDir(tb)
	return loadSchema(tb, filepath.Join(dir, "github.graphql")), loadCases(tb, filepath.Join(dir, "github.jsonl"))
}

func TestSearchOfSeveralDomainsShowsWhatTasksNeed(t *testing.T) {
	for _, name := range ownDomains {
		t.Run(name, func(t *testing.T) {
			x, cases := domain(t, name)
			report, err := Evaluate(x, cases, EvalOptions{MaxTokens: 700})
			if err != nil {
				t.Fatal(err)
			}
			logReport(t, report)
			if report.SatisfiedShare() < 0.92 || report.GroupShare() < 0.97 {
				t.Errorf("tasks %.3f, groups %.3f: want at least 0.92 and 0.97", report.SatisfiedShare(), report.GroupShare())
			}
			if report.MeanTokens > 450 {
				t.Errorf("mean tokens %.0f: want at most 450", report.MeanTokens)
			}
		})
	}
}

func TestSearchOfALargePublicSchemaMeetsItsTargets(t *testing.T) {
	s, cases := large(t)
	report, err := Evaluate(Build(s, BuildOptions{}), cases, EvalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	logReport(t, report)
	if got := report.SatisfiedShare(); got < 0.80 {
		t.Errorf("satisfied tasks: %.3f, want at least 0.80", got)
	}
	if got := report.GroupShare(); got < 0.93 {
		t.Errorf("groups met: %.3f, want at least 0.93", got)
	}
	if report.MeanTokens > 1200 {
		t.Errorf("mean tokens: %.0f, want at most 1200", report.MeanTokens)
	}
}

func logReport(t *testing.T, r Report) {
	t.Helper()
	t.Logf("tasks %.1f %%, groups %.1f %%, mean tokens %.0f, longest %d", 100*r.SatisfiedShare(), 100*r.GroupShare(), r.MeanTokens, r.MaxTokens)
	for _, m := range r.Misses {
		t.Logf("%s %q lacks %v", m.ID, m.Keywords, m.Missing)
	}
}

func TestTheIndexOfALargeSchemaIsSmallAndFast(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector slows everything down")
	}
	s, cases := large(t)
	const maxSearch = 2 * time.Millisecond
	before := heapInUse()
	x := Build(s, BuildOptions{})
	x.Search(Query{Keywords: cases[0].Keywords})
	if size := heapInUse() - before; size > 60<<20 {
		t.Errorf("the index takes %d bytes, want at most 60 MiB", size)
	} else {
		t.Logf("the index takes %.1f MiB", float64(size)/(1<<20))
	}
	build := time.Hour
	for range 3 {
		start := time.Now()
		Build(s, BuildOptions{})
		build = min(build, time.Since(start))
	}
	p99 := slowest(x, cases)
	for range 4 { // a machine that is busy all through a round makes all of it slow
		if p99 > maxSearch {
			p99 = min(p99, slowest(x, cases))
		}
	}
	t.Logf("built in %v, p99 of a search %v", build, p99)
	if build > 300*time.Millisecond {
		t.Errorf("built in %v, want at most 300 ms", build)
	}
	if p99 > maxSearch {
		t.Errorf("p99 of a search is %v, want at most 2 ms", p99)
	}
	runtime.KeepAlive(x)
}

// slowest returns the 99th percentile over the cases, each at the best of ten searches: a busy machine slows some searches
// down, but never all ten of one case.
func slowest(x *Index, cases []Case) time.Duration {
	var took []time.Duration
	for _, c := range cases {
		best := time.Hour
		for range 10 {
			start := time.Now()
			x.Search(Query{Keywords: c.Keywords})
			best = min(best, time.Since(start))
		}
		took = append(took, best)
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkBuild(b *testing.B) {
	s, _ := large(b)
	b.ReportAllocs()
	for b.Loop() {
		Build(s, BuildOptions{})
	}
}

func BenchmarkSearch(b *testing.B) {
	s, cases := large(b)
	x := Build(s, BuildOptions{})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		x.Search(Query{Keywords: cases[i%len(cases)].Keywords})
		i++
	}
	b.ReportMetric(float64(slowest(x, cases).Microseconds()), "p99-µs")
}

func BenchmarkSearchOfAHiddenSchema(b *testing.B) {
	s, cases := large(b)
	x := Build(s, BuildOptions{})
	hidden := func(typeName, field string) bool { return typeName == "Enterprise" || field == "email" }
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		x.Search(Query{Keywords: cases[i%len(cases)].Keywords, Hidden: hidden})
		i++
	}
}

func BenchmarkIntrospect(b *testing.B) {
	s, _ := large(b)
	x := Build(s, BuildOptions{})
	b.ReportAllocs()
	for b.Loop() {
		x.Introspect(IntrospectQuery{Types: []string{"PullRequest", "Query"}, Depth: 1, MaxTokens: 4000})
	}
}
