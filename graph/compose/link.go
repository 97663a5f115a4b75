package compose

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// feature is a specification linked by a subgraph.
type feature struct {
	identity string // URL without the version
	version  federation.Version
	name     string             // namespace of the elements that are not imported
	purpose  federation.Purpose // of @link(for:)
	imports  []imported
	pos      position
	implied  bool // the link specification where nothing links it by itself
}

// imported is an element imported by @link: name is canonical, as the local one;
// both without "@".
type imported struct {
	name, as  string
	directive bool
	pos       position
}

func (f *feature) url() string { return f.identity + "/" + f.version.String() }

// known says whether the feature is one whose directives composition gives a
// meaning to. What a version says that does not exist, nobody knows.
func (f *feature) known() bool {
	return f.identity == federation.FederationSpec || f.identity == federation.LinkSpec || slices.Contains(federation.KnownVersions(f.identity), f.version)
}

// element is a directive or type of a feature under its canonical name.
type element struct {
	feature *feature
	name    string
}

// links is the name table of a subgraph: what each local name stands for.
type links struct {
	linkName string // the local name of @link
	// An application links the link specification, or federation, which implies it:
	// that makes @link mean something.
	bootstrapped bool
	trusted      bool // the link specification is linked, and the definition of @link is the subgraph's own
	features     []*feature
	fed          *feature           // the federation specification, nil in federation 1
	directives   map[string]element // imported, by local name
	types        map[string]element

	// In federation 1, the directives that the schema defines. Those with names of
	// federation 2 become federation's by the upgrade.
	defined map[string]bool
}

// directive resolves a local directive name, Link specification v1.0 §1.1.
func (l *links) directive(local string) (element, bool) {
	if e, ok := l.directives[local]; ok {
		return e, true
	}
	if ns, name, ok := strings.Cut(local, "__"); ok {
		if f := l.byName(ns); f != nil {
			return element{f, name}, true
		}
	}
	if f := l.byName(local); f != nil && !f.importsDirective(local) {
		return element{f, federation.SpecName(f.identity)}, true
	}
	return element{}, false
}

// typeElement resolves a local type name.
func (l *links) typeElement(local string) (element, bool) {
	if e, ok := l.types[local]; ok {
		return e, true
	}
	if ns, name, ok := strings.Cut(local, "__"); ok {
		if f := l.byName(ns); f != nil {
			return element{f, name}, true
		}
	}
	return element{}, false
}

// local is the name that a directive of the feature has in the subgraph.
func (f *feature) local(name string) string {
	for _, i := range f.imports {
		if i.directive && i.name == name {
			return i.as
		}
	}
	return f.namespaced(name)
}

// namespaced is the name that an element has without being imported.
func (f *feature) namespaced(name string) string {
	if name == federation.SpecName(f.identity) {
		return f.name
	}
	return f.name + "__" + name
}

func (f *feature) importsDirective(name string) bool {
	return slices.ContainsFunc(f.imports, func(i imported) bool { return i.directive && i.name == name })
}

func (l *links) byName(name string) *feature {
	for _, f := range l.features {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (l *links) byIdentity(identity string) *feature {
	for _, f := range l.features {
		if f.identity == identity {
			return f
		}
	}
	return nil
}

// canon is the canonical name of a directive that federation or one of its
// companion specifications defines, "" for any other.
func (l *links) canon(local string) string {
	if l.fed == nil {
		_, now := federation.Fed1Lookup(local)
		_, later := federation.Lookup(local, upgradeVersion)
		if now || later && l.defined[local] {
			return local
		}
	}
	e, ok := l.directive(local)
	switch {
	case !ok || !e.feature.known():
		return ""
	case e.feature.identity == federation.LinkSpec && e.name == federation.Link:
		return federation.Link
	case e.feature.identity == federation.ConnectSpec:
		return e.name
	}
	if _, ok := federation.Since(e.name); !ok {
		return ""
	}
	return e.name
}

// local is the subgraph's name of a canonical directive.
func (l *links) local(canon string) string {
	if canon == federation.Link {
		return l.linkName
	}
	fallback := canon
	for _, f := range l.features {
		if !f.known() || (f != l.fed && federation.SpecName(f.identity) != canon) {
			continue
		}
		for _, i := range f.imports {
			if i.directive && i.name == canon {
				return i.as
			}
		}
		if f == l.fed {
			fallback = f.name + "__" + canon
		}
	}
	return fallback
}

// localType is the subgraph's name of a federation scalar.
func (l *links) localType(canon string) string {
	if l.fed == nil {
		return "_" + canon
	}
	for _, i := range l.fed.imports {
		if !i.directive && i.name == canon {
			return i.as
		}
	}
	return l.fed.name + "__" + canon
}

// resolveLinks builds the name table out of the @link applications on the schema
// and reports the ones that break the link specification.
func (s *subgraph) resolveLinks(doc *ast.SchemaDocument) {
	var applied ast.DirectiveList
	for _, list := range []ast.SchemaDefinitionList{doc.Schema, doc.SchemaExtension} {
		for _, d := range list {
			applied = append(applied, d.Directives...)
		}
	}
	l := &links{linkName: linkName(applied), directives: map[string]element{}, types: map[string]element{}}
	s.links = l
	linked := slices.DeleteFunc(slices.Clone(applied), func(d *ast.Directive) bool { return d.Name != l.linkName })
	r := linkReader{subgraph: s, links: l}
	linksSpec := slices.ContainsFunc(linked, isLinkSpec)
	if !linksSpec {
		l.features = append(l.features, &feature{identity: federation.LinkSpec, version: federation.Version{Major: 1}, name: l.linkName, implied: true})
	}
	own := doc.Directives.ForName(l.linkName)
	l.trusted = linksSpec && own != nil && canLink(own)
	l.bootstrapped = slices.ContainsFunc(linked, linksFederation) || linksSpec && (own == nil || l.trusted)
	if l.bootstrapped {
		for _, d := range linked {
			r.read(d)
		}
	}
	r.checkNamespaces()
	l.fed = l.byIdentity(federation.FederationSpec)
	s.fed1 = l.fed == nil
	if !s.fed1 {
		s.version = l.fed.version
		return
	}
	l.defined = map[string]bool{}
	for _, d := range doc.Directives {
		l.defined[d.Name] = true
	}
}

func linksFederation(d *ast.Directive) bool { return linksTo(d, federation.FederationSpec) }

// canLink says whether a definition of @link that a subgraph wrote itself can do the
// work. Any other one is a directive of the subgraph's own.
func canLink(def *ast.DirectiveDefinition) bool {
	url, as := def.Arguments.ForName("url"), def.Arguments.ForName("as")
	return def.IsRepeatable && len(def.Locations) == 1 && def.Locations[0] == ast.LocationSchema &&
		url != nil && url.Type.NamedType == "String" && (as == nil || as.Type.NamedType == "String" && !as.Type.NonNull)
}

func isLinkSpec(d *ast.Directive) bool { return linksTo(d, federation.LinkSpec) }

// linksTo says whether a @link is to a specification, in whatever version.
func linksTo(d *ast.Directive, identity string) bool {
	version, ok := strings.CutPrefix(astText(d, "url"), identity)
	return ok && (version == "" || version[0] == '/')
}

// linkName finds how the schema calls @link: the specification may link itself
// under another name.
func linkName(applied ast.DirectiveList) string {
	for _, d := range applied {
		if as := astText(d, "as"); as != "" && d.Name == as && isLinkSpec(d) {
			return as
		}
	}
	return federation.Link
}

func astText(d *ast.Directive, arg string) string {
	if a := d.Arguments.ForName(arg); a != nil && (a.Value.Kind == ast.StringValue || a.Value.Kind == ast.BlockValue) {
		return a.Value.Raw
	}
	return ""
}
