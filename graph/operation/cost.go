package operation

import (
	"fmt"
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// DefaultListSize is the length assumed for a list whose size nothing tells.
const DefaultListSize = 10

// mutationCost is what a mutation costs before any field.
const mutationCost = 10

// Cost is the cost of one operation by @cost and @listSize (https://specs.apollo.dev/cost/v0.1, after "The IBM GraphQL cost directive
// specification"), compiled so that evaluating it for the variables of a request is cheap. It is immutable.
//
// The cost of an operation is that of its root selection, and 10 more for a mutation. The cost of a selection on an abstract type is that of
// its dearest concrete type, and the cost of a selection on a concrete type is the sum of its fields. A field costs
//
//	size × (weight + selection) + arguments
//
// weight is @cost of the field, or else of its type, or else 1 for composites and 0 for scalars and enums. size is 1 for what is no list. For
// a list it is what the sizedFields of the parent's @listSize hand down; or else the largest slicing argument given of its own @listSize;
// or else its assumedSize; or else DefaultListSize or what the caller says instead. An argument costs its @cost, and each
// input object in its value 1, or its type's @cost, and the @cost of each field that it has. All sums stop at math.MaxInt32; negative
// weights count as 0.
type Cost struct {
	base int
	root *costSet
}

type costSet struct{ groups [][]costField }

type costField struct {
	name, coordinate string
	weight, fixed    int // fixed: the arguments' cost without variables
	list             bool
	size             *sizing
	variables        []costVariable
	child            *costSet
}

// costVariable is a variable in an argument, whose value may hold input objects.
type costVariable struct {
	name string
	typ  string
}

// sizing is @listSize with the arguments of one field.
type sizing struct {
	known      int // the largest slicing argument given as a literal or by default; -1 without
	given      int // slicing arguments given as literals
	variables  []string
	assumed    *int
	names      []string // sizedFields
	requireOne bool
}

// CompileCost prepares the cost of an operation on s.
func CompileCost(s *schema.Schema, op *Operation) *Cost {
	c := costCompiler{s: s, memo: map[*SelectionSet]*costSet{}}
	out := &Cost{root: c.set(op.Root)}
	if op.Kind == Mutation {
		out.base = mutationCost
	}
	return out
}

type costCompiler struct {
	s    *schema.Schema
	memo map[*SelectionSet]*costSet
}

func (c *costCompiler) set(set *SelectionSet) *costSet {
	if set == nil {
		return nil
	}
	if out, ok := c.memo[set]; ok {
		return out
	}
	out := &costSet{}
	for _, g := range set.Groups {
		fields := make([]costField, 0, len(g.Fields))
		for i := range g.Fields {
			if f, ok := c.field(g.Types, &g.Fields[i]); ok {
				fields = append(fields, f)
			}
		}
		out.groups = append(out.groups, fields)
	}
	c.memo[set] = out
	return out
}

// field compiles a field for the types of a group; __typename and introspection cost nothing.
func (c *costCompiler) field(types []schema.TypeID, f *Field) (costField, bool) {
	id := c.s.FieldByName(types[0], f.Name)
	if id == 0 {
		return costField{}, false
	}
	def := c.s.Field(id)
	out := costField{name: f.Name, coordinate: c.s.Coordinate(id), list: def.Type.Lists > 0, child: c.set(f.Selection)}
	for _, t := range types {
		if id := c.s.FieldByName(t, f.Name); id != 0 {
			out.weight = max(out.weight, c.weight(c.s.Field(id)))
		}
	}
	args := parseArguments(f.Args.Text)
	owner := c.s.API.Types[c.s.Type(def.Parent).Name].Fields.ForName(f.Name)
	for _, a := range args {
		out.fixed = addUp(out.fixed, max(0, def.ArgumentWeights[a.Name]))
		if d := owner.Arguments.ForName(a.Name); d != nil {
			n, variables := c.literal(d.Type.Name(), a.Value)
			out.fixed = addUp(out.fixed, n)
			out.variables = append(out.variables, variables...)
		}
	}
	if def.ListSize != nil {
		out.size = newSizing(def.ListSize, args, owner.Arguments)
	}
	return out, true
}

func (c *costCompiler) weight(f *schema.Field) int {
	t := c.s.Type(f.Type.Named)
	switch {
	case f.Weight != nil:
		return *f.Weight
	case t.Weight != nil:
		return *t.Weight
	case t.Composite():
		return 1
	}
	return 0
}

// CostOptions are what the operator decides about costs.
type CostOptions struct {
	ListSize int // assumed for lists of unknown size; 0 means DefaultListSize
}

// Evaluate returns the cost for the variables of one request. The errors, of CodeLimit, are fields with another number of slicing
// arguments than the one that their @listSize requires.
func (c *Cost) Evaluate(s *schema.Schema, vars *Variables, opts CostOptions) (int, ErrorList) {
	if opts.ListSize == 0 {
		opts.ListSize = DefaultListSize
	}
	e := costEvaluator{s: s, vars: vars, opts: opts, memo: map[costKey]int{}}
	return addUp(c.base, e.set(c.root, nil, 0)), e.errs
}

type costKey struct {
	set   *costSet
	sizes *sizing
	n     int
}

type costEvaluator struct {
	s    *schema.Schema
	vars *Variables
	opts CostOptions
	memo map[costKey]int
	errs ErrorList
}

// set returns the cost of a selection. With down, its fields that down names are lists of n.
func (e *costEvaluator) set(set *costSet, down *sizing, n int) int {
	if set == nil {
		return 0
	}
	key := costKey{set, down, n}
	if cost, ok := e.memo[key]; ok {
		return cost
	}
	cost := 0
	for _, fields := range set.groups {
		sum := 0
		for i := range fields {
			sum = addUp(sum, e.field(&fields[i], down, n))
		}
		cost = max(cost, sum)
	}
	e.memo[key] = cost
	return cost
}

func (e *costEvaluator) field(f *costField, down *sizing, n int) int {
	size := 1
	if f.list {
		size = e.opts.ListSize
	}
	var below *sizing
	known := e.size(f)
	switch {
	case known >= 0 && len(f.size.names) > 0:
		below = f.size
	case known >= 0 && f.list:
		size = known
	}
	if f.list && down != nil && slices.Contains(down.names, f.name) {
		size = n
	}
	args := f.fixed
	for _, v := range f.variables {
		if value, ok := e.vars.Get(v.name); ok {
			args = addUp(args, e.value(v.typ, value))
		}
	}
	return addUp(timesUp(size, addUp(f.weight, e.set(f.child, below, max(known, 0)))), args)
}

// size returns what a field's own @listSize tells, or -1.
func (e *costEvaluator) size(f *costField) int {
	if f.size == nil {
		return -1
	}
	known, given := f.size.known, f.size.given
	for _, name := range f.size.variables {
		if value, ok := e.vars.Get(name); ok && string(value) != "null" {
			given++
			known = max(known, parseSize(string(value)))
		}
	}
	if f.size.requireOne && given != 1 && !slices.ContainsFunc(e.errs, func(err *Error) bool { return err.Coordinate == f.coordinate }) {
		e.errs = append(e.errs, &Error{
			Message: fmt.Sprintf("Expected exactly one slicing argument on %q, found %d.", f.coordinate, given),
			Code:    CodeLimit, Failure: FailureLimit, Name: "cost", Coordinate: f.coordinate,
		})
	}
	if known < 0 && f.size.assumed != nil {
		return max(0, *f.size.assumed)
	}
	return known
}
