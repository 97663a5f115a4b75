package compose

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// linkReader turns applications of @link into features.
type linkReader struct {
	*subgraph
	links *links
}

func (r linkReader) misuse(at *ast.Position, format string, args ...any) {
	r.report(InvalidLinkDirectiveUsage, place(at), "@"+r.links.linkName, format, args...)
}

func (r linkReader) read(d *ast.Directive) {
	f := r.identify(d)
	if f == nil {
		return
	}
	if as := d.Arguments.ForName("as"); as != nil && as.Value.Kind == ast.StringValue {
		f.name = as.Value.Raw
		if !validName(f.name) {
			r.misuse(d.Position, "Cannot link feature %q as %q since it is not a valid GraphQL name. Please rename to a compliant name via \"as\".", f.identity, f.name)
			return
		}
	}
	f.purpose = readPurpose(d)
	known := r.checkVersion(f)
	switch {
	case r.links.byIdentity(f.identity) != nil:
		r.misuse(d.Position, "Cannot link feature %q since it has already been linked in the schema.", f.identity)
		return
	case strings.HasSuffix(f.name, "_"), strings.Contains(f.name, "__"):
		r.misuse(d.Position, "Cannot link feature %q as %q: the name of a feature neither contains \"__\" nor ends in \"_\". Please rename it via \"as\".", f.identity, f.name)
		return
	}
	if other := r.links.byName(f.name); other != nil {
		r.misuse(d.Position, "Cannot link feature %q as %q since feature %q has that name already. Please rename one of them via \"as\".", f.identity, f.name, other.identity)
		return
	}
	if !known && f.identity != federation.LinkSpec {
		return
	}
	r.links.features = append(r.links.features, f)
	r.readImports(d, f)
}

// identify reads the URL; nil when it identifies no specification.
func (r linkReader) identify(d *ast.Directive) *feature {
	raw := astText(d, "url")
	bad := func(format string, args ...any) *feature {
		r.report(InvalidLinkIdentifier, place(d.Position), "@"+r.links.linkName, format, args...)
		return nil
	}
	parsed, err := url.Parse(raw)
	if err != nil || parsed.Scheme == "" || parsed.Host == "" {
		return bad("Invalid feature url %q: it should be an absolute URL", raw)
	}
	path := strings.TrimPrefix(parsed.Path, "/")
	if path == "" {
		return bad("Missing path in feature url %q", raw)
	}
	if strings.HasSuffix(path, "/") {
		return bad("Missing version component in feature url %q", raw)
	}
	head, last := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		head, last = path[:i], path[i+1:]
	}
	version, ok := federation.ParseVersion(last)
	if !ok {
		return bad("Expected a version string (of the form v1.2), got %s", last)
	}
	if head == "" {
		return bad("Missing feature name component in feature url %q", raw)
	}
	f := &feature{identity: parsed.Scheme + "://" + parsed.Host + "/" + head, version: version, pos: place(d.Position)}
	f.name = federation.SpecName(f.identity)
	return f
}

func (r linkReader) checkVersion(f *feature) bool {
	switch {
	case f.identity == federation.FederationSpec && !f.version.Known():
		r.unspecified = true
		r.report(UnknownFederationLinkVersion, f.pos, "@"+r.links.linkName, "Invalid version %s for the federation feature in @link directive on schema: versions v2.0 to %s are known", f.version, federation.LatestFederation)
		return false
	case f.identity == federation.LinkSpec && !slices.Contains(federation.KnownVersions(federation.LinkSpec), f.version):
		r.unspecified = true
		r.report(UnknownLinkVersion, f.pos, "@"+r.links.linkName, "Unknown version %s of the link specification: v1.0 is known", f.version)
		return false
	}
	return true
}

func readPurpose(d *ast.Directive) federation.Purpose {
	if a := d.Arguments.ForName("for"); a != nil && a.Value.Kind == ast.EnumValue {
		return federation.Purpose(a.Value.Raw)
	}
	return federation.NoPurpose
}

func (r linkReader) readImports(d *ast.Directive, f *feature) {
	list := d.Arguments.ForName("import")
	if list == nil || list.Value.Kind == ast.NullValue {
		return
	}
	if list.Value.Kind != ast.ListValue {
		r.misuse(list.Value.Position, "Invalid value %s for @link(import:): expected a list. Write [%s].", list.Value, list.Value)
		return
	}
	for _, item := range list.Value.Children {
		if name, as, ok := r.importNames(item.Value); ok && r.checkImport(item.Value.Position, f, name, as) {
			r.addImport(item.Value.Position, f, name, as)
		}
	}
}

// importNames reads one item of @link(import:), "name" or {name:, as:}.
func (r linkReader) importNames(v *ast.Value) (name, as string, ok bool) {
	switch v.Kind {
	case ast.StringValue, ast.BlockValue:
		return v.Raw, v.Raw, true
	case ast.ObjectValue:
		for _, c := range v.Children {
			switch {
			case c.Value.Kind != ast.StringValue || (c.Name != "name" && c.Name != "as"):
				r.misuse(v.Position, "Unknown field %q for sub-value %s of @link(import:): expected { name: \"<importedElement>\", as: \"<alias>\" }.", c.Name, v)
				return "", "", false
			case !validName(strings.TrimPrefix(c.Value.Raw, "@")):
				r.misuse(v.Position, "Invalid value for the %q field for sub-value %s of @link(import:) argument: must use a GraphQL name.", c.Name, v)
				return "", "", false
			case c.Name == "name":
				name = c.Value.Raw
			case c.Value.Raw == "":
				r.misuse(v.Position, "Invalid value for the \"as\" field for sub-value %s of @link(import:) argument: must use a GraphQL name.", v)
				return "", "", false
			default:
				as = c.Value.Raw
			}
		}
		if name == "" {
			r.misuse(v.Position, "Invalid sub-value %s for @link(import:) argument: missing mandatory \"name\" field.", v)
			return "", "", false
		}
		if as == "" {
			as = name
		}
		return name, as, true
	}
	r.misuse(v.Position, "Invalid sub-value %s for @link(import:) argument: values should be either strings or input object values of the form { name: \"<importedElement>\", as: \"<alias>\" }.", v)
	return "", "", false
}

func (r linkReader) checkImport(at *ast.Position, f *feature, name, as string) bool {
	if isDirective, aliased := name != "" && name[0] == '@', as != "" && as[0] == '@'; isDirective != aliased {
		if isDirective {
			r.misuse(at, "Invalid @link import renaming: directive %q imported name should start with a '@' character, but got %q.", name, as)
		} else {
			r.misuse(at, "Invalid @link import renaming: type %q imported name should not start with a '@' character, but got %q (or, if %q is meant to be a directive, it needs to be written \"@%s\").", name, as, name, name)
		}
		return false
	}
	if f.offers(name) {
		return true
	}
	if f.offers("@" + name) {
		r.misuse(at, "Cannot import unknown element %q. Did you mean directive \"@%s\"?", name, name)
	} else {
		r.misuse(at, "Cannot import unknown element %q.", name)
	}
	return false
}

func (r linkReader) addImport(at *ast.Position, f *feature, name, as string) {
	table := r.links.types
	local, isDirective := strings.CutPrefix(as, "@")
	if isDirective {
		table = r.links.directives
	}
	if other, taken := table[local]; taken && other.feature != f {
		r.misuse(at, "Cannot import %q from feature %q since it was previously imported from feature %q. Please rename the import to avoid conflicts via \"as\".", name, f.identity, other.feature.identity)
		return
	}
	i := imported{name: strings.TrimPrefix(name, "@"), as: local, directive: isDirective, pos: place(at)}
	for _, j := range f.imports {
		switch {
		case j.directive != i.directive, j.name != i.name && j.as != i.as:
		case j.name == i.name && j.as == i.as:
			return
		case j.name == i.name:
			r.misuse(at, "Cannot import %q as %q from feature %q since it was previously imported as %q. Please remove one of these imports.", name, as, f.identity, j.local())
			return
		default:
			r.misuse(at, "Cannot import %q as %q from feature %q since it was previously imported for %q. Please rename the import to avoid conflicts via \"as\".", name, as, f.identity, j.canon())
			return
		}
	}
	f.imports = append(f.imports, i)
	table[local] = element{f, i.name}
}

// checkNamespaces reports imports under a name that could as well be that of
// another element which is not imported: "feature__element", or for a directive
// "feature" alone.
func (r linkReader) checkNamespaces() {
	for _, f := range r.links.features {
		for _, i := range f.imports {
			switch other := r.links.namespaceOf(i); {
			case other == nil:
			case other != f:
				r.report(InvalidLinkDirectiveUsage, i.pos, "@"+r.links.linkName, "Cannot import %s from feature %q since it can be confused with a namespaced name from another linked feature %q. Please rename the import or feature to avoid conflicts via \"as\".", i, f.identity, other.identity)
			case i.as != f.namespaced(i.name):
				r.report(InvalidLinkDirectiveUsage, i.pos, "@"+r.links.linkName, "Cannot import %s from feature %q since it can be confused with the name of another element of the feature. Please rename the import to avoid conflicts via \"as\".", i, f.identity)
			}
		}
	}
}

// namespaceOf is the feature in whose namespace an import's local name lies, or nil.
func (l *links) namespaceOf(i imported) *feature {
	if ns, _, ok := strings.Cut(i.as, "__"); ok {
		return l.byName(ns)
	}
	if i.directive {
		return l.byName(i.as)
	}
	return nil
}

// local is the name under which the element is imported, as it is written in SDL.
func (i imported) local() string { return i.written(i.as) }

// canon is the name of the imported element, as it is written in SDL.
func (i imported) canon() string { return i.written(i.name) }

func (i imported) written(name string) string {
	if i.directive {
		return "@" + name
	}
	return name
}

// String names the import in messages.
func (i imported) String() string {
	if i.name == i.as {
		return strconv.Quote(i.canon())
	}
	return strconv.Quote(i.canon()) + " as " + strconv.Quote(i.local())
}

// validName says whether a text is a GraphQL name, October 2021 §2.1.9.
func validName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '_', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i > 0 && '0' <= c && c <= '9':
		default:
			return false
		}
	}
	return s != ""
}
