package compose

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// joinNamespace begins the names that the supergraph keeps for itself.
const joinNamespace = "join__"

// mergeSchema completes the supergraph: links, the join and link specifications'
// definitions, and the directives that subgraphs apply to their schema.
func (m *merger) mergeSchema() {
	joinVersion := m.version.Join()
	m.applied = append(m.applied,
		link(federation.LinkSpec+"/v1.0", federation.NoPurpose, nil),
		link(federation.JoinSpec+"/"+joinVersion.String(), federation.Execution, nil))
	for _, f := range m.features {
		m.applied = append(m.applied, link(f.url, f.purpose, f.imports))
	}
	sources := make([]appliedSource, len(m.subgraphs))
	texts := make([]described, len(m.subgraphs))
	for i, s := range m.subgraphs {
		sources[i] = appliedSource{s, s.applied}
		texts[i] = described{s, s.description, position{}}
	}
	m.description = m.mergeDescriptions(texts, coordinate{})
	m.applied = append(m.applied, m.mergeApplied(sources, coordinate{})...)
	m.defineMachinery(joinVersion)
}

func link(url string, purpose federation.Purpose, imports []imported) *directive {
	d := &directive{name: federation.Link, args: []argument{{"url", textValue(url)}}}
	if purpose != federation.NoPurpose {
		d.args = append(d.args, argument{"for", enumName(string(purpose))})
	}
	if len(imports) == 0 {
		return d
	}
	list := listOf()
	for _, i := range imports {
		if i.name == i.as {
			list.items = append(list.items, textValue("@"+i.name))
			continue
		}
		list.items = append(list.items, &value{kind: objectValue, fields: []argument{{"name", textValue("@" + i.name)}, {"as", textValue("@" + i.as)}}})
	}
	d.args = append(d.args, argument{"import", list})
	return d
}

// machineryDirective is a row of the join and link specifications.
type machineryDirective struct {
	name       string
	args       []federation.Argument
	repeatable bool
	locations  []string
	since      federation.Version // of join
}

var (
	join04 = federation.Version{Major: 0, Minor: 4}
	join05 = federation.Version{Major: 0, Minor: 5}
)

// machinery are the directives that every supergraph defines.
var machinery = []machineryDirective{
	{name: "link", repeatable: true, locations: []string{federation.OnSchema}, args: []federation.Argument{
		{Name: "url", Type: "String"}, {Name: "as", Type: "String"}, {Name: "for", Type: "link__Purpose"}, {Name: "import", Type: "[link__Import]"},
	}},
	{
		name: "join__directive", repeatable: true, since: join04,
		locations: []string{federation.OnSchema, federation.OnObject, federation.OnInterface, federation.OnField},
		args: []federation.Argument{
			{Name: "graphs", Type: "[join__Graph!]"}, {Name: "name", Type: "String!"}, {Name: "args", Type: "join__DirectiveArguments"},
		},
	},
	{name: "join__enumValue", repeatable: true, locations: []string{federation.OnEnumValue}, args: []federation.Argument{{Name: "graph", Type: "join__Graph!"}}},
	{name: "join__field", repeatable: true, locations: []string{federation.OnField, federation.OnInputField}, args: []federation.Argument{
		{Name: "graph", Type: "join__Graph"},
		{Name: "requires", Type: "join__FieldSet"},
		{Name: "provides", Type: "join__FieldSet"},
		{Name: "type", Type: "String"},
		{Name: "external", Type: "Boolean"},
		{Name: "override", Type: "String"},
		{Name: "usedOverridden", Type: "Boolean"},
		{Name: "overrideLabel", Type: "String"},
		{Name: "contextArguments", Type: "[join__ContextArgument!]"},
	}},
	{name: "join__graph", locations: []string{federation.OnEnumValue}, args: []federation.Argument{{Name: "name", Type: "String!"}, {Name: "url", Type: "String!"}}},
	{name: "join__implements", repeatable: true, locations: []string{federation.OnObject, federation.OnInterface}, args: []federation.Argument{
		{Name: "graph", Type: "join__Graph!"}, {Name: "interface", Type: "String!"},
	}},
	{
		name: "join__type", repeatable: true,
		locations: []string{federation.OnObject, federation.OnInterface, federation.OnUnion, federation.OnEnum, federation.OnInputObject, federation.OnScalar},
		args: []federation.Argument{
			{Name: "graph", Type: "join__Graph!"},
			{Name: "key", Type: "join__FieldSet"},
			{Name: "extension", Type: "Boolean!", Default: "false"},
			{Name: "resolvable", Type: "Boolean!", Default: "true"},
			{Name: "isInterfaceObject", Type: "Boolean!", Default: "false"},
		},
	},
	{name: "join__unionMember", repeatable: true, locations: []string{federation.OnUnion}, args: []federation.Argument{
		{Name: "graph", Type: "join__Graph!"}, {Name: "member", Type: "String!"},
	}},
}

// joinFieldSince are the arguments of @join__field that came after join v0.3.
var joinFieldSince = map[string]federation.Version{"overrideLabel": join04, "contextArguments": join05}

func (m *merger) defineMachinery(join federation.Version) {
	for _, row := range machinery {
		if !join.AtLeast(row.since) {
			continue
		}
		def := &directiveDef{name: row.name, repeatable: row.repeatable, locations: row.locations, machinery: true}
		for _, a := range row.args {
			if row.name == "join__field" && !join.AtLeast(joinFieldSince[a.Name]) {
				continue
			}
			in := &input{name: a.Name, typ: parseTypeRef(a.Type)}
			if a.Default != "" {
				in.def = flagValue(a.Default == "true")
			}
			def.args = append(def.args, in)
		}
		m.addDirective(def)
	}
	scalars := []string{"join__FieldSet", "link__Import"}
	if join.AtLeast(join04) {
		scalars = append(scalars, "join__DirectiveArguments")
	}
	if join.AtLeast(join05) {
		scalars = append(scalars, "join__FieldValue")
		m.addMachineryType(contextArgumentType())
	}
	for _, name := range scalars {
		m.addMachineryType(&typeDef{name: name, kind: scalarKind})
	}
	m.addMachineryType(m.graphEnum())
	m.addMachineryType(purposeEnum())
	slices.SortFunc(m.types, func(a, b *typeDef) int { return compareNames(a.name, b.name) })
}

func (m *merger) addMachineryType(t *typeDef) {
	t.machinery = true
	m.addType(t)
}

func contextArgumentType() *typeDef {
	t := &typeDef{name: "join__ContextArgument", kind: inputKind}
	for _, f := range [][2]string{{"name", "String!"}, {"type", "String!"}, {"context", "String!"}, {"selection", "join__FieldValue!"}} {
		t.addInput(&input{name: f[0], typ: parseTypeRef(f[1])})
	}
	return t
}

func (m *merger) graphEnum() *typeDef {
	t := &typeDef{name: "join__Graph", kind: enumKind}
	for _, s := range m.subgraphs {
		t.values = append(t.values, &enumValue{name: s.graphName, applied: []*directive{
			m.parts.directive("join__graph", argument{"name", textValue(s.name)}, argument{"url", textValue(s.url)}),
		}})
	}
	slices.SortFunc(t.values, func(a, b *enumValue) int { return compareNames(a.name, b.name) })
	return t
}

func purposeEnum() *typeDef {
	return &typeDef{name: "link__Purpose", kind: enumKind, values: []*enumValue{
		{name: string(federation.Security), description: "`SECURITY` features provide metadata necessary to securely resolve fields."},
		{name: string(federation.Execution), description: "`EXECUTION` features provide metadata necessary for operation execution."},
	}}
}
