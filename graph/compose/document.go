package compose

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// document is a supergraph as gqlparser's tree: of what parsing the printed schema
// would give, in the same order, the part by which subgraphs are judged to answer
// queries or not. That leaves out descriptions and positions, definitions of
// directives, applications that say nothing of where an element is or whether it is
// seen, and arguments and input fields that a query need not give. Nodes that occur
// often are shared.
func document(s *schema, subgraphs []*subgraph) *ast.SchemaDocument {
	w := documenter{graphs: map[*value]*ast.Argument{}, shared: map[*directive]*ast.Directive{}}
	for _, sub := range subgraphs {
		w.graphs[sub.graph] = &ast.Argument{Name: graphArgument, Value: w.value(sub.graph)}
		w.shared[sub.joinField] = w.directive(sub.joinField)
	}
	doc := &ast.SchemaDocument{Schema: ast.SchemaDefinitionList{w.schema(s)}, Definitions: make(ast.DefinitionList, 0, len(s.types))}
	for _, t := range s.sortedTypes() {
		doc.Definitions = append(doc.Definitions, w.definition(t))
	}
	return doc
}

// sortedTypes are the types by name.
func (s *schema) sortedTypes() []*typeDef {
	return slices.SortedFunc(slices.Values(s.types), func(a, b *typeDef) int { return cmp.Compare(a.name, b.name) })
}

// sortedDirectives are the definitions of directives by name.
func (s *schema) sortedDirectives() []*directiveDef {
	return slices.SortedFunc(slices.Values(s.directives), func(a, b *directiveDef) int { return cmp.Compare(a.name, b.name) })
}

// documenter builds the nodes. There are many of them and they live equally
// long, so they are allocated in slabs.
type documenter struct {
	fields     slab[ast.FieldDefinition]
	inputs     slab[ast.ArgumentDefinition]
	types      slab[ast.Type]
	directives slab[ast.Directive]
	arguments  slab[ast.Argument]
	values     slab[ast.Value]

	definitions    slab[ast.Definition]
	fieldLists     slab[*ast.FieldDefinition]
	directiveLists slab[*ast.Directive]
	argumentLists  slab[*ast.Argument]

	graphs map[*value]*ast.Argument      // the argument that names a subgraph
	shared map[*directive]*ast.Directive // subgraph.joinField
}

func (w *documenter) schema(s *schema) *ast.SchemaDefinition {
	out := &ast.SchemaDefinition{}
	for _, d := range s.applied {
		if d.canon == "" && d.name == federation.Link {
			out.Directives = append(out.Directives, w.directive(d))
		}
	}
	for _, o := range operations {
		if s.roots[o] != "" {
			out.OperationTypes = append(out.OperationTypes, &ast.OperationTypeDefinition{Operation: ast.Operation(o.keyword()), Type: s.roots[o]})
		}
	}
	return out
}

func (w *documenter) definition(t *typeDef) *ast.Definition {
	out := w.definitions.new()
	out.Kind = [...]ast.DefinitionKind{
		scalarKind: ast.Scalar, objectKind: ast.Object, interfaceKind: ast.Interface,
		unionKind: ast.Union, enumKind: ast.Enum, inputKind: ast.InputObject,
	}[t.kind]
	out.Name, out.Directives, out.Interfaces, out.Types = t.name, w.applied(t.applied), names(t.interfaces), names(t.members)
	out.Fields = w.fieldLists.take(len(t.fields) + len(t.inputs))[:0]
	for _, f := range t.fields {
		n := w.fields.new()
		n.Name, n.Type, n.Arguments, n.Directives = f.name, w.typeRef(f.typ), w.argumentDefs(f.args), w.applied(f.applied)
		out.Fields = append(out.Fields, n)
	}
	for _, in := range t.inputs {
		if in.required() {
			n := w.fields.new()
			n.Name, n.Type, n.Directives = in.name, w.typeRef(in.typ), w.applied(in.applied)
			out.Fields = append(out.Fields, n)
		}
	}
	for _, v := range t.values {
		out.EnumValues = append(out.EnumValues, &ast.EnumValueDefinition{Name: v.name, Directives: w.applied(v.applied)})
	}
	return out
}

func names(list []named) []string {
	if len(list) == 0 {
		return nil
	}
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.name
	}
	return out
}

func (w *documenter) argumentDefs(args []*input) ast.ArgumentDefinitionList {
	var out ast.ArgumentDefinitionList
	for _, a := range args {
		if a.required() {
			n := w.inputs.new()
			n.Name, n.Type, n.Directives = a.name, w.typeRef(a.typ), w.applied(a.applied)
			out = append(out, n)
		}
	}
	return out
}

func (w *documenter) typeRef(t *typeRef) *ast.Type {
	n := w.types.new()
	n.NamedType, n.NonNull = t.name, t.nonNull
	if t.elem != nil {
		n.Elem = w.typeRef(t.elem)
	}
	return n
}

func (w *documenter) applied(list []*directive) ast.DirectiveList {
	if len(list) == 0 {
		return nil
	}
	out := w.directiveLists.take(len(list))[:0]
	for _, d := range list {
		switch {
		case !placing(d):
		case len(d.args) == 1 && w.shared[d] != nil:
			out = append(out, w.shared[d])
		default:
			out = append(out, w.directive(d))
		}
	}
	return out
}

// placing says whether a directive tells in which subgraphs an element is, or
// whether clients and contextual arguments find it.
func placing(d *directive) bool {
	switch d.name {
	case "join__type", "join__field", "join__implements", "join__unionMember", "join__graph":
		return true
	default:
		return d.canon == federation.Inaccessible || d.canon == federation.Context
	}
}

func (w *documenter) directive(d *directive) *ast.Directive {
	n := w.directives.new()
	n.Name = d.name
	if len(d.args) == 0 {
		return n
	}
	n.Arguments = w.argumentLists.take(len(d.args))
	for i, a := range d.args {
		if a.name == graphArgument {
			n.Arguments[i] = w.graphs[a.value]
		}
		if n.Arguments[i] == nil {
			arg := w.arguments.new()
			arg.Name, arg.Value = a.name, w.value(a.value)
			n.Arguments[i] = arg
		}
	}
	return n
}

func (w *documenter) value(v *value) *ast.Value {
	if v == nil {
		return nil
	}
	n := w.values.new()
	n.Kind, n.Raw = [...]ast.ValueKind{
		intValue: ast.IntValue, floatValue: ast.FloatValue, stringValue: ast.StringValue, boolValue: ast.BooleanValue,
		nullValue: ast.NullValue, enumLiteral: ast.EnumValue, listValue: ast.ListValue, objectValue: ast.ObjectValue,
		variableValue: ast.Variable,
	}[v.kind], v.raw
	for _, item := range v.items {
		n.Children = append(n.Children, &ast.ChildValue{Value: w.value(item)})
	}
	for _, f := range v.fields {
		n.Children = append(n.Children, &ast.ChildValue{Name: f.name, Value: w.value(f.value)})
	}
	return n
}
