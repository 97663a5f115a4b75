package graphtest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

// faultyGraphs is how many random graphs each test of faults draws.
func faultyGraphs() uint64 { return uint64(*graphs) / 2 }

// TestFieldErrorsStandWhereTheMonolithHasThem lets fields fail: exactly those must be null, with errors on the same paths.
func TestFieldErrorsStandWhereTheMonolithHasThem(t *testing.T) {
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
				failsAlike(t, u, op)
				if t.Failed() {
					return
				}
			}
		})
	}
}

func failsAlike(t *testing.T, u *universe, op graphtest.Operation) {
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
	if d == "" && len(truth.Errors) == 0 && !u.hasInterfaceObject && len(errors) > 0 {
		d = fmt.Sprintf("errors %q, want none", got)
	}
	if d != "" {
		t.Errorf("%s\nquery: %s\nvariables: %s", d, op.Text, op.VariablesJSON())
		u.gateway.explain(t, a)
	}
}

func parseAnswer(t *testing.T, body []byte) (data json.RawMessage, errors []graphtest.Error) {
	t.Helper()
	var answer struct {
		Data   json.RawMessage
		Errors []graphtest.Error
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("answer is no JSON: %v: %s", err, body)
	}
	return answer.Data, answer.Errors
}

// objects returns on which objects errors are, sorted, with their messages: a gateway that asks for a field once may report its error once, though
// the client asked for the field under two keys.
func objects(errors []graphtest.Error) []string {
	set := map[string]bool{}
	for _, e := range errors {
		set[pathText(e.Path[:max(0, len(e.Path)-1)])+": "+e.Message] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// paths returns the different paths of errors, sorted.
func paths(errors []graphtest.Error) []string {
	set := map[string]bool{}
	for _, e := range errors {
		set[pathText(e.Path)] = true
	}
	return slices.Sorted(maps.Keys(set))
}

func pathText(path []any) string {
	var b strings.Builder
	for _, step := range path {
		fmt.Fprintf(&b, ".%v", step)
	}
	return b.String()
}

// TestBrokenSubgraphsLoseOnlyTheirShare breaks answers of subgraphs in all ways: whatever is in the gateway's answer must be true, what
// is missing must be null and be covered by an error, and errors must point into the answer.
func TestBrokenSubgraphsLoseOnlyTheirShare(t *testing.T) {
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
			u.gateway.servers.Intercept = func(e graphtest.Exchange) graphtest.Answer { return breakAnswer(seed, e) }
			for i := range uint64(queriesPerGraph) {
				op := graphtest.GenerateQuery(rand.New(rand.NewPCG(seed, 1+i)), u.gateway.schema.API)
				losesOnlyItsShare(t, u, op)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// breakAnswer breaks every third answer, always the same way.
func breakAnswer(seed uint64, e graphtest.Exchange) graphtest.Answer {
	h := fnv.New64a()
	variables, _ := json.Marshal(e.Request.Variables) // came from JSON
	fmt.Fprint(h, seed, e.Subgraph, e.Request.Query, string(variables))
	body := func(text string) graphtest.Answer { return graphtest.Answer{Status: 200, Body: []byte(text)} }
	whole := string(e.Answer.Body)
	way := h.Sum64() % 36
	if (way >= 6 && way <= 8 || way == 12) && !strings.Contains(e.Request.Query, "_entities") {
		way = 0
	}
	switch way {
	case 0:
		return graphtest.Answer{Status: 500, Body: []byte("no")}
	case 1:
		return graphtest.Answer{Status: -1}
	case 2:
		return body(`{"data": {`)
	case 3:
		return body(`{"data": null, "errors": [{"message": "all is lost"}]}`)
	case 4:
		return body(`{"errors": [{"message": "refused", "path": ["nowhere", 3], "locations": [{"line": 1, "column": 1}]}]}`)
	case 5:
		return body(`[]`)
	case 6:
		return body(withMembers(e.Answer.Body, `[]`))
	case 7:
		return body(withMembers(e.Answer.Body, `{"x": 1}`))
	case 8:
		return body(withMembers(e.Answer.Body, `[7, "x", true]`))
	case 12:
		return body(`{"data": {}}`)
	case 9: // harmless: members that nobody asked for
		return body(strings.NewReplacer(`{"data":{`, `{"extensions":{"a":[{}]},"data":{"zz":[{"y":{}}],`).Replace(whole))
	case 10:
		return body(whole[:len(whole)/2])
	case 11: // harmless: white space
		return body(" \n" + whole + "\t\n")
	default:
		return e.Answer
	}
}

// withMembers replaces the value of every member of a response's data.
func withMembers(body []byte, value string) string {
	var answer struct{ Data map[string]json.RawMessage }
	if err := json.Unmarshal(body, &answer); err != nil {
		return string(body)
	}
	for key := range answer.Data {
		answer.Data[key] = json.RawMessage(value)
	}
	return `{"data": ` + string(encode(answer.Data)) + `}`
}

func losesOnlyItsShare(t *testing.T, u *universe, op graphtest.Operation) {
	t.Helper()
	truth, err := u.monolith(op)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(truth.Data)
	if err != nil {
		t.Fatal(err)
	}
	u.log.Reset()
	a := u.gateway.run(context.Background(), op.Text, op.VariablesJSON())
	data, errors := parseAnswer(t, a.body)
	got, err := graphtest.DecodeJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	want, err := graphtest.DecodeJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	problems := missingShare("", got, want, paths(errors))
	for _, path := range paths(errors) {
		if !leadsInto(path, "", want) {
			problems = append(problems, fmt.Sprintf("error path %s leads nowhere", path))
		}
	}
	if len(problems) > 0 {
		t.Errorf("%s\nquery: %s\nvariables: %s", strings.Join(problems, "\n"), op.Text, op.VariablesJSON())
		u.gateway.explain(t, a)
	}
}

// missingShare compares an answer with the truth and tells what is wrong rather than missing, and what is missing without an
// error at, above or below it.
func missingShare(path string, got, want any, errors []string) []string {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			var out []string
			for key, value := range w {
				gv, ok := g[key]
				if !ok {
					out = append(out, path+"."+key+" is absent")
					continue
				}
				if gv == nil && reportedBeside(path, key, w, errors) {
					continue
				}
				out = append(out, missingShare(path+"."+key, gv, value, errors)...)
			}
			return out
		}
	case []any:
		if g, ok := got.([]any); ok && len(g) == len(w) {
			var out []string
			for i := range w {
				out = append(out, missingShare(fmt.Sprintf("%s.%d", path, i), g[i], w[i], errors)...)
			}
			return out
		}
	}
	if graphtest.DiffJSON(encode(got), encode(want)) == "" {
		return nil
	}
	if got != nil {
		return []string{fmt.Sprintf("%s is %s, want %s", path, encode(got), encode(want))}
	}
	// A field that lost what it requires has no error of its own: the one for the requirement stands on the same object or below it.
	parent := path[:max(0, strings.LastIndexByte(path, '.'))]
	covered := slices.ContainsFunc(errors, func(e string) bool {
		return e == "" || e == path || strings.HasPrefix(e, path+".") || strings.HasPrefix(path, e+".") ||
			parent != "" && strings.HasPrefix(e, parent+".")
	})
	if !covered {
		return []string{fmt.Sprintf("%s is null without an error; errors at %v", path, errors)}
	}
	return nil
}

// reportedBeside reports whether another key of the same object has the same value and an error: a field that is asked for
// once may be reported once, though the client asked for it under two keys.
func reportedBeside(path, key string, object map[string]any, errors []string) bool {
	for other, value := range object {
		if other != key && slices.Contains(errors, path+"."+other) && graphtest.DiffJSON(encode(value), encode(object[key])) == "" {
			return true
		}
	}
	return false
}

// leadsInto reports whether a path is one of the value, or of a member that an object there might have had: as above, a gateway
// may not know yet what an object has.
func leadsInto(path, at string, v any) bool {
	if path == at {
		return true
	}
	if !strings.HasPrefix(path, at+".") && at != "" {
		return false
	}
	switch x := v.(type) {
	case map[string]any:
		step, _, _ := strings.Cut(strings.TrimPrefix(path, at+"."), ".")
		value, ok := x[step]
		return !ok || leadsInto(path, at+"."+step, value)
	case []any:
		for i, item := range x {
			if leadsInto(path, fmt.Sprintf("%s.%d", at, i), item) {
				return true
			}
		}
	}
	return false
}

func encode(v any) []byte {
	text, _ := json.Marshal(v) // came from JSON
	return text
}
