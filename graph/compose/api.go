package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// APISchema derives what clients see from a supergraph: without elements that are
// @inaccessible, and without the directives and types of linked specifications.
// Descriptions and @deprecated stay. The error says why the supergraph cannot be
// read. Source: join specification v0.3, inaccessible specification v0.2.
func APISchema(supergraphSDL string) (string, error) {
	s := newSubgraph(Subgraph{Name: "supergraph", SDL: supergraphSDL}, 0, new(parts))
	doc := s.parse(supergraphSDL)
	if len(s.errors) == 0 {
		s.resolveLinks(doc)
	}
	if len(s.errors) == 0 {
		s.ingest(doc)
	}
	if len(s.errors) > 0 {
		return "", fmt.Errorf("read supergraph: %w", s.errors[0])
	}
	return printSchema(apiSchema(s)), nil
}

// apiSchema reduces a supergraph, read like a subgraph, to its API schema.
func apiSchema(s *subgraph) *schema {
	api := newSchema()
	api.roots, api.description = s.roots, s.description
	hidden := func(applied []*directive) bool { return has(applied, federation.Inaccessible) }
	shown := func(name string) bool {
		t := s.byName[name]
		return t == nil || !hidden(t.applied) && !s.linkedType(name)
	}
	for _, t := range s.types {
		if !shown(t.name) {
			continue
		}
		v := &typeDef{name: t.name, kind: t.kind, description: t.description, applied: visibleApplied(t.applied)}
		v.interfaces = slices.DeleteFunc(slices.Clone(t.interfaces), func(n named) bool { return !shown(n.name) })
		v.members = slices.DeleteFunc(slices.Clone(t.members), func(n named) bool { return !shown(n.name) })
		for _, f := range t.fields {
			if !hidden(f.applied) && shown(f.typ.base()) {
				v.addField(&field{name: f.name, description: f.description, typ: f.typ, args: visibleInputs(f.args), applied: visibleApplied(f.applied)})
			}
		}
		v.inputs = visibleInputs(t.inputs)
		for _, e := range t.values {
			if !hidden(e.applied) {
				v.addValue(&enumValue{name: e.name, description: e.description, applied: visibleApplied(e.applied)})
			}
		}
		api.addType(v)
	}
	for _, d := range s.directives {
		if len(executablePart(d)) > 0 && !s.linkedDirective(d.name) {
			api.addDirective(&directiveDef{name: d.name, description: d.description, args: visibleInputs(d.args), locations: executablePart(d), repeatable: d.repeatable})
		}
	}
	return api
}

func visibleInputs(list []*input) []*input {
	var out []*input
	for _, in := range list {
		if !has(in.applied, federation.Inaccessible) {
			out = append(out, &input{name: in.name, description: in.description, typ: in.typ, def: in.def, applied: visibleApplied(in.applied)})
		}
	}
	return out
}

// visibleApplied keeps the directives of the GraphQL specification.
func visibleApplied(applied []*directive) []*directive {
	var out []*directive
	for _, d := range applied {
		if d.name == "deprecated" || d.name == "specifiedBy" || d.name == "oneOf" {
			out = append(out, d)
		}
	}
	return out
}

// linkedType says whether a type belongs to a linked specification.
func (s *subgraph) linkedType(name string) bool {
	if e, ok := s.links.typeElement(name); ok && e.feature.known() {
		return true
	}
	return strings.HasPrefix(name, "join__") || strings.HasPrefix(name, "link__") || strings.HasPrefix(name, "core__")
}

// linkedDirective says whether a directive belongs to a linked specification.
func (s *subgraph) linkedDirective(name string) bool {
	_, ok := s.links.directive(name)
	return ok || strings.HasPrefix(name, "join__")
}
