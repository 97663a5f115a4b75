package compose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// composedFeature is a specification of which subgraphs ask to keep directives.
type composedFeature struct {
	identity string
	newest   *feature // the newest version that one of them links
	elements []composedElement
	broken   bool
}

type composedElement struct {
	name, local string
	s           *subgraph
	pos         position // of the @composeDirective
}

// settleComposed honours @composeDirective: the directive is kept, in the
// definition of the newest version that asks for it.
func (m *merger) settleComposed() {
	var features []*composedFeature
	for _, s := range m.subgraphs {
		for _, d := range s.applied {
			if d.canon != federation.ComposeDirective {
				continue
			}
			if e, local, ok := m.composable(s, d); ok {
				features = addComposed(features, composedElement{e.name, local, s, d.pos}, e.feature)
			}
		}
	}
	m.checkMajors(features)
	m.checkComposedNames(features)
	m.hintOtherNames(features)
	for _, f := range features {
		if !f.broken {
			m.keepComposed(f)
		}
	}
}

// composable checks one application of @composeDirective.
func (m *merger) composable(s *subgraph, d *directive) (e element, local string, ok bool) {
	bad := func(format string, args ...any) (element, string, bool) {
		m.fail(DirectiveCompositionError, "", []Location{s.at(d.pos)}, format, args...)
		return element{}, "", false
	}
	name := d.text("name")
	local, at := strings.CutPrefix(name, "@")
	switch {
	case name == "":
		return bad("Argument to @composeDirective in subgraph %q cannot be NULL or an empty String", s.name)
	case !at:
		return bad("Argument to @composeDirective %q in subgraph %q must have a leading \"@\"", name, s.name)
	case s.directiveNamed(local) == nil && s.links.canon(local) == "":
		return bad("Could not find matching directive definition for argument to @composeDirective %q in subgraph %q.", name, s.name)
	}
	e, linked := s.links.directive(local)
	switch canon := s.links.canon(local); {
	case canon != "":
		if _, survives := federation.SupergraphFeature(canon); !survives {
			return bad("Composing federation directive %q in subgraph %q is not supported", name, s.name)
		}
		m.hint(HintDirectiveCompositionInfo, name, []Location{s.at(d.pos)}, "Directive %q should not be explicitly manually composed since it is a federation directive composed by default", name)
		return element{}, "", false
	case !linked:
		return bad("Directive %q in subgraph %q cannot be composed because it is not a member of a core feature", name, s.name)
	}
	return e, local, true
}

func addComposed(features []*composedFeature, e composedElement, linked *feature) []*composedFeature {
	i := slices.IndexFunc(features, func(f *composedFeature) bool { return f.identity == linked.identity })
	if i < 0 {
		i = len(features)
		features = append(features, &composedFeature{identity: linked.identity})
	}
	f := features[i]
	if f.newest == nil || linked.version.AtLeast(f.newest.version) {
		f.newest = linked
	}
	f.elements = append(f.elements, e)
	return features
}

// checkMajors reports features that subgraphs compose in incompatible versions,
// and hints at those that only link them so.
func (m *merger) checkMajors(features []*composedFeature) {
	for _, s := range m.subgraphs {
		for _, f := range s.links.features {
			if !f.known() && !slices.ContainsFunc(features, func(c *composedFeature) bool { return c.identity == f.identity }) {
				features = append(features, &composedFeature{identity: f.identity})
			}
		}
	}
	for _, f := range features {
		major, composedMajor := map[int]bool{}, map[int]bool{}
		var at []Location
		for _, s := range m.subgraphs {
			linked := s.links.byIdentity(f.identity)
			if linked == nil {
				continue
			}
			major[linked.version.Major] = true
			at = append(at, s.at(linked.pos))
			if slices.ContainsFunc(f.elements, func(e composedElement) bool { return e.s == s }) {
				composedMajor[linked.version.Major] = true
			}
		}
		switch {
		case len(composedMajor) > 1:
			f.broken = true
			m.fail(DirectiveCompositionError, "", at, "Core feature %q requested to be merged has major version mismatch across subgraphs", f.identity)
		case len(major) > 1:
			m.hint(HintDirectiveCompositionInfo, "", at, "Non-composed core feature %q has major version mismatch across subgraphs", f.identity)
		}
	}
}

// checkComposedNames reports a directive kept under several names, and a name
// that several directives claim.
func (m *merger) checkComposedNames(features []*composedFeature) {
	owner := map[string]*composedFeature{}
	for _, f := range features {
		locals := map[string]string{}
		for _, e := range f.elements {
			if other, ok := locals[e.name]; ok && other != e.local {
				f.broken = true
				m.fail(DirectiveCompositionError, "@"+e.local, []Location{e.s.at(e.pos)}, "Composed directive \"@%s\" is named inconsistently across subgraphs: \"@%s\" and \"@%s\"", e.name, other, e.local)
			}
			locals[e.name] = e.local
			if other := owner[e.local]; other != nil && other != f {
				f.broken = true
				m.fail(DirectiveCompositionError, "@"+e.local, []Location{e.s.at(e.pos)}, "Directive \"@%s\" is composed from different features: %q and %q", e.local, other.identity, f.identity)
			}
			owner[e.local] = f
		}
	}
}

// hintOtherNames hints at subgraphs that have a composed directive under another
// name without composing it.
func (m *merger) hintOtherNames(features []*composedFeature) {
	for _, f := range features {
		seen := map[string]bool{}
		for _, e := range f.elements {
			if seen[e.name] {
				continue
			}
			seen[e.name] = true
			for _, s := range m.subgraphs {
				linked := s.links.byIdentity(f.identity)
				if linked == nil || linked.local(e.name) == e.local || s.directiveByName[linked.local(e.name)] == nil {
					continue
				}
				m.hint(HintDirectiveCompositionWarn, "@"+e.local, []Location{s.at(linked.pos)}, "Composed directive \"@%s\" is named differently in subgraph %q, which does not export it. Consistent naming will be required to export it.", e.local, s.name)
			}
		}
	}
}

// keepComposed links a feature in the newest version, and keeps the directives
// that subgraphs of that version define. The purpose of the link is theirs, not
// the supergraph's.
func (m *merger) keepComposed(f *composedFeature) {
	link := &linkedFeature{url: f.newest.url()}
	for _, e := range f.elements {
		switch sv := m.survivors[e.local]; {
		case sv != nil && sv.composers != nil:
			sv.composers[e.s] = true
			continue
		case sv != nil:
			m.fail(DirectiveCompositionError, "@"+e.local, []Location{e.s.at(e.pos)}, "Directive \"@%s\" in subgraph %q cannot be composed because it conflicts with automatically composed federation directive \"@%s\".", e.local, e.s.name, cmp.Or(sv.canon, sv.name))
			continue
		}
		s, def := m.definition(f, e.name)
		if def == nil {
			m.undefined = append(m.undefined, e)
			continue
		}
		link.imports = append(link.imports, imported{name: e.name, as: e.local, directive: true})
		m.survivors[e.local] = &survivor{name: e.local, def: def, definer: s, composers: map[*subgraph]bool{e.s: true}, identity: f.identity, element: e.name}
	}
	m.features = append(m.features, link)
}

// definition is the definition of a directive in the last subgraph that links the
// feature in the version composed.
func (m *merger) definition(f *composedFeature, name string) (*subgraph, *directiveDef) {
	for _, s := range slices.Backward(m.subgraphs) {
		if linked := s.links.byIdentity(f.identity); linked == nil || linked.version != f.newest.version {
			continue
		}
		if def := s.directiveByName[s.links.byIdentity(f.identity).local(name)]; def != nil {
			return s, def
		}
	}
	return nil, nil
}

// defineComposed copies the definitions of the kept directives, once types are
// merged and enum uses can be recorded.
func (m *merger) defineComposed() {
	for _, e := range m.undefined {
		m.fail(DirectiveCompositionError, "@"+e.local, []Location{e.s.at(e.pos)}, "Directive \"@%s\" cannot be composed: no subgraph that links its feature in the newest version defines it", e.local)
	}
	names := make([]string, 0, len(m.survivors))
	for name := range m.survivors {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		sv := m.survivors[name]
		if sv.definer == nil {
			continue
		}
		def := *sv.def
		def.name, def.args = sv.name, nil
		for _, a := range sv.def.args {
			in := *a
			at := coordinate{Owner: "@" + name, Arg: a.name}
			in.applied = m.mergeApplied([]appliedSource{{sv.definer, a.applied}}, at)
			m.useEnum(a.typ, false, at)
			def.args = append(def.args, &in)
		}
		m.addDirective(&def)
	}
}
