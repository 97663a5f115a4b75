package graphtest_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

func TestScratch(t *testing.T) {
	for _, sp := range strings.Split(os.Getenv("CASES"), ",") {
		a, b, _ := strings.Cut(sp, ":")
		seed, _ := strconv.ParseUint(a, 10, 64)
		i, _ := strconv.ParseUint(b, 10, 64)
		sources := graphtest.GenerateGraph(rand.New(rand.NewPCG(seed, 0)))
		sg, err := composed(sources)
		if err != nil {
			t.Fatal(err)
		}
		u, err := newUniverse(seed, sg, sources)
		if err != nil {
			t.Fatal(err)
		}
		op := graphtest.GenerateQuery(rand.New(rand.NewPCG(seed, 1+i)), u.gateway.schema.API)
		f := graphtest.Shrink(graphtest.Finding{Operation: op, Seed: seed}, func(f graphtest.Finding) bool {
			d, _, err := u.compare(f.Operation)
			return err == nil && d != ""
		})
		f.Subgraphs = sources
		d, an, _ := u.compare(f.Operation)
		t.Logf("%s\n%s", d, f.Archive())
		u.gateway.explain(t, an)
	}
}
