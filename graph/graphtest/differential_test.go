package graphtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

// universe is a graph over a made-up universe, behind a gateway and as a monolith.
type universe struct {
	*graphtest.Universe
	gateway *gateway
	log     graphtest.MutationLog // of the subgraphs

	hasInterfaceObject bool
}

// newUniverse needs a call of close.
func newUniverse(seed uint64, supergraph string, sources []graphtest.SubgraphSource) (*universe, error) {
	var schemas []*graphtest.SubgraphSchema
	for _, source := range sources {
		s, err := graphtest.LoadSubgraphSchema(source.Name, source.SDL)
		if err != nil {
			return nil, err
		}
		schemas = append(schemas, s)
	}
	u := &universe{Universe: graphtest.NewUniverse(seed, schemas)}
	u.hasInterfaceObject = slices.ContainsFunc(sources, func(s graphtest.SubgraphSource) bool { return strings.Contains(s.SDL, ") @interfaceObject") })
	servers := graphtest.Serve(u.Subgraphs(&u.log)...)
	var err error
	if u.gateway, err = newGateway(supergraph, servers); err != nil {
		servers.Close()
		return nil, err
	}
	return u, nil
}

func (u *universe) close() { u.gateway.servers.Close() }

// monolith answers the operation as one service that implements the API schema.
func (u *universe) monolith(op graphtest.Operation) (graphtest.Result, error) {
	api := u.gateway.schema.API
	doc, errs := gqlparser.LoadQueryWithRules(api, op.Text, rules.NewDefaultRules())
	if len(errs) > 0 {
		return graphtest.Result{}, errs
	}
	e := graphtest.Executor{Schema: api, Resolver: u.Monolith(&graphtest.MutationLog{})}
	return e.Execute(doc.Operations[0], op.Variables), nil
}

// compare runs the operation both ways and returns what differs, or "". An operation that is not valid gives an error.
func (u *universe) compare(op graphtest.Operation) (string, answer, error) {
	truth, err := u.monolith(op)
	if err != nil {
		return "", answer{}, err
	}
	want, err := json.Marshal(truth.Data)
	if err != nil {
		return "", answer{}, err
	}
	u.log.Reset()
	a := u.gateway.run(context.Background(), op.Text, op.VariablesJSON())
	return difference(a.body, want, truth.Errors), a, nil
}

func difference(body, want []byte, errors []graphtest.Error) string {
	var got struct{ Data, Errors json.RawMessage }
	if err := json.Unmarshal(body, &got); err != nil {
		return fmt.Sprintf("answer is no JSON: %v", err)
	}
	if len(errors) > 0 {
		return fmt.Sprintf("the monolith itself has errors: %v", errors)
	}
	if got.Errors != nil {
		return "errors: " + string(got.Errors)
	}
	if d := graphtest.DiffJSON(got.Data, want); d != "" {
		return d
	}
	if g, w := inOrder(got.Data), inOrder(want); g != w {
		return fmt.Sprintf("members stand in another order:\n got %s\nwant %s", g, w)
	}
	return ""
}

// inOrder prints JSON with the order of members kept and everything else made equal.
func inOrder(text json.RawMessage) string {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var b strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return b.String()
		}
		fmt.Fprintf(&b, "%v ", token)
	}
}

// unsatisfiable graphs compose, or were composed by accident, but have fields which no plan can reach.
var unsatisfiable = []string{"corrupted-supergraph-node-id", "mutations", "child-type-mismatch"}

// TestAuditGraphsInMadeUpUniverses asks random queries of the shared suites' graphs.
func TestAuditGraphsInMadeUpUniverses(t *testing.T) {
	dir := dataDir()
	if dir == "" {
		t.Skip("the shared federation suites are not beside this clone; TestRandomGraphs does the same on generated graphs")
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
		if slices.Contains(unsatisfiable, suite.Name) {
			continue
		}
		t.Run(suite.Name, func(t *testing.T) {
			for seed := range uint64(40) {
				if !askOnce(t, seed, suite) {
					return
				}
			}
		})
	}
}

func askOnce(t *testing.T, seed uint64, suite *graphtest.Suite) bool {
	t.Helper()
	u, err := newUniverse(seed, suite.Supergraph, suite.Subgraphs)
	if err != nil {
		t.Fatal(err)
	}
	defer u.close()
	op := graphtest.GenerateQuery(rand.New(rand.NewPCG(seed, 1)), u.gateway.schema.API)
	d, a, err := u.compare(op)
	if err != nil {
		t.Fatal(err)
	}
	if d != "" {
		t.Errorf("seed %d: %s\nquery: %s\nvariables: %s", seed, d, op.Text, op.VariablesJSON())
		u.gateway.explain(t, a)
	}
	return d == ""
}
