package difftest

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

const specs = "https://specs.apollo.dev/"

// link is the @link of the document to a specification, or nil.
func (m *mutator) link(spec string) *ast.Directive {
	for _, list := range []ast.SchemaDefinitionList{m.doc.Schema, m.doc.SchemaExtension} {
		for _, s := range list {
			for _, d := range s.Directives {
				if url := d.Arguments.ForName("url"); url != nil && strings.Contains(url.Value.Raw, "/"+spec+"/") {
					return d
				}
			}
		}
	}
	return nil
}

func (m *mutator) links() []*ast.Directive {
	var out []*ast.Directive
	for _, list := range []ast.SchemaDefinitionList{m.doc.Schema, m.doc.SchemaExtension} {
		for _, s := range list {
			for _, d := range s.Directives {
				if d.Arguments.ForName("url") != nil {
					out = append(out, d)
				}
			}
		}
	}
	return out
}

// apply adds a directive of federation under the name that it has in the
// document, importing it where it is not yet imported.
func (m *mutator) apply(list *ast.DirectiveList, name string, args ast.ArgumentList) {
	local := name
	if link := m.link("federation"); link != nil && !slices.Contains([]string{"deprecated", "specifiedBy", "oneOf"}, name) {
		local = m.localName(link, name)
	}
	*list = append(*list, &ast.Directive{Name: local, Arguments: args})
}

func (m *mutator) localName(link *ast.Directive, name string) string {
	imports := link.Arguments.ForName("import")
	if imports == nil {
		imports = &ast.Argument{Name: "import", Value: listValue()}
		link.Arguments = append(link.Arguments, imports)
	}
	for _, c := range imports.Value.Children {
		if c.Value.Raw == "@"+name {
			return name
		}
		if from, as := c.Value.Children.ForName("name"), c.Value.Children.ForName("as"); from != nil && as != nil && from.Raw == "@"+name {
			return strings.TrimPrefix(as.Raw, "@")
		}
	}
	if m.chance(8) {
		return "federation__" + name
	}
	if m.chance(95) {
		imports.Value.Children = append(imports.Value.Children, &ast.ChildValue{Value: stringValue("@" + name)})
	}
	return name
}

// federationDirectives are what addDirective draws from. Those that sit on
// fields only are named first in its places.
var federationDirectives = []string{
	"key", "key", "requires", "requires", "provides", "provides", "external", "external", "external", "shareable", "shareable", "shareable", "extends",
	"override", "override", "inaccessible", "inaccessible", "inaccessible", "tag", "tag", "interfaceObject", "authenticated", "requiresScopes", "policy",
	"cost", "listSize", "listSize", "cacheTag", "deprecated", "specifiedBy", "context", "composeDirective", "oneOf",
}

// addDirective applies a directive of federation, mostly where it belongs.
func (m *mutator) addDirective() bool {
	name, _ := oneOf(m, federationDirectives)
	if m.chance(12) {
		if list := m.anyPlace(); list != nil {
			m.apply(list, name, m.arguments(name, nil, nil))
			return true
		}
	}
	switch name {
	case "requires", "provides", "override", "listSize", "external", "shareable":
		o, ok := oneOf(m, m.fields(ast.Object))
		if m.chance(8) {
			o, ok = oneOf(m, m.fields(ast.Object, ast.Interface))
		}
		if !ok {
			return false
		}
		m.apply(&o.field.Directives, name, m.arguments(name, o.def, o.field))
		if name == "requires" && m.chance(70) {
			m.externalise(o)
		}
	case "key", "interfaceObject", "extends", "context":
		d, ok := oneOf(m, m.definitions(ast.Object))
		if m.chance(20) {
			d, ok = oneOf(m, m.definitions(ast.Object, ast.Interface, ast.Union))
		}
		if !ok {
			return false
		}
		m.apply(&d.Directives, name, m.arguments(name, d, nil))
	case "composeDirective":
		m.doc.SchemaExtension = append(m.doc.SchemaExtension, &ast.SchemaDefinition{})
		m.apply(&m.doc.SchemaExtension[len(m.doc.SchemaExtension)-1].Directives, name, m.arguments(name, nil, nil))
	default:
		list := m.anyPlace()
		if list == nil {
			return false
		}
		m.apply(list, name, m.arguments(name, nil, nil))
	}
	return true
}

// externalise makes external what a @requires just added reads.
func (m *mutator) externalise(o owned) {
	d := o.field.Directives[len(o.field.Directives)-1]
	if len(d.Arguments) == 0 {
		return
	}
	for name := range strings.FieldsSeq(d.Arguments[0].Value.Raw) {
		if f := o.def.Fields.ForName(name); f != nil && f != o.field && len(f.Directives) == 0 {
			m.apply(&f.Directives, "external", nil)
		}
	}
}

// anyPlace draws a list of directives of any element.
func (m *mutator) anyPlace() *ast.DirectiveList {
	d, ok := oneOf(m, m.definitions())
	if !ok {
		return nil
	}
	if f, ok := oneOf(m, d.Fields); ok && m.chance(65) {
		if a, ok := oneOf(m, f.Arguments); ok && m.chance(35) {
			return &a.Directives
		}
		return &f.Directives
	}
	if v, ok := oneOf(m, d.EnumValues); ok && m.chance(60) {
		return &v.Directives
	}
	return &d.Directives
}

func arg(name string, v *ast.Value) *ast.Argument { return &ast.Argument{Name: name, Value: v} }

// arguments draws the arguments of a directive on an element.
func (m *mutator) arguments(name string, def *ast.Definition, f *ast.FieldDefinition) ast.ArgumentList {
	var out ast.ArgumentList
	switch name {
	case "key":
		out = append(out, arg("fields", m.fieldSet(def)))
		if m.chance(15) {
			out = append(out, arg("resolvable", boolValue(m.chance(30))))
		}
	case "requires":
		out = append(out, arg("fields", m.fieldSet(def)))
	case "provides":
		var target *ast.Definition
		if f != nil {
			if list := definitionNamed(m.doc, f.Type.Name()); len(list) > 0 {
				target = list[0]
			}
		}
		out = append(out, arg("fields", m.fieldSet(target)))
	case "override":
		from := choose(m, "a", "b", "s0", "s1", "nobody")
		out = append(out, arg("from", stringValue(from)))
		if m.chance(35) {
			out = append(out, arg("label", stringValue(choose(m, "percent(10)", "percent(101)", "label", "9bad", "percent(1.123456789)", "a:b/c"))))
		}
	case "tag":
		out = append(out, arg("name", stringValue(choose(m, "one", "two"))))
	case "requiresScopes":
		out = append(out, arg("scopes", m.groups("s")))
	case "policy":
		out = append(out, arg("policies", m.groups("p")))
	case "cost":
		out = append(out, arg("weight", intValue(choose(m, "1", "5", "9"))))
	case "listSize":
		out = m.listSize(f)
	case "cacheTag":
		out = append(out, arg("format", stringValue(choose(m, "all", "t-{$key.id}", "t-{$args.id}"))))
	case "specifiedBy":
		out = append(out, arg("url", stringValue("https://example.com")))
	case "context":
		out = append(out, arg("name", stringValue(choose(m, "ctx", "ctx", "other", "under_score", ""))))
	case "composeDirective":
		out = append(out, arg("name", stringValue(choose(m, "@custom", "@custom", "@custom", "@tag", "@key", "custom", "@nowhere", "@authenticated"))))
	}
	return out
}

func (m *mutator) groups(prefix string) *ast.Value {
	v := listValue()
	for range m.rng.IntN(3) {
		group := listValue()
		for range m.rng.IntN(3) {
			group.Children = append(group.Children, &ast.ChildValue{Value: stringValue(m.fresh(prefix))})
		}
		v.Children = append(v.Children, &ast.ChildValue{Value: group})
	}
	return v
}

func (m *mutator) listSize(f *ast.FieldDefinition) ast.ArgumentList {
	var out ast.ArgumentList
	if m.chance(60) {
		out = append(out, arg("assumedSize", intValue(choose(m, "10", "20", "0", "-1"))))
	}
	if m.chance(50) {
		name := "first"
		if f != nil {
			if a, ok := oneOf(m, f.Arguments); ok && m.chance(80) {
				name = a.Name
			}
		}
		out = append(out, arg("slicingArguments", listValue(stringValue(name))))
	}
	if m.chance(35) {
		name := "items"
		if f != nil {
			for _, d := range definitionNamed(m.doc, f.Type.Name()) {
				if g, ok := oneOf(m, d.Fields); ok && m.chance(80) {
					name = g.Name
				}
			}
		}
		out = append(out, arg("sizedFields", listValue(stringValue(name))))
	}
	if m.chance(20) {
		out = append(out, arg("requireOneSlicingArgument", boolValue(m.chance(50))))
	}
	return out
}

// fieldSet draws a field set on a type: mostly fields that it has.
func (m *mutator) fieldSet(d *ast.Definition) *ast.Value {
	if m.chance(3) {
		return choose(m, intValue("1"), listValue(stringValue("id")), &ast.Value{Kind: ast.EnumValue, Raw: "id"}, boolValue(true))
	}
	return stringValue(m.selection(d, 0))
}

func (m *mutator) selection(d *ast.Definition, depth int) string {
	if d == nil || m.chance(3) {
		return choose(m, "id", "nowhere", "", "{", "id {", "__typename", "x: id", "... on Query { id }", "...F")
	}
	if d.Kind == ast.Union || m.chance(5) {
		names := append(m.typeNames(ast.Object), d.Types...)
		name, _ := oneOf(m, names)
		var inner *ast.Definition
		if list := definitionNamed(m.doc, name); len(list) > 0 && depth < 2 {
			inner = list[0]
		}
		return "... on " + name + " { " + m.selection(inner, depth+1) + " }"
	}
	var out []string
	for range 1 + m.rng.IntN(2) {
		f, ok := oneOf(m, d.Fields)
		if !ok {
			return "id"
		}
		text := f.Name
		if len(f.Arguments) > 0 && m.chance(40) {
			text += "(" + f.Arguments[0].Name + ": " + m.anyValue(f.Arguments[0].Type).String() + ")"
		}
		if m.chance(3) {
			text = choose(m, "alias: "+text, text+" @include(if: true)", text+"(no: 1)", "__typename")
		}
		if list := definitionNamed(m.doc, f.Type.Name()); len(list) > 0 && len(list[0].Fields)+len(list[0].Types) > 0 && m.chance(92) {
			if depth > 2 {
				continue
			}
			text += " { " + m.selection(list[0], depth+1) + " }"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// applied is a directive in its list.
type applied struct {
	list *ast.DirectiveList
	at   int
	def  *ast.Definition
	f    *ast.FieldDefinition
}

func (a applied) directive() *ast.Directive { return (*a.list)[a.at] }

func (m *mutator) applications() []applied {
	var out []applied
	add := func(list *ast.DirectiveList, d *ast.Definition, f *ast.FieldDefinition) {
		for i := range *list {
			out = append(out, applied{list, i, d, f})
		}
	}
	for _, d := range m.definitions() {
		add(&d.Directives, d, nil)
		for _, f := range d.Fields {
			add(&f.Directives, d, f)
			for _, a := range f.Arguments {
				add(&a.Directives, d, f)
			}
		}
		for _, v := range d.EnumValues {
			add(&v.Directives, d, nil)
		}
	}
	return out
}

func (m *mutator) dropDirective() bool {
	a, ok := oneOf(m, m.applications())
	if ok {
		*a.list = slices.Delete(*a.list, a.at, a.at+1)
	}
	return ok
}

func (m *mutator) moveDirective() bool {
	a, ok := oneOf(m, m.applications())
	to := m.anyPlace()
	if !ok || to == nil {
		return false
	}
	*to = append(*to, a.directive())
	return true
}

func (m *mutator) repeatDirective() bool {
	a, ok := oneOf(m, m.applications())
	if ok {
		*a.list = append(*a.list, a.directive())
	}
	return ok
}

// changeDirective drops an argument of a directive, or draws new ones.
func (m *mutator) changeDirective() bool {
	a, ok := oneOf(m, m.applications())
	if !ok || len(a.directive().Arguments) == 0 {
		return false
	}
	d := *a.directive()
	if m.chance(10) {
		d.Arguments = d.Arguments[1:]
	} else {
		d.Arguments = m.arguments(strings.TrimPrefix(d.Name, "federation__"), a.def, a.f)
	}
	(*a.list)[a.at] = &d
	return true
}

func (m *mutator) changeFieldSet() bool {
	var sets []applied
	for _, a := range m.applications() {
		if a.directive().Arguments.ForName("fields") != nil {
			sets = append(sets, a)
		}
	}
	a, ok := oneOf(m, sets)
	if !ok {
		return false
	}
	d, on := *a.directive(), a.def
	if a.f != nil && strings.HasSuffix(d.Name, "provides") {
		on = nil
		if list := definitionNamed(m.doc, a.f.Type.Name()); len(list) > 0 {
			on = list[0]
		}
	}
	old := d.Arguments.ForName("fields").Value
	v := m.fieldSet(on)
	if m.chance(40) && old.Kind == ast.StringValue && v.Kind == ast.StringValue {
		v = stringValue(old.Raw + " " + v.Raw)
	}
	d.Arguments = ast.ArgumentList{arg("fields", v)}
	(*a.list)[a.at] = &d
	return true
}
