package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// supergraph is the merged schema, with what the later stages must know of how it
// came about.
type supergraph struct {
	*schema
	version   federation.Version
	sources   map[string][]typeSource             // per type, by subgraph
	survivors map[string]*survivor                // directives that survive, by supergraph name
	canonical map[string]*survivor                // the same for federation's own, by canonical name
	usesAuth  bool                                // an authorization directive survives
	uses      map[string]*enumUse                 // how merged elements use enums
	abstract  map[string]map[string][]fieldSource // interface object fields, by interface and field
}

// typeSource is a type in one of the subgraphs that have it.
type typeSource struct {
	s *subgraph
	t *typeDef
}

// merger merges subgraphs; it is the second half of a composition's state while
// merge runs.
type merger struct {
	*composition
	*supergraph
	features  []*linkedFeature
	undefined []composedElement // to be composed, but nowhere defined

	texts   []described     // see scratch
	sourced []appliedSource // see scratch
	found   []applications  // see mergeApplied
	grouped fieldGroups     // see groupFields
	args    []argument      // of the directive being made

	resolved []fieldSource // see resolving
}

// merge builds the supergraph. Types come first in outline, then what relates
// them (implements, unions), since types of fields are compared by the merged
// relations; enums come last, since how they merge depends on who uses them.
func (c *composition) merge() {
	c.super = &supergraph{
		schema: newSchema(), sources: map[string][]typeSource{}, survivors: map[string]*survivor{}, canonical: map[string]*survivor{},
		uses: map[string]*enumUse{}, abstract: map[string]map[string][]fieldSource{},
	}
	m := &merger{composition: c, supergraph: c.super, grouped: fieldGroups{index: map[string]int{}}}
	m.settleVersion()
	m.settleDirectives()
	m.settleAuth()
	if len(c.errors) > 0 {
		return // which applications to merge is not known
	}
	m.outline()
	m.mergeRelations()
	m.mergeRoots()
	for _, pass := range []kind{scalarKind, inputKind, interfaceKind, objectKind} {
		for _, t := range m.types {
			if t.kind == pass {
				m.mergeType(t)
			}
		}
	}
	m.mergeExecutableDirectives()
	for _, t := range m.types {
		if t.kind == enumKind {
			m.mergeEnum(t)
		}
	}
	m.addInterfaceObjectFields()
	m.mergeSchema()
}

// fail records an error that concerns several subgraphs.
func (c *composition) fail(code Code, coordinate string, at []Location, format string, args ...any) {
	c.errors = append(c.errors, &Error{Code: code, Message: fmt.Sprintf(format, args...), Coordinate: coordinate, Locations: at})
}

// hint records a hint.
func (c *composition) hint(code HintCode, coordinate string, at []Location, format string, args ...any) {
	c.hints = append(c.hints, Hint{Code: code, Level: code.level(), Message: fmt.Sprintf(format, args...), Coordinate: coordinate, Locations: at})
}

// subgraphList is `subgraph "a"` or `subgraphs "a", "b" and "c"`.
func subgraphList(names []string) string {
	if len(names) == 0 {
		return "no subgraph"
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + n + `"`
	}
	if len(quoted) == 1 {
		return "subgraph " + quoted[0]
	}
	return "subgraphs " + strings.Join(quoted[:len(quoted)-1], ", ") + " and " + quoted[len(quoted)-1]
}

// variant is a form an element has, and the subgraphs in which it has it.
type variant struct {
	text  string
	names []string
}

// variants groups subgraphs by what an element looks like in them, in order of
// first appearance.
type variants []variant

func (v *variants) add(text, subgraph string) {
	i := slices.IndexFunc(*v, func(e variant) bool { return e.text == text })
	if i < 0 {
		i = len(*v)
		*v = append(*v, variant{text: text})
	}
	(*v)[i].names = append((*v)[i].names, subgraph)
}

// describe is "<prefix>A in subgraph "x" but B in subgraphs "y" and "z"".
func (v variants) describe() string {
	var b strings.Builder
	for i, e := range v {
		if i > 0 {
			b.WriteString(" but ")
		}
		b.WriteString(e.text)
		b.WriteString(" in ")
		b.WriteString(subgraphList(e.names))
	}
	return b.String()
}

// settleVersion computes the federation version of the supergraph: the newest
// that a subgraph links, or that one of its linked features needs.
func (m *merger) settleVersion() {
	m.version = federation.Version{Major: 2}
	for _, s := range m.subgraphs {
		need, by := s.neededVersion()
		if need.AtLeast(m.version) {
			m.version = need
		}
		if by != nil {
			m.hint(HintImplicitUpgrade, "@"+s.links.linkName, []Location{s.at(by.pos)},
				"Subgraph %s has been implicitly upgraded from federation %s to %s", s.name, s.version, need)
		}
	}
}

// neededVersion is the federation version of a subgraph, or the newer one that a
// feature linked by itself needs, with that feature. Of those only @authenticated,
// @cost and @connect need any, for the reference composer.
func (s *subgraph) neededVersion() (need federation.Version, by *feature) {
	need = s.version
	for _, f := range s.links.features {
		v := federation.Version{}
		switch {
		case f.identity == federation.ConnectSpec:
			v, _ = federation.ConnectNeeds(f.version)
		case !f.known(): // a version that does not exist
		case f.identity == federation.AuthenticatedSpec:
			v, _ = federation.Since(federation.Authenticated)
		case f.identity == federation.CostSpec:
			v, _ = federation.Since(federation.Cost)
		}
		if !need.AtLeast(v) {
			need, by = v, f
		}
	}
	return need, by
}
