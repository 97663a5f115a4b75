package graphtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
)

// Suite is a graph with operations of known answers.
type Suite struct {
	Name       string
	Subgraphs  []SubgraphSource // sorted by name
	Supergraph string           // empty where it is to be composed from the subgraphs
	Fixture    []byte           // see Fixture; nil where the suite lives in a universe
	Seed       uint64           // of the universe
	Cases      []Case
}

// SubgraphSource is a subgraph's SDL.
type SubgraphSource struct {
	Name string
	SDL  string
}

// Case is one operation and its right answer.
type Case struct {
	Name      string
	Query     string
	Variables json.RawMessage // nil for none
	Data      json.RawMessage // nil where data is not compared
	// Errors tells whether the answer must carry errors; ErrorsAllowed whether it may.
	Errors        bool
	ErrorsAllowed bool
	Requests      int // at most so many requests to subgraphs; negative for no limit
}

// LoadSuiteDir reads a suite in the form of the federation audit: subgraphs/*.graphql, supergraph.graphql and tests.json.
func LoadSuiteDir(dir string) (*Suite, error) {
	s := &Suite{Name: filepath.Base(dir)}
	paths, err := filepath.Glob(filepath.Join(dir, "subgraphs", "*.graphql"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		sdl, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".graphql")
		s.Subgraphs = append(s.Subgraphs, SubgraphSource{name, string(sdl)})
	}
	supergraph, err := os.ReadFile(filepath.Join(dir, "supergraph.graphql"))
	if err != nil {
		return nil, err
	}
	s.Supergraph = string(supergraph)
	tests, err := os.ReadFile(filepath.Join(dir, "tests.json"))
	if err != nil {
		return nil, err
	}
	var cases []struct {
		Name          string
		Query         string
		Variables     json.RawMessage
		Expected      struct{ Data, Errors json.RawMessage }
		Requests      *int
		ErrorsAllowed *bool `json:"errors_allowed"`
	}
	if err := json.Unmarshal(tests, &cases); err != nil {
		return nil, fmt.Errorf("suite %s: %w", s.Name, err)
	}
	for _, c := range cases {
		errors := string(c.Expected.Errors) == "true"
		out := Case{
			Name: c.Name, Query: c.Query, Variables: c.Variables, Data: c.Expected.Data,
			Errors: errors, ErrorsAllowed: errors || c.ErrorsAllowed == nil || *c.ErrorsAllowed, Requests: -1,
		}
		if c.Requests != nil {
			out.Requests = *c.Requests
		}
		s.Cases = append(s.Cases, out)
	}
	return s, nil
}

// LoadSuiteArchive reads a suite of one case from a txtar archive: files subgraphs/NAME.graphql, operation.graphql, optionally
// variables.json and supergraph.graphql. Either there are data.json (a Fixture), expected.json ({"data": …, "errors": true}) and
// requests (a number), or the one file universe (a seed), and the right answer is the monolith's.
func LoadSuiteArchive(path string) (*Suite, error) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return nil, err
	}
	s := &Suite{Name: strings.TrimSuffix(filepath.Base(path), ".txtar")}
	c := Case{Name: s.Name, Requests: -1}
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "subgraphs/"); ok {
			s.Subgraphs = append(s.Subgraphs, SubgraphSource{strings.TrimSuffix(name, ".graphql"), string(f.Data)})
			continue
		}
		if err := s.readFile(f, &c); err != nil {
			return nil, fmt.Errorf("suite %s: %s: %w", s.Name, f.Name, err)
		}
	}
	slices.SortFunc(s.Subgraphs, func(a, b SubgraphSource) int { return strings.Compare(a.Name, b.Name) })
	s.Cases = []Case{c}
	return s, nil
}

func (s *Suite) readFile(f txtar.File, c *Case) error {
	switch f.Name {
	case "data.json":
		s.Fixture = f.Data
	case "universe":
		seed, err := strconv.ParseUint(string(bytes.TrimSpace(f.Data)), 10, 64)
		if err != nil {
			return err
		}
		s.Seed = seed
	case "supergraph.graphql":
		s.Supergraph = string(f.Data)
	case "operation.graphql":
		c.Query = string(f.Data)
	case "variables.json":
		c.Variables = f.Data
	case "requests":
		n, err := strconv.Atoi(string(bytes.TrimSpace(f.Data)))
		if err != nil {
			return err
		}
		c.Requests = n
	case "expected.json":
		var expected struct{ Data, Errors json.RawMessage }
		if err := json.Unmarshal(f.Data, &expected); err != nil {
			return err
		}
		c.Data = expected.Data
		c.Errors = string(expected.Errors) == "true"
		c.ErrorsAllowed = c.Errors
	default:
		return fmt.Errorf("no such part of a suite")
	}
	return nil
}

// Finding returns the suite of a [Finding.Archive] as it was.
func (s *Suite) Finding() (Finding, error) {
	f := Finding{Subgraphs: s.Subgraphs, Seed: s.Seed, Operation: Operation{Text: s.Cases[0].Query, Variables: map[string]any{}}}
	if text := s.Cases[0].Variables; text != nil {
		v, err := DecodeJSON(text)
		if err != nil {
			return Finding{}, fmt.Errorf("suite %s: variables: %w", s.Name, err)
		}
		f.Operation.Variables, _ = v.(map[string]any)
	}
	return f, nil
}

// Start serves the suite's subgraphs with its fixture.
func (s *Suite) Start() (*Servers, error) {
	var schemas []*SubgraphSchema
	for _, source := range s.Subgraphs {
		schema, err := LoadSubgraphSchema(source.Name, source.SDL)
		if err != nil {
			return nil, fmt.Errorf("suite %s: %w", s.Name, err)
		}
		schemas = append(schemas, schema)
	}
	fixture, err := ParseFixture(s.Fixture, schemas)
	if err != nil {
		return nil, fmt.Errorf("suite %s: %w", s.Name, err)
	}
	var subgraphs []*Subgraph
	for _, schema := range schemas {
		subgraphs = append(subgraphs, &Subgraph{schema, fixture.Subgraph(schema)})
	}
	return Serve(subgraphs...), nil
}

// Check compares an answer with the case and returns what is wrong, one sentence each.
func (c *Case) Check(response []byte, requests int) []string {
	var answer struct{ Data, Errors json.RawMessage }
	if err := json.Unmarshal(response, &answer); err != nil {
		return []string{fmt.Sprintf("answer is no JSON: %v: %s", err, response)}
	}
	var wrong []string
	if c.Data != nil {
		data := answer.Data
		if data == nil { // a request that failed before execution has no data; the audit calls that null
			data = json.RawMessage("null")
		}
		if d := DiffJSON(data, c.Data); d != "" {
			wrong = append(wrong, d)
		}
	}
	hasErrors := len(answer.Errors) > 0 && string(answer.Errors) != "[]" && string(answer.Errors) != "null"
	if c.Errors && !hasErrors {
		wrong = append(wrong, "no errors, want some")
	}
	if hasErrors && !c.ErrorsAllowed {
		wrong = append(wrong, fmt.Sprintf("errors %s, want none", answer.Errors))
	}
	if c.Requests >= 0 && requests > c.Requests {
		wrong = append(wrong, fmt.Sprintf("%d requests to subgraphs, want at most %d", requests, c.Requests))
	}
	return wrong
}
