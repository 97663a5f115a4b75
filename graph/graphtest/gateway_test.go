package graphtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/graphtest"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// gateway is the engine put together in the plainest way: what package graph does, without caches, limits and headers.
type gateway struct {
	schema  *schema.Schema
	planner *plan.Planner
	servers *graphtest.Servers
	// label decides progressive overrides; nil decides false.
	label   func(string) bool
	noBatch bool
}

func newGateway(supergraph string, servers *graphtest.Servers) (*gateway, error) {
	s, err := schema.Load(supergraph)
	if err != nil {
		return nil, fmt.Errorf("load supergraph: %w", err)
	}
	return &gateway{schema: s, planner: plan.New(s), servers: servers}, nil
}

// answer is what a gateway answers, and how it came to it.
type answer struct {
	body     []byte
	plan     *plan.Plan // nil where the operation was refused
	requests []graphtest.Exchange
}

// run answers an operation. A panic is an answer too, so that what causes it can be made small.
func (g *gateway) run(ctx context.Context, query string, variables json.RawMessage) (a answer) {
	g.servers.Take()
	defer func() {
		if p := recover(); p != nil {
			a = answer{body: fmt.Appendf(nil, "panic: %v\n%s", p, debug.Stack())}
		}
	}()
	body, p := g.respond(ctx, query, variables)
	return answer{body, p, g.servers.Take()}
}

func (g *gateway) respond(ctx context.Context, query string, variables json.RawMessage) ([]byte, *plan.Plan) {
	doc, errs := operation.Parse(g.schema, query, operation.ParseLimits{})
	if len(errs) > 0 {
		return refusal(errs.Error(), false), nil
	}
	vars, errs := doc.CoerceVariables("", variables)
	if len(errs) > 0 {
		return refusal(errs.Error(), false), nil
	}
	op, err := doc.Normalize("", vars.Bool)
	if err != nil {
		return refusal(err.Error(), false), nil
	}
	options := plan.Options{Label: g.label, Batch: func(schema.SubgraphID) bool { return !g.noBatch }}
	p, err := g.planner.Build(op, options)
	if err != nil {
		return refusal(err.Error(), true), nil
	}
	if err := plan.Verify(g.schema, op, p, options); err != nil { // no test expects this text, so all of them fail with it
		return fmt.Appendf(nil, "plan does not verify: %v", err), p
	}
	result := exec.Run(ctx, exec.Input{
		Schema: g.schema, Plan: p, Variables: vars.Get, Fetcher: g,
		Options: exec.Options{ErrorMode: exec.Propagate},
	})
	defer result.Release()
	return bytes.Clone(result.Body), p
}

func refusal(message string, data bool) []byte {
	text, _ := json.Marshal(message) // a string always encodes
	if data {
		return fmt.Appendf(nil, `{"data":null,"errors":[{"message":%s}]}`, text)
	}
	return fmt.Appendf(nil, `{"errors":[{"message":%s}]}`, text)
}

// Fetch implements exec.Fetcher.
func (g *gateway) Fetch(ctx context.Context, r *exec.Request) (*exec.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	url := g.servers.URL(g.schema.Subgraphs[r.Subgraph].Name)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	return &exec.Response{Status: response.StatusCode, Body: &exec.Buffer{B: body}}, nil
}

// explain tells how an answer came about.
func (g *gateway) explain(t *testing.T, a answer) {
	t.Helper()
	if a.plan != nil {
		t.Logf("plan:\n%s", a.plan.Text(g.schema))
	}
	for _, e := range a.requests {
		variables, _ := json.Marshal(e.Request.Variables) // came from JSON
		t.Logf("%s: %s %s\n  %d %s", e.Subgraph, e.Request.Query, variables, e.Answer.Status, e.Answer.Body)
	}
	t.Logf("answer: %s", a.body)
}

// dataDir is the folder of shared test data, or "" where the clone stands alone.
func dataDir() string {
	dir := os.Getenv("SLUICE_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}

// composed returns the supergraph of the sources, or an error with everything that the composer had against them.
func composed(sources []graphtest.SubgraphSource) (supergraph string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	var subgraphs []compose.Subgraph
	for _, s := range sources {
		subgraphs = append(subgraphs, compose.Subgraph{Name: s.Name, SDL: s.SDL})
	}
	result := compose.Compose(subgraphs, compose.Options{})
	if len(result.Errors) == 0 {
		return result.Supergraph, nil
	}
	var all []error
	for _, err := range result.Errors {
		all = append(all, err)
	}
	return "", errors.Join(all...)
}
