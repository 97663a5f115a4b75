package satisfiability

import (
	"fmt"
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// unanswered is the problem of a field that no subgraph at hand resolves.
func (w *walk) unanswered(p *place, f *schema.Field, facts facts) Problem {
	var reasons []Reason
	for _, sg := range p.reach.subgraphs() {
		r := Reason{w.s.Subgraphs[sg].Name, []string{w.lacks(p, f, sg, facts)}}
		if slices.ContainsFunc(p.starts, func(v *vertex) bool { return v.sg == sg }) {
			r.Why = append(r.Why, w.closed(p, f, sg)...)
		}
		if reasons = append(reasons, r); len(reasons) > maxReasons {
			break
		}
	}
	return unsatisfiable(w.s.Coordinate(f.ID), w.witness(p, f, 0), reasons)
}

// lacks tells why a subgraph in reach does not resolve the field.
func (w *walk) lacks(p *place, f *schema.Field, sg schema.SubgraphID, facts facts) string {
	coordinate := w.s.Coordinate(f.ID)
	h := f.Home(sg)
	switch {
	case h == nil || !w.direct(p.typ, h):
		return fmt.Sprintf("it does not have field %q", coordinate)
	case h.Label != "" && !w.may(labelsOf(facts, len(w.contexts)))(withoutContext(h)):
		value, _ := facts.decided(w.labels[h.Label])
		return fmt.Sprintf("it does not resolve field %q while override label %q is %t", coordinate, h.Label, value)
	case h.External:
		return fmt.Sprintf("it does not resolve field %q, which is @external there", coordinate)
	case len(h.Requires) > 0:
		v := w.vertex(vertexKey{p.typ, sg, 0, 0})
		if slices.Contains(v.ready, f.ID) {
			if w.entered(&p.hand, sg) || w.localKey(v) {
				break
			}
			return fmt.Sprintf("it has no key of type %q whose fields it resolves itself, to come back with what field %q requires", w.s.Type(p.typ).Name, coordinate)
		}
		return fmt.Sprintf("what field %q requires, @requires(fields: %q), cannot be had from there", coordinate, w.fieldSetText(h.Requires))
	}
	return fmt.Sprintf("field %q has an argument from a context that nothing on the way sets", coordinate)
}

func labelsOf(f facts, contexts int) facts { return facts{f.labels, newBitset(contexts)} }

func withoutContext(h *schema.FieldHome) *schema.FieldHome {
	bare := *h
	bare.Context = nil
	return &bare
}

// closed tells why the object cannot be asked for in the other subgraphs that have the field.
func (w *walk) closed(p *place, f *schema.Field, from schema.SubgraphID) []string {
	var why []string
	for i := range f.Homes {
		h := &f.Homes[i]
		if p.reach.has(int(h.Subgraph)) || h.External {
			continue
		}
		to := w.s.Subgraphs[h.Subgraph].Name
		typ := p.typ
		if h.Interface != 0 {
			typ = h.Interface
		}
		name := w.s.Type(typ).Name
		home := w.s.Type(typ).Home(h.Subgraph)
		resolvable := false
		for j := 0; home != nil && j < len(home.Keys); j++ {
			if home.Keys[j].Resolvable {
				resolvable = true
				why = append(why, fmt.Sprintf("it cannot go on to subgraph %q by @key(fields: %q) of type %q, whose fields cannot all be had from subgraph %q",
					to, w.fieldSetText(home.Keys[j].Fields), name, w.s.Subgraphs[from].Name))
			}
		}
		switch {
		case resolvable:
		case home == nil || len(home.Keys) == 0:
			why = append(why, fmt.Sprintf("it cannot go on to subgraph %q, which has the field, because type %q has no @key there", to, name))
		default:
			why = append(why, fmt.Sprintf("it cannot go on to subgraph %q, which has the field, because every @key of type %q there is marked resolvable: false", to, name))
		}
	}
	return why
}

// untyped is the problem of objects whose concrete type nobody can tell.
func (w *walk) untyped(p *place, f *schema.Field, t schema.TypeID, kids []*vertex) Problem {
	name := w.s.Type(f.Type.Named).Name
	var reasons []Reason
	for _, v := range kids {
		reasons = append(reasons, Reason{w.s.Subgraphs[v.sg].Name, []string{
			fmt.Sprintf("it has interface %q as an @interfaceObject, and no subgraph can be asked for the concrete type by a key", w.s.Type(v.typ).Name),
		}})
	}
	return unsatisfiable(name, w.witness(p, f, t), reasons)
}

// notThere is the problem of objects whose type the field cannot have in the subgraphs at hand.
func (w *walk) notThere(p *place, f *schema.Field, t schema.TypeID, kids []*vertex) Problem {
	var reasons []Reason
	for _, v := range kids {
		reasons = append(reasons, Reason{w.s.Subgraphs[v.sg].Name, []string{
			fmt.Sprintf("field %q is of type %q there, so that it cannot be asked for a %q", w.s.Coordinate(f.ID), w.s.Type(v.typ).Name, w.s.Type(t).Name),
		}})
	}
	return unsatisfiable(w.s.Coordinate(f.ID), w.witness(p, f, t), reasons)
}
