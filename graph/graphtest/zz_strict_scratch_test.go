package graphtest_test
import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)
func TestStrictXX(t *testing.T) {
	for seed := *first; seed < *first+faultyGraphs(); seed++ {
		sources := graphtest.GenerateGraph(rand.New(rand.NewPCG(seed, 0)))
		supergraph, err := composed(sources)
		if err != nil {
			continue
		}
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			u, err := newUniverse(seed, supergraph, sources)
			if err != nil {
				t.Fatal(err)
			}
			defer u.close()
			u.FaultPercent = 15
			for i := range uint64(queriesPerGraph) {
				op := graphtest.GenerateQuery(rand.New(rand.NewPCG(seed, 1+i)), u.gateway.schema.API)
				strictAlike(t, u, op)
				if t.Failed() {
					return
				}
			}
		})
	}
}

func strictAlike(t *testing.T, u *universe, op graphtest.Operation) {
	t.Helper()
	truth, err := u.monolith(op)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(truth.Data)
	if err != nil {
		t.Fatal(err)
	}
	u.log.Reset()
	a := u.gateway.run(context.Background(), op.Text, op.VariablesJSON())
	data, errors := parseAnswer(t, a.body)
	d := graphtest.DiffJSON(data, want)
	// A gateway that does not yet know an object's type may ask for more than that type is asked for, and report what went wrong
	// there: more errors than the monolith's are no fault, fewer are.
	got := objects(errors)
	for _, wanted := range objects(truth.Errors) {
		if d == "" && !slices.Contains(got, wanted) {
			d = fmt.Sprintf("no error %q among %q", wanted, got)
		}
	}
	for _, g := range got {
		if d == "" && !slices.Contains(objects(truth.Errors), g) {
			d = fmt.Sprintf("error %q too many: want %q", g, objects(truth.Errors))
		}
	}
	if d != "" {
		t.Errorf("%s\nquery: %s\nvariables: %s", d, op.Text, op.VariablesJSON())
		u.gateway.explain(t, a)
	}
}

