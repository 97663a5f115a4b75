package schema

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// understood lists the specifications whose elements Load gives their meaning. A specification outside this list that is linked
// for SECURITY or EXECUTION cannot be ignored (link v1.0, link__Purpose), so it is an error.
var understood = []string{
	federation.LinkSpec, federation.CoreSpec, federation.JoinSpec, federation.TagSpec, federation.InaccessibleSpec,
	federation.AuthenticatedSpec, federation.RequiresScopesSpec, federation.PolicySpec, federation.ContextSpec,
	federation.CostSpec, federation.CacheTagSpec,
}

// link is one @link (or @core) of the schema definition.
type link struct {
	identity  string // URL without the version
	version   federation.Version
	namespace string
	imports   map[string]string // element as the specification names it ("@key", "Scope") -> name in this document, without "@"
	purpose   federation.Purpose
	position  *ast.Position
}

// directive returns the document's name for a directive of the specification (link v1.0, "Name conventions").
func (l *link) directive(name string) string {
	if as, ok := l.imports["@"+name]; ok {
		return as
	}
	if name == federation.SpecName(l.identity) {
		return l.namespace
	}
	return l.namespace + "__" + name
}

func (l *link) ownsDirective(name string) bool {
	return name == l.namespace || strings.HasPrefix(name, l.namespace+"__") || l.imported("@", name)
}

func (l *link) ownsType(name string) bool {
	return strings.HasPrefix(name, l.namespace+"__") || l.imported("", name)
}

func (l *link) imported(sigil, name string) bool {
	for element, as := range l.imports {
		if as == name && strings.HasPrefix(element, "@") == (sigil == "@") {
			return true
		}
	}
	return false
}

// loadLinks reads the links of the schema definition and its extensions.
func (ld *loader) loadLinks() {
	for _, def := range append(slices.Clone(ld.doc.Schema), ld.doc.SchemaExtension...) {
		for _, d := range def.Directives {
			if url := argString(d, "url"); url != "" {
				ld.addLink(d, url)
			} else if url := argString(d, "feature"); url != "" && d.Name == "core" {
				ld.addLink(d, url)
			}
		}
	}
	if ld.link(federation.JoinSpec) == nil {
		// Not every composer prints links; what makes a supergraph is the enum of its subgraphs.
		ld.links = append(ld.links, &link{identity: federation.JoinSpec, namespace: "join"})
	}
	for _, core := range []string{federation.LinkSpec, federation.CoreSpec} {
		if ld.link(core) == nil {
			ld.links = append(ld.links, &link{identity: core, namespace: federation.SpecName(core)})
		}
	}
}

func (ld *loader) addLink(d *ast.Directive, url string) {
	l := &link{identity: url, imports: map[string]string{}, position: d.Position, purpose: federation.Purpose(argString(d, "for"))}
	if i := strings.LastIndexByte(url, '/'); i >= 0 {
		if v, ok := federation.ParseVersion(url[i+1:]); ok {
			l.identity, l.version = url[:i], v
		}
	}
	l.namespace = federation.SpecName(l.identity)
	if as := argString(d, "as"); as != "" {
		l.namespace = as
	}
	for _, item := range argList(d, "import") {
		name, as := item.Raw, ""
		if item.Kind == ast.ObjectValue {
			name, as = childString(item, "name"), childString(item, "as")
		}
		if as == "" {
			as = name
		}
		l.imports[name] = strings.TrimPrefix(as, "@")
	}
	if ld.checkLink(l, url) {
		ld.links = append(ld.links, l)
	}
}

func (ld *loader) checkLink(l *link, url string) bool {
	known := slices.Contains(understood, l.identity)
	switch l.purpose {
	case federation.NoPurpose:
	case federation.Security, federation.Execution:
		if !known && !ld.composed {
			ld.errorf(l.position, schemaAt, "links %q for %s, which this gateway does not implement", url, l.purpose)
			return false
		}
	default:
		ld.errorf(l.position, schemaAt, "links %q for the unknown purpose %s", url, l.purpose)
		return false
	}
	mustKnow := l.purpose != federation.NoPurpose || l.identity == federation.JoinSpec
	if known && mustKnow && !slices.Contains(federation.KnownVersions(l.identity), l.version) {
		ld.errorf(l.position, schemaAt, "links %q: this version is not known", url)
		return false
	}
	if other := ld.link(l.identity); other != nil && known {
		ld.errorf(l.position, schemaAt, "links %q twice", l.identity)
		return false
	}
	return true
}

func (ld *loader) link(identity string) *link {
	for _, l := range ld.links {
		if l.identity == identity {
			return l
		}
	}
	return nil
}

// directiveName returns the document's name for a directive of a specification. Without a link it is the directive's own name,
// because older composers print the elements of some specifications without linking them.
func (ld *loader) directiveName(identity, name string) string {
	if l := ld.link(identity); l != nil {
		return l.directive(name)
	}
	return name
}

// machinery reports whether a type only exists for the supergraph's own sake.
func (ld *loader) machinery(typeName string) bool {
	return ld.directiveTypes[typeName] || slices.ContainsFunc(ld.links, func(l *link) bool { return l.ownsType(typeName) })
}

// findDirectiveTypes finds the types that serve nothing but arguments of directives which clients cannot use. Composers that do not link the
// specifications of their directives leave such types behind.
func (ld *loader) findDirectiveTypes() {
	if ld.composed {
		return // all specifications are linked
	}
	ld.directiveTypes = map[string]bool{}
	for _, d := range ld.doc.Directives {
		if !executable(d) {
			for _, a := range d.Arguments {
				ld.directiveTypes[a.Type.Name()] = true
			}
		}
	}
	byName := make(map[string]*ast.Definition, len(ld.doc.Definitions))
	for _, d := range ld.doc.Definitions {
		byName[d.Name] = d
		if d.Directives.ForName(ld.names.typ) != nil {
			delete(ld.directiveTypes, d.Name)
		}
	}
	var use func(name string)
	use = func(name string) {
		d := byName[name]
		if d == nil || (d.Kind != ast.InputObject && !ld.directiveTypes[name]) {
			return
		}
		delete(ld.directiveTypes, name)
		delete(byName, name) // visited
		for _, f := range d.Fields {
			use(f.Type.Name())
		}
	}
	for _, d := range ld.doc.Definitions {
		if d.Kind != ast.Object && d.Kind != ast.Interface {
			continue
		}
		for _, f := range d.Fields {
			use(f.Type.Name())
			for _, a := range f.Arguments {
				use(a.Type.Name())
			}
		}
	}
}

// executable reports whether a directive may stand in operations.
func executable(d *ast.DirectiveDefinition) bool {
	return slices.ContainsFunc(d.Locations, func(l ast.DirectiveLocation) bool {
		switch l {
		case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField, ast.LocationFragmentDefinition,
			ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition:
			return true
		default:
			return false
		}
	})
}

func (ld *loader) machineryDirective(name string) bool {
	return slices.ContainsFunc(ld.links, func(l *link) bool { return l.ownsDirective(name) })
}
