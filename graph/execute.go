package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Execution is what running a Prepared depends on besides itself.
type Execution struct {
	// Headers gives the headers of the requests to a subgraph; nil gives none.
	Headers func(schema.SubgraphID) http.Header
	// Denied is what the caller may not see; nil denies nothing.
	Denied *Denied
	// Label decides the labels of progressive overrides for this request; nil decides false for all. It must not change its mind.
	Label func(label string) bool
	// Introspection replaces the engine's Config.Introspection, for callers who see less than the whole schema.
	Introspection *introspection.Schema
}

// Denied is a set of schema elements that a caller may not see. Share it between requests with the same decisions: plans are cached by what is
// in it, not by its address.
type Denied struct {
	schema *schema.Schema
	types  map[schema.TypeID]*plan.FieldError
	fields map[schema.FieldID]*plan.FieldError
	key    string
}

// Key is equal exactly for sets with the same contents; "" for nil.
func (d *Denied) Key() string {
	if d == nil {
		return ""
	}
	return d.key
}

// Hides reports whether a member of a type, or with an empty member the type itself, is in the set. Nil hides nothing.
func (d *Denied) Hides(typeName, member string) bool {
	if d == nil {
		return false
	}
	t := d.schema.TypeByName(typeName)
	if t == 0 {
		return false
	}
	if d.types[t] != nil {
		return true
	}
	return member != "" && d.fields[d.schema.FieldByName(t, member)] != nil
}

// NewDenied makes the set from coordinates ("Type" or "Type.field"). A denied type denies every field that returns it and every field
// of it; what is denied on an interface is denied on all its implementors. Coordinates that the schema lacks are ignored.
func NewDenied(s *schema.Schema, coordinates map[string]*plan.FieldError) *Denied {
	if len(coordinates) == 0 {
		return nil
	}
	d := &Denied{schema: s, types: map[schema.TypeID]*plan.FieldError{}, fields: map[schema.FieldID]*plan.FieldError{}}
	names := make([]string, 0, len(coordinates))
	for c := range coordinates {
		names = append(names, c)
	}
	slices.Sort(names)
	var key strings.Builder
	for _, c := range names {
		e := coordinates[c]
		key.WriteString(c + "\x00" + e.Code + "\x00" + e.Message + "\x00")
		typeName, fieldName, isField := strings.Cut(c, ".")
		t := s.TypeByName(typeName)
		if t == 0 {
			continue
		}
		if !isField {
			d.types[t] = e
			continue
		}
		for _, concrete := range append([]schema.TypeID{t}, s.Type(t).Possible...) {
			if f := s.FieldByName(concrete, fieldName); f != 0 && d.fields[f] == nil {
				d.fields[f] = e
			}
		}
	}
	if len(d.types) > 0 {
		d.addTypes()
	}
	d.key = key.String()
	return d
}

// addTypes denies the fields that have to do with denied types.
func (d *Denied) addTypes() {
	s, types := d.schema, d.types
	for i := 1; i < len(s.Fields); i++ {
		f := &s.Fields[i]
		if d.fields[f.ID] != nil {
			continue
		}
		if e := types[f.Parent]; e != nil {
			d.fields[f.ID] = e
		} else if e := types[f.Type.Named]; e != nil {
			d.fields[f.ID] = e
		} else {
			for _, in := range s.Type(f.Parent).Interfaces {
				if e := types[in]; e != nil {
					d.fields[f.ID] = e
					break
				}
			}
		}
	}
}

func (d *Denied) field(f schema.FieldID) *plan.FieldError { return d.fields[f] }

// planned is a cached plan, or why there is none.
type planned struct {
	plan *plan.Plan
	err  error
}

type planKey struct {
	shape  *shape
	denied string
	labels string
}

// Plan returns the plan of an operation, from the cache or new. The error is an operation.ErrorList.
func (e *Engine) Plan(p *Prepared, x Execution) (*plan.Plan, error) {
	key := planKey{shape: p.shape, labels: e.decisions(x.Label), denied: x.Denied.Key()}
	opts := e.planOptions(x)
	pl, _ := e.plans.get(key, func() (*planned, int64, bool) {
		pl, err := e.planner.Build(p.Operation, opts)
		if err != nil {
			return &planned{err: err}, p.shape.size + 256, true // the key holds the shape
		}
		return &planned{plan: pl}, p.shape.size + pl.Size(), true
	})
	if pl.err != nil {
		return nil, planError(pl.err)
	}
	return pl.plan, nil
}

func (e *Engine) planOptions(x Execution) plan.Options {
	opts := plan.Options{Label: x.Label, Batch: e.cfg.Batch, MaxPositions: e.cfg.MaxPositions, MaxWork: e.cfg.MaxWork}
	if x.Denied != nil {
		opts.Denied = x.Denied.field
	}
	return opts
}

// Verify plans the operation and checks the plan against the rules of federation (plan.Verify).
func (e *Engine) Verify(p *Prepared, x Execution) error {
	pl, err := e.Plan(p, x)
	if err != nil {
		return err
	}
	if err := plan.Verify(e.schema, p.Operation, pl, e.planOptions(x)); err != nil {
		return fmt.Errorf("verify the plan: %w", err)
	}
	return nil
}

// decisions tells what is decided on each label of the schema, as a key; nil decides false.
func (e *Engine) decisions(decide func(string) bool) string {
	if len(e.labels) == 0 {
		return ""
	}
	b := make([]byte, len(e.labels))
	for i, l := range e.labels {
		b[i] = '0'
		if decide != nil && decide(l) {
			b[i] = '1'
		}
	}
	return string(b)
}

func planError(err error) error {
	var unplannable *plan.UnplannableError
	switch {
	case errors.Is(err, plan.ErrTooComplex):
		return operation.ErrorList{{Message: "The operation is too complex to be planned.", Code: CodeTooComplex, Failure: operation.FailureLimit}}
	case errors.As(err, &unplannable):
		return operation.ErrorList{{
			Message:    "No way through the subgraphs answers " + unplannable.Coordinate + " for all types that it is selected on.",
			Coordinate: unplannable.Coordinate, Code: CodeUnplannable, Failure: operation.FailureOther,
		}}
	default:
		return operation.ErrorList{{Message: "The operation cannot be planned.", Code: CodeUnplannable, Failure: operation.FailureOther}}
	}
}

// Execute runs a query or mutation. The error is an operation.ErrorList, and then nothing was sent to any subgraph. The caller releases the
// result.
func (e *Engine) Execute(ctx context.Context, p *Prepared, x Execution) (*exec.Result, error) {
	in, err := e.input(p, x)
	if err != nil {
		return nil, err
	}
	return exec.Run(ctx, in), nil
}

func (e *Engine) input(p *Prepared, x Execution) (exec.Input, error) {
	pl, err := e.Plan(p, x)
	if err != nil {
		return exec.Input{}, err
	}
	in := exec.Input{
		Schema: e.schema, Plan: pl, Variables: p.Variables.Get, Fetcher: e.cfg.Fetcher,
		Headers: x.Headers, Options: e.cfg.Exec,
	}
	if p.Measures.IntrospectionDepth > 0 {
		if in.Introspect, err = introspect(p, cmp.Or(x.Introspection, e.cfg.Introspection)); err != nil {
			return exec.Input{}, err
		}
	}
	return in, nil
}

// introspect returns a function that answers the introspection fields of an operation from what its caller may see. The error is an
// operation.ErrorList.
func introspect(p *Prepared, from *introspection.Schema) (func(dst []byte, f *operation.Field) []byte, error) {
	searched, err := search(p, from)
	if err != nil {
		return nil, err
	}
	return func(dst []byte, f *operation.Field) []byte {
		if introspection.Searches(f.Name) {
			return append(dst, searched[textOf(f)]...)
		}
		out, err := from.Append(dst, f, p.Variables.Get)
		if err != nil { // the field was validated with the operation
			return append(dst, "null"...)
		}
		return out
	}, nil
}

// maxSearches bounds the fields of search introspection in one operation: each looks through the whole schema.
const maxSearches = 10

// search answers the operation's fields of search introspection, by what they say: at all places of the response the same, and before anything
// is sent, for their arguments may turn out wrong. The error is an operation.ErrorList.
func search(p *Prepared, from *introspection.Schema) (map[string][]byte, error) {
	var out map[string][]byte
	for _, f := range p.shape.local {
		if !introspection.Searches(f.Name) || out[textOf(f)] != nil {
			continue
		}
		if len(out) == maxSearches {
			return nil, operation.ErrorList{operation.LimitError("searches", maxSearches+1, maxSearches)}
		}
		answer, err := from.Append(nil, f, p.Variables.Get)
		if err != nil {
			return nil, asList(err)
		}
		if out == nil {
			out = map[string][]byte{}
		}
		out[textOf(f)] = answer
	}
	return out, nil
}

// textOf is equal for introspection fields that ask for the same.
func textOf(f *operation.Field) string { return f.Name + f.Args.Text + f.Introspection }
