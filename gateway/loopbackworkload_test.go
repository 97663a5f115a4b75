//go:build unix

package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/graphtest"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// workload is a client request and what becomes of it: everything that the processes of the benchmark need.
type workload struct {
	Supergraph string
	Subgraphs  []string
	Request    []byte // body of the client's request
	Calls      []subgraphCall
	Answer     []byte
}

// subgraphCall is a request to a subgraph and its answer.
type subgraphCall struct {
	Subgraph          string
	Round             int // calls of one round go out together, when the round before is answered
	Request, Response []byte
}

// loadShop returns the workload that is part of this repository.
func loadShop(tb testing.TB) *graphtest.Suite {
	suite, err := graphtest.LoadSuiteArchive(filepath.Join("testdata", "bench", "shop.txtar"))
	if err != nil {
		tb.Fatal(err)
	}
	var subgraphs []compose.Subgraph
	for _, s := range suite.Subgraphs {
		subgraphs = append(subgraphs, compose.Subgraph{Name: s.Name, SDL: s.SDL})
	}
	result := compose.Compose(subgraphs, compose.Options{})
	for _, err := range result.Errors {
		tb.Fatal(err)
	}
	suite.Supergraph = result.Supergraph
	return suite
}

// loadStandard returns the workload that gateways are commonly measured with, from the shared test data.
func loadStandard(tb testing.TB) *graphtest.Suite {
	dir := filepath.Join(or(os.Getenv("SLUICE_DATA"), filepath.Join("..", "..", "shared", "data")), "bench")
	if _, err := os.Stat(dir); err != nil {
		tb.Skip("the shared benchmark data is not beside this clone; the workload shop has the same shape")
	}
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			tb.Fatal(err)
		}
		return text
	}
	suite := &graphtest.Suite{Name: "standard", Supergraph: string(read("supergraph.graphql"))}
	for _, name := range []string{"accounts", "inventory", "products", "reviews"} {
		suite.Subgraphs = append(suite.Subgraphs, graphtest.SubgraphSource{Name: name, SDL: string(read("subgraphs/" + name + ".graphql"))})
	}
	golden := read("golden.json")
	suite.Fixture = standardFixture(tb, golden, read("reviews.json"))
	suite.Cases = []graphtest.Case{{Query: string(read("query.graphql")), Data: dataOf(tb, golden)}}
	return suite
}

func or(v, fallback string) string {
	if v == "" {
		return fallback
	}
	return v
}

func dataOf(tb testing.TB, body []byte) json.RawMessage {
	var answer struct{ Data json.RawMessage }
	if err := json.Unmarshal(body, &answer); err != nil {
		tb.Fatal(err)
	}
	return answer.Data
}

// standardFixture reads users and products out of the right answer, and the reviews from their own file.
func standardFixture(tb testing.TB, golden, reviews []byte) []byte {
	type object = map[string]any
	var answer struct {
		Data struct{ Users, TopProducts []object }
	}
	var texts []object
	for text, into := range map[string]any{string(golden): &answer, string(reviews): &texts} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			tb.Fatal(err)
		}
	}
	var users, products, userRefs, productRefs []object
	for _, u := range answer.Data.Users {
		users = append(users, object{
			"id": u["id"], "name": u["name"], "username": u["username"],
			"reviews": []object{{"$ref": "Review", "id": "1"}, {"$ref": "Review", "id": "2"}},
		})
		userRefs = append(userRefs, object{"$ref": "User", "id": u["id"]})
	}
	reviewsOf := map[any][]object{}
	for _, r := range texts {
		r["product"], r["author"] = object{"$ref": "Product", "upc": r["upc"]}, object{"$ref": "User", "id": "1"}
		reviewsOf[r["upc"]] = append(reviewsOf[r["upc"]], object{"$ref": "Review", "id": r["id"]})
	}
	for _, p := range answer.Data.TopProducts {
		p["reviews"] = append([]object{}, reviewsOf[p["upc"]]...)
		products = append(products, p)
		productRefs = append(productRefs, object{"$ref": "Product", "upc": p["upc"]})
	}
	text, err := json.Marshal(object{
		"Query": object{"users": userRefs, "topProducts": productRefs}, "User": users, "Product": products, "Review": texts,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// record runs a suite's operation once on its fixture and writes down what goes over the wire.
func record(tb testing.TB, suite *graphtest.Suite) *workload {
	tb.Helper()
	servers, err := suite.Start()
	if err != nil {
		tb.Fatal(err)
	}
	defer servers.Close()
	s, err := schema.Load(suite.Supergraph)
	if err != nil {
		tb.Fatal(err)
	}
	rec := &recorder{schema: s, servers: servers}
	engine := graph.New(s, graph.Config{Fetcher: rec})
	prep, errs := engine.Prepare(graph.Request{Text: suite.Cases[0].Query})
	if len(errs) > 0 {
		tb.Fatal(errs)
	}
	if rec.plan, err = engine.Plan(prep, graph.Execution{}); err != nil {
		tb.Fatal(err)
	}
	result, err := engine.Execute(tb.Context(), prep, graph.Execution{})
	if err != nil {
		tb.Fatal(err)
	}
	defer result.Release()
	if want := suite.Cases[0].Data; result.Errors > 0 || want != nil && graphtest.DiffJSON(dataOf(tb, result.Body), want) != "" {
		tb.Fatalf("the answer is wrong: %.2000s", result.Body)
	}
	request, err := json.Marshal(map[string]string{"query": suite.Cases[0].Query})
	if err != nil {
		tb.Fatal(err)
	}
	w := &workload{Supergraph: suite.Supergraph, Subgraphs: servers.Subgraphs(), Request: request, Calls: rec.calls, Answer: bytes.Clone(result.Body)}
	tb.Logf("%d calls in %d rounds, answer of %d bytes", len(w.Calls), rec.plan.Waves, len(w.Answer))
	return w
}

// recorder is a fetcher that writes down what it sees.
type recorder struct {
	schema  *schema.Schema
	servers *graphtest.Servers
	plan    *plan.Plan

	mu    sync.Mutex
	calls []subgraphCall
}

func (r *recorder) Fetch(ctx context.Context, req *exec.Request) (*exec.Response, error) {
	name := r.schema.Subgraphs[req.Subgraph].Name
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, r.servers.URL(name), bytes.NewReader(bytes.Clone(req.Body)))
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(post)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, subgraphCall{name, r.plan.Fetches[req.Fetch].Wave, bytes.Clone(req.Body), body})
	return &exec.Response{Status: resp.StatusCode, Body: &exec.Buffer{B: body}}, nil
}

// save writes the workload to a file for the processes.
func (w *workload) save(tb testing.TB) string {
	text, err := json.Marshal(w)
	if err != nil {
		tb.Fatal(err)
	}
	file := filepath.Join(tb.TempDir(), "workload.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		tb.Fatal(err)
	}
	return file
}

// configuration is a gateway on the workload: everything as by default, the Authorization header forwarded, and tools that may answer at length.
func (w *workload) configuration(subgraphs string) string {
	var b strings.Builder
	b.WriteString("[network]\nlisten_address = \"127.0.0.1:0\"\n[authentication]\ndefault = \"anonymous\"\n[graph]\nsupergraph = \"supergraph.graphql\"\n")
	b.WriteString("[mcp.max_tokens]\nexecute = 100000\n")
	b.WriteString("[[headers]]\nrule = \"forward\"\nname = \"authorization\"\n")
	for _, name := range w.Subgraphs {
		fmt.Fprintf(&b, "[subgraphs.%s]\nurl = %q\n", name, subgraphs+"/"+name)
	}
	return b.String()
}
