package compose

import (
	"slices"
	"strings"
)

// Subgraph is one input of a composition: a named GraphQL service and its SDL.
type Subgraph struct {
	Name string // any text; "_" is refused
	URL  string // routing URL, copied to join__graph
	SDL  string // type system document, federation 1 or 2
	File string // name of the file the SDL came from, for error locations; may be empty
}

// Options change how a composition judges. The zero value judges like the
// reference composer.
type Options struct {
	// MaxErrors bounds how many errors are returned; 0 means all of them.
	MaxErrors int
}

// Result is the outcome of a composition. Supergraph is empty when Errors is
// not. Errors and Hints are sorted by code, coordinate and location.
type Result struct {
	Supergraph string
	Errors     []*Error
	Hints      []Hint
}

// Compose merges subgraphs into a supergraph SDL (join specification v0.3 to
// v0.5, the oldest that suffices), or returns every error of the first phase
// that found any. It never panics, keeps nothing, and gives the same bytes
// whatever the order of subgraphs. Safe for concurrent use.
func Compose(subgraphs []Subgraph, opts Options) *Result {
	c := &composition{opts: opts}
	for _, stage := range []func(){
		func() { c.ingest(subgraphs) },
		c.upgrade,
		c.merge,
		c.checkMerged,
		c.checkSupergraph,
		c.checkSatisfiable,
	} {
		if stage(); len(c.errors) > 0 {
			return c.failed()
		}
	}
	slices.SortFunc(c.hints, compareHints)
	return &Result{Supergraph: c.printed, Hints: c.hints}
}

// composition is the state that the stages of one Compose call hand on.
type composition struct {
	opts      Options
	parts     parts
	subgraphs []*subgraph // sorted by name
	super     *supergraph
	printed   string // the supergraph as SDL
	errors    []*Error
	hints     []Hint
}

// ingest builds and validates the model of every subgraph.
func (c *composition) ingest(inputs []Subgraph) {
	inputs = slices.Clone(inputs)
	slices.SortStableFunc(inputs, func(a, b Subgraph) int { return strings.Compare(a.Name, b.Name) })
	for i, in := range inputs {
		s := newSubgraph(in, i, &c.parts)
		switch {
		case in.Name == "_":
			s.load(in.SDL)
			s.report(InvalidSubgraphName, position{}, "", "invalid name %q for a subgraph: this name is reserved", in.Name)
		case i > 0 && inputs[i-1].Name == in.Name:
			s.report(InvalidGraphQL, position{}, "", "a subgraph named %q is already given: names must be unique", in.Name)
		default:
			s.load(in.SDL)
		}
		c.subgraphs = append(c.subgraphs, s)
		c.errors = append(c.errors, s.errors...)
	}
	assignGraphNames(c.subgraphs)
}

func (c *composition) failed() *Result {
	for _, e := range c.errors {
		e.Message = advised(e)
	}
	slices.SortStableFunc(c.errors, compareErrors)
	errs := c.errors
	if limit := c.opts.MaxErrors; limit > 0 && len(errs) > limit {
		errs = errs[:limit]
	}
	return &Result{Errors: errs}
}
