package compose

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// builtinScalars are the scalars of GraphQL October 2021 §3.5; a subgraph need
// not define them.
var builtinScalars = map[string]*typeDef{
	"Int":     {name: "Int", kind: scalarKind, builtin: true},
	"Float":   {name: "Float", kind: scalarKind, builtin: true},
	"String":  {name: "String", kind: scalarKind, builtin: true},
	"Boolean": {name: "Boolean", kind: scalarKind, builtin: true},
	"ID":      {name: "ID", kind: scalarKind, builtin: true},
}

// lookup finds a type by name, built-in scalars included; nil for none.
func (s *schema) lookup(name string) *typeDef {
	if t := s.byName[name]; t != nil {
		return t
	}
	return builtinScalars[name]
}

// builtinDirectives are the directives of GraphQL October 2021 §3.13; a subgraph
// need not define them. @oneOf came later: who uses it defines it.
var builtinDirectives = map[string]*directiveDef{
	"skip":    {name: "skip", args: []*input{{name: "if", typ: parseTypeRef("Boolean!")}}, locations: []string{"FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"}},
	"include": {name: "include", args: []*input{{name: "if", typ: parseTypeRef("Boolean!")}}, locations: []string{"FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"}},
	"deprecated": {
		name: "deprecated", args: []*input{{name: "reason", typ: parseTypeRef("String"), def: textValue("No longer supported")}},
		locations: []string{federation.OnField, federation.OnArgument, federation.OnInputField, federation.OnEnumValue},
	},
	"specifiedBy": {name: "specifiedBy", args: []*input{{name: "url", typ: parseTypeRef("String!")}}, locations: []string{federation.OnScalar}},
}

// directiveNamed finds the definition of a directive, built-in ones included.
func (s *schema) directiveNamed(name string) *directiveDef {
	if d := s.directiveByName[name]; d != nil {
		return d
	}
	return builtinDirectives[name]
}

// linkDefinition is @link of the link specification v1.0.
var linkDefinition = federation.Directive{
	Name: federation.Link, Repeatable: true, Locations: []string{federation.OnSchema},
	Args: []federation.Argument{
		{Name: "url", Type: "String"},
		{Name: "as", Type: "String"},
		{Name: "for", Type: "Purpose"},
		{Name: "import", Type: "[Import]"},
	},
}

// completeDefinitions marks what the specifications define as machinery, checks
// the definitions the subgraph wrote itself against them, and adds the missing
// ones. It goes no further, and says so, when the link specification itself is
// defined wrongly.
func (s *subgraph) completeDefinitions() bool {
	s.checkShadowed()
	for _, t := range s.types {
		t.machinery = s.isMachinery(t.name)
	}
	for _, d := range s.directives {
		s.checkArgumentTypes(d)
	}
	if l := s.links.byIdentity(federation.LinkSpec); l != nil && !s.definesLink() {
		before := len(s.errors)
		if s.links.bootstrapped || s.applies(s.links.linkName) {
			s.requireScalar(s.linkType(l, "Import"))
			s.requirePurpose(s.linkType(l, "Purpose"))
		}
		if len(s.errors) > before && !s.fed1 {
			return false
		}
		if l.implied || s.links.linkName == federation.Link && l.local(federation.Link) == federation.Link {
			s.requireDirective(s.links.linkName, linkDefinition, func(name string) string { return s.linkType(l, name) })
		} // under another name @link is there when the subgraph defines it
		s.unspecified = s.unspecified || len(s.errors) > before
	}
	if !s.unspecified {
		s.completeFederation()
	}
	return true
}

// definesLink says whether a subgraph defines @link for itself, so that nothing is
// added to what it says nor held against it: it links the link specification, and
// its definition will do; or nothing says what @link is, so that it is any directive.
func (s *subgraph) definesLink() bool {
	return s.links.trusted || s.directiveByName[s.links.linkName] != nil && !s.links.bootstrapped
}

// isMachinery says whether a type belongs to a specification rather than to the
// subgraph's own schema.
func (s *subgraph) isMachinery(name string) bool {
	if strings.HasPrefix(name, joinNamespace) {
		return true
	}
	switch name {
	case "_Any", "_Entity", "_Service":
		return true
	case "_" + federation.FieldSet, "federation__" + federation.FieldSet:
		if s.fed1 {
			return true
		}
	}
	e, ok := s.links.typeElement(name)
	return ok && e.feature.known()
}

func (s *subgraph) linkType(link *feature, name string) string {
	for _, i := range link.imports {
		if !i.directive && i.name == name {
			return i.as
		}
	}
	return link.name + "__" + name
}

func (s *subgraph) completeFederation() {
	if s.fed1 {
		s.requireScalar(s.links.localType(federation.FieldSet))
		for _, d := range federation.Fed1Directives() {
			s.requireDirective(d.Name, d, s.links.localType)
		}
		s.completeCompanions()
		return
	}
	for _, name := range federation.Scalars(s.version) {
		s.requireScalar(s.links.localType(name))
	}
	for d := range federation.Directives(s.version) {
		s.requireDirective(s.links.fed.local(d.Name), d, s.links.localType)
	}
	s.completeCompanions()
}

// checkOwnLinks reports a federation 1 subgraph that links @tag or @inaccessible
// by itself. Federation 1 has a @tag of its own, and to hide elements is for the
// whole graph to know: both come with federation 2.
func (s *subgraph) checkOwnLinks() {
	for _, f := range s.links.features {
		if f.identity == federation.TagSpec || f.identity == federation.InaccessibleSpec {
			name := federation.SpecName(f.identity)
			s.report(InvalidLinkDirectiveUsage, f.pos, "@"+s.links.linkName, "Please import \"@%s\" from the feature %q instead of using %q to avoid potential unexpected behavior in the future.", name, federation.FederationSpec, f.identity)
		}
	}
}

// checkLaterDefinitions checks what a federation 1 subgraph defined under the
// names of federation 2 directives, and of the types of a @link that it does not
// have: the upgrade makes them those.
func (s *subgraph) checkLaterDefinitions() {
	if l := s.links.byIdentity(federation.LinkSpec); l != nil && !s.links.bootstrapped && !s.applies(s.links.linkName) && !s.definesLink() {
		if name := s.linkType(l, "Import"); s.byName[name] != nil {
			s.requireScalar(name)
		}
		if name := s.linkType(l, "Purpose"); s.byName[name] != nil {
			s.requirePurpose(name)
		}
	}
	for d := range federation.Directives(upgradeVersion) {
		if have := s.directiveByName[d.Name]; have != nil && !have.machinery {
			definitionCheck{s, d.Name, d, s.links.localType}.run(have)
		}
	}
}

// completeCompanions does the same for directives linked from their own
// specification (tag, cost...).
func (s *subgraph) completeCompanions() {
	for _, f := range s.links.features {
		for _, name := range f.elements() {
			canon, ok := strings.CutPrefix(name, "@")
			if !ok || canon == federation.Link {
				continue
			}
			if d, found := federation.Lookup(canon, federation.LatestFederation); found {
				s.requireDirective(f.local(canon), d, func(scalar string) string {
					s.requireScalar(f.name + "__" + scalar)
					return f.name + "__" + scalar
				})
			}
		}
	}
}

func (s *subgraph) requireScalar(name string) {
	switch t := s.byName[name]; {
	case t == nil:
		s.addType(&typeDef{name: name, kind: scalarKind, machinery: true, defined: true})
	case t.kind != scalarKind:
		s.report(TypeDefinitionInvalid, t.pos, name, "Invalid definition for type %s: %s should be a ScalarType but is defined as a %sType", name, name, t.kind)
	}
}

func (s *subgraph) requirePurpose(name string) {
	want := []string{string(federation.Execution), string(federation.Security)}
	t := s.byName[name]
	switch {
	case t == nil:
		t = s.addType(&typeDef{name: name, kind: enumKind, machinery: true, defined: true})
		for _, v := range want {
			t.addValue(&enumValue{name: v})
		}
		return
	case t.kind != enumKind:
		s.report(TypeDefinitionInvalid, t.pos, name, "Invalid definition for type %s: %s should be a EnumType but is defined as a %sType", name, name, t.kind)
		return
	}
	var got []string
	for _, v := range t.values {
		got = append(got, v.name)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		s.report(TypeDefinitionInvalid, t.pos, name, "Invalid definition for type %q: expected values [%s] but found [%s].", name, strings.Join(want, ", "), strings.Join(got, ", "))
	}
}

// requireDirective makes sure that a specification's directive is defined where it
// is used, and defined compatibly. scalar gives the local name of one of its scalars.
func (s *subgraph) requireDirective(local string, want federation.Directive, scalar func(string) string) {
	if have := s.directiveByName[local]; have != nil {
		if s.fed1 && len(have.args) == 0 && takesFieldSet(want) {
			*have = *specified(local, want, scalar) // libraries of federation 1 left out the argument
			return
		}
		if !have.machinery {
			have.machinery = true
			before := len(s.errors)
			definitionCheck{s, local, want, scalar}.run(have)
			if len(s.errors) > before {
				have.broken = true
			}
		}
		return
	}
	if s.applies(local) {
		s.addDirective(specified(local, want, scalar))
	}
}

func takesFieldSet(d federation.Directive) bool {
	return len(d.Args) > 0 && parseTypeRef(d.Args[0].Type).base() == federation.FieldSet
}

// specified is the definition of a specification's directive under a local name.
func specified(local string, want federation.Directive, scalar func(string) string) *directiveDef {
	def := &directiveDef{name: local, repeatable: want.Repeatable, locations: want.Locations, machinery: true}
	for _, a := range want.Args {
		in := &input{name: a.Name, typ: localTypeRef(a.Type, scalar)}
		if a.Default != "" {
			in.def = flagValue(a.Default == "true")
		}
		def.args = append(def.args, in)
	}
	return def
}

// checkArgumentTypes reports types that a directive definition of the subgraph
// names without defining them: those of specifications are added only afterwards.
func (s *subgraph) checkArgumentTypes(d *directiveDef) {
	for _, a := range d.args {
		if s.lookup(a.typ.base()) == nil {
			s.report(InvalidGraphQL, a.pos, coordinate{Owner: "@" + d.name}.Argument(a.name).String(), "Unknown type %s", a.typ.base())
		}
	}
}

// localTypeRef is a type of the specification's tables with its scalars under
// their local names.
func localTypeRef(text string, scalar func(string) string) *typeRef {
	t := parseTypeRef(text)
	if base := t.base(); builtinScalars[base] == nil {
		return t.rename(base, scalar(base))
	}
	return t
}
