package compose

// kind is the kind of a named type.
type kind uint8

const (
	scalarKind kind = iota + 1
	objectKind
	interfaceKind
	unionKind
	enumKind
	inputKind
)

// String is the kind as error messages name it.
func (k kind) String() string {
	return [...]string{"", "Scalar", "Object", "Interface", "Union", "Enum", "InputObject"}[k]
}

// operation is a root operation; it indexes schema.roots.
type operation uint8

const (
	query operation = iota
	mutation
	subscription
)

var operations = [...]operation{query, mutation, subscription}

// keyword is how the operation is written in a schema definition.
func (o operation) keyword() string { return [...]string{"query", "mutation", "subscription"}[o] }

// typeName is the root type's name in every supergraph.
func (o operation) typeName() string { return [...]string{"Query", "Mutation", "Subscription"}[o] }

// position is a place in a subgraph's SDL, counted from 1; zero when unknown.
type position struct{ line, column int32 }

// schema is a type system: that of one subgraph, or the merged one. Lookup is by
// name, iteration in order of first appearance.
//
// Invariant: byName and types hold the same definitions; so do directiveByName
// and directives.
type schema struct {
	types           []*typeDef
	byName          map[string]*typeDef
	directives      []*directiveDef
	directiveByName map[string]*directiveDef
	roots           [3]string   // root type names, "" for none
	rootAt          [3]position // where a schema definition names them
	applied         []*directive
	description     string

	implementing map[string][]*typeDef // by interface; nil before it is asked for
}

func newSchema() *schema {
	return &schema{byName: map[string]*typeDef{}, directiveByName: map[string]*directiveDef{}}
}

func (s *schema) addType(t *typeDef) *typeDef {
	s.types = append(s.types, t)
	s.byName[t.name] = t
	return t
}

func (s *schema) addDirective(d *directiveDef) *directiveDef {
	s.directives = append(s.directives, d)
	s.directiveByName[d.name] = d
	return d
}

// root is the type of a root operation, nil for none.
func (s *schema) root(o operation) *typeDef { return s.byName[s.roots[o]] }

// isRoot says whether name is the name of a root type.
func (s *schema) isRoot(name string) bool {
	return name != "" && (s.roots[query] == name || s.roots[mutation] == name || s.roots[subscription] == name)
}

// typeDef is a named type. Its definition and its extensions are one value; what
// an extension brought has ext set, here and on every part.
type typeDef struct {
	name        string
	kind        kind
	description string
	applied     []*directive
	interfaces  []named  // objects and interfaces
	fields      []*field // objects and interfaces
	inputs      []*input // input objects
	members     []named  // unions
	values      []*enumValue
	pos         position
	defined     bool  // there is a definition
	extended    bool  // there is an extension
	builtin     bool  // scalar of the GraphQL specification
	machinery   bool  // defined by a linked specification; not part of the supergraph
	blocks      int32 // how many definitions and extensions were read

	// Indexes of the parts, each nil while there are few.
	fieldByName  map[string]*field
	inputByName  map[string]*input
	valueByName  map[string]*enumValue
	memberByName map[string]bool
}

// few is up to how many fields a scan beats a map.
const few = 8

// field finds a field by name, nil when the type has none such.
func (t *typeDef) field(name string) *field {
	if t == nil {
		return nil
	}
	if t.fieldByName != nil {
		return t.fieldByName[name]
	}
	for _, f := range t.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (t *typeDef) addField(f *field) {
	f.owner = t
	t.fields = append(t.fields, f)
	t.fieldByName = indexed(t.fieldByName, t.fields, f, func(f *field) string { return f.name })
}

// indexed adds the part that list has got last to its index, or makes the index
// once there are more than a few.
func indexed[P any](index map[string]P, list []P, last P, name func(P) string) map[string]P {
	switch {
	case index != nil:
		index[name(last)] = last
	case len(list) > few:
		index = make(map[string]P, 2*len(list))
		for _, p := range list {
			index[name(p)] = p
		}
	}
	return index
}

// setFields replaces the fields, as passes that drop some of them do.
func (t *typeDef) setFields(fields []*field) {
	t.fields, t.fieldByName = nil, nil
	for _, f := range fields {
		t.addField(f)
	}
}

func (t *typeDef) addInput(in *input) {
	t.inputs = append(t.inputs, in)
	t.inputByName = indexed(t.inputByName, t.inputs, in, func(in *input) string { return in.name })
}

func (t *typeDef) input(name string) *input {
	if t.inputByName != nil {
		return t.inputByName[name]
	}
	for _, in := range t.inputs {
		if in.name == name {
			return in
		}
	}
	return nil
}

func (t *typeDef) addValue(v *enumValue) {
	t.values = append(t.values, v)
	t.valueByName = indexed(t.valueByName, t.values, v, func(v *enumValue) string { return v.name })
}

func (t *typeDef) value(name string) *enumValue {
	if t.valueByName != nil {
		return t.valueByName[name]
	}
	for _, v := range t.values {
		if v.name == name {
			return v
		}
	}
	return nil
}

func (t *typeDef) implements(name string) bool { return hasName(t.interfaces, name) }

func (t *typeDef) addMember(m named) {
	t.members = append(t.members, m)
	switch {
	case t.memberByName != nil:
		t.memberByName[m.name] = true
	case len(t.members) > few:
		t.memberByName = make(map[string]bool, 2*len(t.members))
		for _, m := range t.members {
			t.memberByName[m.name] = true
		}
	}
}

func (t *typeDef) hasMember(name string) bool {
	if t.memberByName != nil {
		return t.memberByName[name]
	}
	return hasName(t.members, name)
}

// composite says whether the type has selections.
func (t *typeDef) composite() bool {
	return t.kind == objectKind || t.kind == interfaceKind || t.kind == unionKind
}

// abstract says whether the type stands for several object types.
func (t *typeDef) abstract() bool { return t.kind == interfaceKind || t.kind == unionKind }

// isInput says whether the type may be that of an argument.
func (t *typeDef) isInput() bool {
	return t.kind == scalarKind || t.kind == enumKind || t.kind == inputKind
}

// named is a reference to a type by name: an implemented interface or a union
// member.
type named struct {
	name string
	pos  position
	ext  bool
}

func hasName(list []named, name string) bool {
	for i := range list {
		if list[i].name == name {
			return true
		}
	}
	return false
}

// field is a field of an object or interface.
type field struct {
	owner       *typeDef
	name        string
	description string
	typ         *typeRef
	args        []*input
	applied     []*directive
	pos         position
	ext         bool
	uses        uses // of a subgraph's field; set by markUses
}

func (f *field) arg(name string) *input {
	for _, a := range f.args {
		if a.name == name {
			return a
		}
	}
	return nil
}

// coordinate is "Type.field".
func (f *field) coordinate() string { return f.owner.name + "." + f.name }

// input is an input value: an argument of a field or directive, or a field of an
// input object.
type input struct {
	name        string
	description string
	typ         *typeRef
	def         *value // nil for none
	applied     []*directive
	pos         position
	ext         bool
}

// required says whether a caller must give a value.
func (in *input) required() bool { return in.typ.nonNull && in.def == nil }

type enumValue struct {
	name        string
	description string
	applied     []*directive
	pos         position
	ext         bool
}
