package operation

import (
	"cmp"
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// ProtectedCoordinate is a schema element that an operation touches and that demands something of the caller.
type ProtectedCoordinate struct {
	Coordinate string // "Type" or "Type.field"
	Directive  string // authenticated, requiresScopes or policy
	// Requirement is the directive's argument: one inner list must be held completely. nil for authenticated.
	Requirement [][]string
}

// Protected returns what the operation touches of the elements under @authenticated, @requiresScopes and @policy (federation v2.5, v2.6),
// sorted by coordinate and directive, each once.
//
// An operation touches each field that it selects, on every concrete type that it selects it for and on the interface it is selected
// through; the types on which it selects anything; and the types of what it selects: composites with all their possible types that it
// selects something for, enums and scalars.
func Protected(s *schema.Schema, op *Operation) []ProtectedCoordinate {
	p := protector{s: s, done: map[*SelectionSet]bool{}, types: map[schema.TypeID]bool{}, fields: map[schema.FieldID]bool{}}
	p.set(op.Root)
	p.sort()
	return p.out
}

type protector struct {
	s      *schema.Schema
	done   map[*SelectionSet]bool
	types  map[schema.TypeID]bool
	fields map[schema.FieldID]bool
	out    []ProtectedCoordinate
}

func (p *protector) set(set *SelectionSet) {
	if set == nil || p.done[set] {
		return
	}
	p.done[set] = true
	p.touchType(set.Type)
	for _, g := range set.Groups {
		if len(g.Fields) == 0 {
			continue
		}
		for _, t := range g.Types {
			p.touchType(t)
			for i := range g.Fields {
				p.touchField(t, g.Fields[i].Name)
			}
		}
		for i := range g.Fields {
			p.touchField(set.Type, g.Fields[i].Name)
			p.set(g.Fields[i].Selection)
		}
	}
}

func (p *protector) sort() {
	slices.SortFunc(p.out, func(a, b ProtectedCoordinate) int {
		return cmp.Or(cmp.Compare(a.Coordinate, b.Coordinate), cmp.Compare(a.Directive, b.Directive))
	})
}

func (p *protector) touchType(t schema.TypeID) {
	if !p.types[t] {
		p.types[t] = true
		p.demand(p.s.Types[t].Name, p.s.Types[t].Security)
	}
}

func (p *protector) touchField(t schema.TypeID, name string) {
	id := p.s.FieldByName(t, name)
	if id == 0 || p.fields[id] {
		return
	}
	p.fields[id] = true
	p.demand(p.s.Coordinate(id), p.s.Fields[id].Security)
	p.touchType(p.s.Fields[id].Type.Named)
}

func (p *protector) demand(coordinate string, sec *schema.Security) {
	if sec == nil {
		return
	}
	if sec.Authenticated {
		p.out = append(p.out, ProtectedCoordinate{Coordinate: coordinate, Directive: federation.Authenticated})
	}
	if sec.Scopes != nil {
		p.out = append(p.out, ProtectedCoordinate{Coordinate: coordinate, Directive: federation.RequiresScopes, Requirement: sec.Scopes})
	}
	if sec.Policies != nil {
		p.out = append(p.out, ProtectedCoordinate{Coordinate: coordinate, Directive: federation.Policy, Requirement: sec.Policies})
	}
}

// AllProtected returns every element of the schema under a security directive, in the order of Protected: what a caller must
// be judged by to know what it may see.
func AllProtected(s *schema.Schema) []ProtectedCoordinate {
	p := protector{s: s}
	for i := range s.Types {
		p.demand(s.Types[i].Name, s.Types[i].Security)
	}
	for i := 1; i < len(s.Fields); i++ {
		p.demand(s.Coordinate(schema.FieldID(i)), s.Fields[i].Security)
	}
	p.sort()
	return p.out
}
