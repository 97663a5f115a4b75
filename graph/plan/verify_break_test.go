package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// brokenPlans are ways to spoil the plan of a golden, and a part of what Verify must say.
var brokenPlans = []struct {
	name, golden string
	spoil        func(s *schema.Schema, p *plan.Plan)
	want         string
}{
	{"a cycle", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Fetches[0].DependsOn = []plan.FetchID{plan.FetchID(len(p.Fetches) - 1)}
	}, "depends on itself"},
	{"a dependency without its inverse", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Fetches[0].Dependents = nil
	}, "Dependents"},
	{"a wave too early", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Fetches[1].Wave--
	}, "longest chain"},
	{"a wrong count of waves", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Waves++
	}, "the plan has"},
	{"a position that nothing leads to", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Positions = append(p.Positions, plan.Position{ID: plan.PositionID(len(p.Positions)), Type: p.Positions[0].Type})
	}, "0 slots lead to it"},
	{"a document that is no GraphQL", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Fetches[0].Document += "}"
	}, "not one operation"},
	{"a field that no subgraph has", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		replaceIn(&p.Fetches[0], "item", "nothing")
	}, "has no field nothing"},
	{"a field that is asked for nothing", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		root := p.Fetches[0].Parts[0].Selection
		root.Fields = root.Fields[1:]
	}, "asked but not read"},
	{"a field that is read without being asked", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		root := p.Fetches[0].Parts[0].Selection
		root.Fields = append(root.Fields, plan.SelectionField{Key: "more"})
	}, "read but not asked"},
	{"a field in another's slot", "batched_by_alias", func(_ *schema.Schema, p *plan.Plan) {
		root := p.Fetches[0].Parts[0].Selection
		root.Fields[0].Slot, root.Fields[1].Slot = root.Fields[1].Slot, root.Fields[0].Slot
	}, "which is for another field"},
	{"a slot that does not exist", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Fetches[0].Parts[0].Selection.Fields[0].Slot = 99
	}, "does not exist"},
	{"a representation without a key", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		entities(p).Representations[0].Fields = nil
	}, "no whole key"},
	{"a key that may be null", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		entities(p).Representations[0].Fields[0].Required = false
	}, "no whole key"},
	{"a representation of a type that the subgraph does not know", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		entities(p).Representations[0].Typename = "Nobody"
	}, "does not know"},
	{"a member from the slot of another field", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		entities(p).Representations[0].Fields[0].Name = "other"
	}, "for another field"},
	{"a fetch that does not wait for its key", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		for i := range p.Fetches {
			f := &p.Fetches[i]
			f.DependsOn, f.Dependents, f.Wave = nil, nil, 1
		}
		p.Waves = 1
	}, "nothing before"},
	{"an answer with a key too few", "batched_by_alias", func(_ *schema.Schema, p *plan.Plan) {
		p.Positions[0].Classes[0].Fields = p.Positions[0].Classes[0].Fields[1:]
	}, "other keys than the operation"},
	{"an answer in another order", "batched_by_alias", func(_ *schema.Schema, p *plan.Plan) {
		slices.Reverse(p.Positions[0].Classes[0].Fields)
	}, "other keys than the operation"},
	{"an answer from a slot that nothing fills", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		pos := &p.Positions[1]
		f := &pos.Classes[0].Fields[0]
		pos.Slots = append(pos.Slots, pos.Slots[f.Slot])
		f.Slot = plan.SlotID(len(pos.Slots) - 1)
	}, "nothing fetches"},
	{"an answer of another type", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Positions[1].Classes[0].Fields[0].Type.Lists++
	}, "another type than the API's"},
	{"an answer without classes", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Positions[1].Classes = nil
	}, "no class"},
	{"an error without a reason", "intermediate_key", func(_ *schema.Schema, p *plan.Plan) {
		p.Positions[1].Classes[0].Fields[0].Kind = plan.OutputError
	}, "no value and no reason"},
	{"a hidden field in the answer", "intermediate_key", func(s *schema.Schema, p *plan.Plan) {
		s.Fields[p.Positions[1].Classes[0].Fields[0].Field].Inaccessible = true
	}, "hidden"},
	{"a type that nothing tells", "interface_entity", func(_ *schema.Schema, p *plan.Plan) {
		replaceIn(&p.Fetches[1], "__typename ", "")
		dropTypename(p.Fetches[1].Parts[0].Selection)
	}, "which nothing tells"},
	{"a type that an interface object tells", "interface_entity", func(_ *schema.Schema, p *plan.Plan) {
		replaceIn(&p.Fetches[0], "likes", "__typename likes")
		below := p.Fetches[0].Parts[0].Selection.Fields[0].Child
		below.Fields = append(below.Fields, plan.SelectionField{Key: "__typename", Typename: true})
	}, "is taken for the object's type"},
	{"one key with two meanings", "same_key_other_type_by_member", func(_ *schema.Schema, p *plan.Plan) {
		unalias(&p.Fetches[0], p.Fetches[0].Parts[0].Selection)
	}, "two meanings"},
	{"an argument that was lost", "requirements_with_different_arguments", func(_ *schema.Schema, p *plan.Plan) {
		for i := range p.Fetches {
			replaceIn(&p.Fetches[i], `(currency:"USD")`, "")
		}
	}, "lacks what"},
	{"a requirement that is not sent", "requirement_reaches_into_an_entity", func(_ *schema.Schema, p *plan.Plan) {
		last := &p.Fetches[len(p.Fetches)-1]
		for i := range last.Parts {
			for j := range last.Parts[i].Representations {
				rep := &last.Parts[i].Representations[j]
				rep.Fields = slices.DeleteFunc(rep.Fields, func(f plan.RepresentationField) bool { return !f.Required })
			}
		}
	}, "lacks what"},
	{"a field that the path does not provide", "provides_saves_a_fetch", func(s *schema.Schema, _ *plan.Plan) {
		for i := range s.Fields {
			for j := range s.Fields[i].Homes {
				s.Fields[i].Homes[j].Provides = nil
			}
		}
	}, "external there and not provided"},
	{"a label that was decided otherwise", "override_label_off", func(s *schema.Schema, _ *plan.Plan) {
		for i := range s.Fields {
			for j := range s.Fields[i].Homes {
				h := &s.Fields[i].Homes[j]
				h.LabelWhen = !h.LabelWhen
			}
		}
	}, "resolved elsewhere"},
	{"a key that does not resolve", "intermediate_key", func(s *schema.Schema, _ *plan.Plan) {
		for i := range s.Types {
			for j := range s.Types[i].Homes {
				keys := s.Types[i].Homes[j].Keys
				for k := range keys {
					keys[k].Resolvable = false
				}
			}
		}
	}, "no whole key"},
	{"mutations side by side", "mutations_in_order", func(_ *schema.Schema, p *plan.Plan) {
		for i := range p.Fetches {
			f := &p.Fetches[i]
			f.DependsOn, f.Dependents, f.Wave = nil, nil, 1
		}
		p.Waves = 1
	}, "does not wait"},
	{"a mutation as a query", "mutations_in_order", func(_ *schema.Schema, p *plan.Plan) {
		p.Fetches[0].Kind = operation.Query
	}, "kind query"},
	{"a variable that is not sent", "context_from_ancestor", func(_ *schema.Schema, p *plan.Plan) {
		for i := range p.Fetches {
			for j := range p.Fetches[i].Parts {
				p.Fetches[i].Parts[j].Context = nil
			}
		}
	}, "not the client's"},
	{"a context from beside the path", "context_from_ancestor", func(_ *schema.Schema, p *plan.Plan) {
		for i := range p.Fetches {
			for j := range p.Fetches[i].Parts {
				for k := range p.Fetches[i].Parts[j].Context {
					p.Fetches[i].Parts[j].Context[k].Path[0].Name = "other"
				}
			}
		}
	}, "for context variable"},
}

func replaceIn(f *plan.Fetch, old, with string) {
	f.Document = strings.ReplaceAll(f.Document, old, with)
}

// entities is the first part of the plan that sends representations.
func entities(p *plan.Plan) *plan.Part {
	for i := range p.Fetches {
		for j := range p.Fetches[i].Parts {
			if len(p.Fetches[i].Parts[j].Representations) > 0 {
				return &p.Fetches[i].Parts[j]
			}
		}
	}
	return nil
}

func dropTypename(sel *plan.Selection) {
	sel.Fields = slices.DeleteFunc(sel.Fields, func(f plan.SelectionField) bool { return f.Typename })
	for _, f := range sel.Fields {
		if f.Child != nil {
			dropTypename(f.Child)
		}
	}
}

// unalias gives fields under internal aliases the key that they were kept from.
func unalias(f *plan.Fetch, sel *plan.Selection) {
	for i := range sel.Fields {
		x := &sel.Fields[i]
		if rest, ok := strings.CutPrefix(x.Key, "_0_"); ok {
			f.Document = strings.ReplaceAll(f.Document, x.Key+":", "")
			x.Key = rest
			sel.Fields = slices.Delete(sel.Fields, i, i+1)
			return
		}
		if x.Child != nil {
			unalias(f, x.Child)
		}
	}
}

func TestVerifyFindsWhatIsBroken(t *testing.T) {
	for _, tc := range brokenPlans {
		t.Run(tc.name, func(t *testing.T) {
			s, query := fixture(t, "testdata/plans/"+tc.golden+".txtar")
			opts := plan.Options{}
			p := verified(t, s, query, opts)
			if p == nil {
				t.Fatal("no plan")
			}
			tc.spoil(s, p)
			err := plan.Verify(s, p.Operation, p, opts)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("want %q, got %v\n%s", tc.want, err, p.Text(s))
			}
		})
	}
}
