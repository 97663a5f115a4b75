package compose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// survivor is a directive whose applications are part of the supergraph.
type survivor struct {
	name  string // in the supergraph
	canon string // canonical name when it is one of federation's, else ""
	def   *directiveDef
	// Of a directive kept by @composeDirective: the feature and its name there, the
	// subgraph whose definition is kept, and those that ask for it to be kept.
	identity, element string
	definer           *subgraph
	composers         map[*subgraph]bool
}

// linkedFeature is a specification the supergraph links.
type linkedFeature struct {
	url     string
	purpose federation.Purpose
	imports []imported
}

// survivorOrder is the order in which the supergraph links federation's features.
var survivorOrder = []string{
	federation.Tag, federation.Inaccessible, federation.Authenticated, federation.RequiresScopes, federation.Policy,
	federation.Context, federation.Cost, federation.ListSize,
}

// settleDirectives finds the directives that survive composition, under which
// name, and links their specifications.
func (m *merger) settleDirectives() {
	for _, name := range []string{"deprecated", "specifiedBy"} {
		m.survivors[name] = &survivor{name: name, def: builtinDirectives[name]}
	}
	written := make([][]*directive, len(m.subgraphs))
	for i, s := range m.subgraphs {
		written[i] = s.federationDirectives()
	}
	var linked []string
	for _, canon := range survivorOrder {
		if name := m.survivingName(canon, written); name != "" {
			m.addFederationSurvivor(canon, name)
			if f, _ := federation.SupergraphFeature(canon); !slices.Contains(linked, f.Identity) {
				linked = append(linked, f.Identity)
			}
		}
	}
	for _, identity := range linked {
		m.linkFederationFeature(identity)
	}
	m.settleJoinedFeatures(written)
	m.settleComposed()
}

// survivingName is the name under which subgraphs apply a federation directive,
// "" when none does. Different names are an error.
func (m *merger) survivingName(canon string, written [][]*directive) string {
	var names variants
	var at []Location
	var from string
	for i, s := range m.subgraphs {
		for _, d := range written[i] {
			if d.canon != canon {
				continue
			}
			names.add("it is imported as \"@"+d.name+"\"", s.name)
			e, ok := s.links.directive(d.name)
			if !ok { // federation 1 links nothing
				at = append(at, s.at(position{}))
				continue
			}
			at = append(at, s.at(e.feature.pos))
			from = cmp.Or(from, e.feature.url())
		}
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) > 1:
		m.fail(LinkImportNameMismatch, "@"+canon, at, "The \"@%s\" directive (from %s) is imported with mismatched name between subgraphs: %s", canon, from, names.describe())
	}
	_, name, _ := strings.Cut(names[0].text, "@")
	return strings.TrimSuffix(name, "\"")
}

// federationDirectives are applications of federation's directives, one for each
// local name that the subgraph applies, sorted by that.
func (s *subgraph) federationDirectives() []*directive {
	var out []*directive
	add := func(applied []*directive) {
		for _, d := range applied {
			if d.canon != "" && !slices.ContainsFunc(out, func(e *directive) bool { return e.name == d.name }) {
				out = append(out, d)
			}
		}
	}
	addInputs := func(list []*input) {
		for _, in := range list {
			add(in.applied)
		}
	}
	add(s.applied)
	for _, d := range s.directives {
		addInputs(d.args)
	}
	for _, t := range s.types {
		add(t.applied)
		addInputs(t.inputs)
		for _, f := range t.fields {
			add(f.applied)
			addInputs(f.args)
		}
		for _, v := range t.values {
			add(v.applied)
		}
	}
	slices.SortFunc(out, func(a, b *directive) int { return strings.Compare(a.name, b.name) })
	return out
}

func (m *merger) addFederationSurvivor(canon, name string) {
	d, _ := federation.Lookup(canon, federation.LatestFederation)
	f, _ := federation.SupergraphFeature(canon)
	def := m.addDirective(specified(name, d, func(scalar string) string {
		full := f.Name() + "__" + scalar
		if m.byName[full] == nil {
			m.addType(&typeDef{name: full, kind: scalarKind, machinery: true})
		}
		return full
	}))
	s := &survivor{name: name, canon: canon, def: def}
	m.survivors[name], m.canonical[canon] = s, s
}

// linkFederationFeature links a specification and defines the directives of it
// that no subgraph applies, under their namespaced names.
func (m *merger) linkFederationFeature(identity string) {
	var link *linkedFeature
	for _, element := range companions[identity] {
		canon, isDirective := strings.CutPrefix(element, "@")
		f, ok := federation.SupergraphFeature(canon)
		if !isDirective || !ok {
			continue
		}
		if link == nil {
			link = &linkedFeature{url: f.URL(), purpose: f.Purpose}
		}
		namespaced := f.Name()
		if canon != f.Name() {
			namespaced += "__" + canon
		}
		if m.canonical[canon] == nil {
			m.addFederationSurvivor(canon, namespaced)
		}
		if name := m.canonical[canon].name; name != namespaced {
			link.imports = append(link.imports, imported{name: canon, as: name, directive: true})
		}
	}
	m.features = append(m.features, link)
}

// latestConnect is the connect version a supergraph links at least; v0.4 is a
// preview and linked only where a subgraph does.
var latestConnect = federation.Version{Major: 0, Minor: 3}

// settleJoinedFeatures links the features that travel in @join__directive.
func (m *merger) settleJoinedFeatures(written [][]*directive) {
	connect := federation.Version{}
	for _, s := range m.subgraphs {
		if f := s.links.byIdentity(federation.ConnectSpec); f != nil && f.known() {
			connect = latestConnect
			if f.version.AtLeast(connect) {
				connect = f.version
			}
		}
	}
	if connect != (federation.Version{}) {
		m.features = append(m.features, &linkedFeature{url: federation.ConnectSpec + "/" + connect.String(), purpose: federation.Execution})
	}
	if m.survivingName(federation.CacheTag, written) != "" {
		m.features = append(m.features, &linkedFeature{url: federation.CacheTagSpec + "/v0.1", purpose: federation.Execution})
	}
}

// survivorOf is the directive of the supergraph that an application in a subgraph
// stands for, nil when it does not survive.
func (m *merger) survivorOf(s *subgraph, d *directive) *survivor {
	if d.canon != "" {
		if d.canon == federation.FromContext {
			return nil
		}
		return m.canonical[d.canon]
	}
	sv := m.survivors[d.name]
	if sv == nil || sv.canon != "" {
		return nil
	}
	if sv.composers != nil && !sv.composers[s] {
		if e, ok := s.links.directive(d.name); !ok || e.feature.identity != sv.identity || e.name != sv.element {
			return nil
		}
	}
	return sv
}

// keptBy says whether a subgraph's application makes the directive survive on an
// element. A composed directive survives where a subgraph that composes it
// applies it; then the applications of other subgraphs count too.
func (sv *survivor) keptBy(s *subgraph) bool { return sv.composers == nil || sv.composers[s] }
