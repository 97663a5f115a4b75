package exec

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// fixture builds a schema and a plan by hand, name by name.
type fixture struct {
	schema *schema.Schema
	plan   *plan.Plan
}

// newFixture returns a schema with the built-in scalars, an object type Query, and subgraphs a, b and c; and a plan with the root position.
func newFixture() *fixture {
	f := &fixture{schema: &schema.Schema{Types: make([]schema.Type, 1)}, plan: &plan.Plan{}}
	for i, name := range []string{"a", "b", "c"} {
		f.schema.Subgraphs = append(f.schema.Subgraphs, schema.Subgraph{ID: schema.SubgraphID(i), Name: name})
	}
	for _, name := range []string{"String", "Int", "Float", "Boolean", "ID", "JSON"} {
		f.add(name, schema.Scalar)
	}
	f.schema.Query = f.object("Query")
	f.position("Query", 0)
	return f
}

func (f *fixture) add(name string, kind schema.Kind) *schema.Type {
	f.schema.Types = append(f.schema.Types, schema.Type{ID: schema.TypeID(len(f.schema.Types)), Name: name, Kind: kind})
	return &f.schema.Types[len(f.schema.Types)-1]
}

func (f *fixture) object(name string) schema.TypeID {
	t := f.add(name, schema.Object)
	t.Possible = []schema.TypeID{t.ID}
	return t.ID
}

func (f *fixture) abstract(name string, kind schema.Kind, possible ...string) {
	t := f.add(name, kind)
	t.Possible = f.types(possible...)
}

func (f *fixture) enum(name string, values ...schema.EnumValue) {
	f.add(name, schema.Enum).Values = values
}

func (f *fixture) typ(name string) schema.TypeID {
	for i := range f.schema.Types {
		if f.schema.Types[i].Name == name {
			return schema.TypeID(i)
		}
	}
	panic("no type " + name)
}

// types returns the ids of the named types, sorted; nil for none.
func (f *fixture) types(names ...string) (ids []schema.TypeID) {
	for _, n := range names {
		ids = append(ids, f.typ(n))
	}
	slices.Sort(ids)
	return ids
}

// ref reads a type reference: "[Product!]!".
func (f *fixture) ref(text string) (r schema.TypeRef) {
	var depth uint8
	for strings.HasPrefix(text, "[") {
		text, depth = text[1:], depth+1
	}
	r.Lists = depth
	name := strings.TrimRight(text, "]!")
	r.Named = f.typ(name)
	rest := text[len(name):]
	for {
		if strings.HasPrefix(rest, "!") {
			r.NonNull |= 1 << depth
			rest = rest[1:]
		}
		if rest == "" {
			return r
		}
		rest = strings.TrimPrefix(rest, "]")
		depth--
	}
}

// position adds a position with one class for every possible type.
func (f *fixture) position(typ string, parent plan.PositionID) plan.PositionID {
	id := plan.PositionID(len(f.plan.Positions))
	t := f.typ(typ)
	f.plan.Positions = append(f.plan.Positions, plan.Position{
		ID: id, Type: t, Parent: parent, Classes: []plan.Class{{Types: f.schema.Types[t].Possible}},
	})
	return id
}

// classes splits a position's types; each class is a list of type names.
func (f *fixture) classes(at plan.PositionID, classes ...[]string) {
	f.plan.Positions[at].Classes = nil
	for _, names := range classes {
		f.plan.Positions[at].Classes = append(f.plan.Positions[at].Classes, plan.Class{Types: f.types(names...)})
	}
}

// hidden adds a slot that is not shown.
func (f *fixture) hidden(at plan.PositionID, field, typ string, child plan.PositionID) plan.SlotID {
	p := &f.plan.Positions[at]
	p.Slots = append(p.Slots, plan.Slot{Field: field, Child: child, Type: f.ref(typ)})
	return plan.SlotID(len(p.Slots) - 1)
}

// slot adds a slot and shows it under key in the given classes, or in all.
func (f *fixture) slot(at plan.PositionID, key, typ string, child plan.PositionID, classes ...int) plan.SlotID {
	s := f.hidden(at, key, typ, child)
	f.show(at, plan.OutputField{Key: key, Kind: plan.OutputSlot, Slot: s, Type: f.ref(typ)}, classes...)
	return s
}

func (f *fixture) show(at plan.PositionID, field plan.OutputField, classes ...int) {
	p := &f.plan.Positions[at]
	for i := range p.Classes {
		if len(classes) == 0 || slices.Contains(classes, i) {
			p.Classes[i].Fields = append(p.Classes[i].Fields, field)
		}
	}
}

// fetch adds a fetch; its dependencies come first.
func (f *fixture) fetch(subgraph schema.SubgraphID, document string, dependsOn []plan.FetchID, parts ...plan.Part) plan.FetchID {
	id := plan.FetchID(len(f.plan.Fetches))
	for _, d := range dependsOn {
		f.plan.Fetches[d].Dependents = append(f.plan.Fetches[d].Dependents, id)
	}
	f.plan.Fetches = append(f.plan.Fetches, plan.Fetch{
		ID: id, Subgraph: subgraph, Kind: operation.Query, Document: document, DependsOn: dependsOn, Parts: parts,
	})
	return id
}

func after(fetches ...plan.FetchID) []plan.FetchID { return fetches }

func selection(fields ...plan.SelectionField) *plan.Selection { return &plan.Selection{Fields: fields} }

func leaf(key string, slot plan.SlotID) plan.SelectionField {
	return plan.SelectionField{Key: key, Slot: slot}
}

func typename() plan.SelectionField { return plan.SelectionField{Key: "__typename", Typename: true} }

func nest(key string, slot plan.SlotID, fields ...plan.SelectionField) plan.SelectionField {
	return plan.SelectionField{Key: key, Slot: slot, Child: selection(fields...)}
}

// entity returns an _entities part with one template: __typename and the required member id from the slot.
func entity(at plan.PositionID, typename string, id plan.SlotID, fields ...plan.SelectionField) plan.Part {
	return plan.Part{
		Position: at, Key: "_entities", Variable: "representations",
		Representations: []plan.Representation{{
			Typename: typename,
			Fields:   []plan.RepresentationField{{Name: "id", Slot: id, Required: true}},
		}},
		Selection: selection(fields...),
	}
}

// fake answers from memory: by subgraph name, the responses in the order in which requests come; the last one is repeated.
type fake struct {
	schema  *schema.Schema
	answers map[string][]string

	mu       sync.Mutex
	requests map[string][]string
}

func (f *fake) Fetch(ctx context.Context, req *Request) (*Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := f.schema.Subgraphs[req.Subgraph].Name
	if f.requests == nil {
		f.requests = make(map[string][]string)
	}
	f.requests[name] = append(f.requests[name], string(req.Body))
	answers := f.answers[name]
	if len(answers) == 0 {
		return nil, fmt.Errorf("nothing to say: %s", name)
	}
	answer := answers[min(len(f.requests[name]), len(answers))-1]
	return &Response{Status: 200, Body: &Buffer{B: []byte(answer)}}, ctx.Err()
}

// run answers the fixture's plan from fixed answers and returns the response and what was sent.
func (f *fixture) run(answers map[string][]string, options Options) (string, map[string][]string) {
	fetcher := &fake{schema: f.schema, answers: answers}
	result := Run(context.Background(), Input{
		Schema: f.schema, Plan: f.plan, Fetcher: fetcher, Options: options,
		Introspect: func(dst []byte, _ *operation.Field) []byte { return append(dst, "{}"...) },
	})
	defer result.Release()
	return string(result.Body), fetcher.requests
}
