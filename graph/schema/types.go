package schema

import (
	"sort"

	"github.com/vektah/gqlparser/v2/ast"
)

// TypeID names a type of one Schema; 0 is no type.
type TypeID uint32

// FieldID names a field of an object or interface type (one id per type and name); 0 is no field.
type FieldID uint32

// SubgraphID is an index into Schema.Subgraphs.
type SubgraphID uint16

// Kind is a GraphQL type kind.
type Kind uint8

// The kinds of GraphQL September 2025 §3.4.1 Type Kinds; lists and non-nulls live in TypeRef.
const (
	Scalar Kind = iota + 1
	Object
	Interface
	Union
	Enum
	InputObject
)

// Schema is a supergraph. It is immutable after Load.
type Schema struct {
	Subgraphs []Subgraph // index: SubgraphID
	Types     []Type     // index: TypeID
	Fields    []Field    // index: FieldID

	Query, Mutation, Subscription TypeID // 0 where the root does not exist

	// API is the schema clients see: without join machinery and without what is @inaccessible. Read-only.
	API *ast.Schema
	// APISDL is API printed, with a stable order.
	APISDL string

	typeByName  map[string]TypeID
	fieldByName []map[string]FieldID // index: TypeID; nil for types with few fields
}

// Subgraph is one service behind the graph.
type Subgraph struct {
	ID   SubgraphID
	Name string // as the operator wrote it, not the join__Graph enum value
	URL  string // may be empty or overridden by configuration
}

// Type is a named type of the supergraph.
type Type struct {
	ID           TypeID
	Name         string
	Kind         Kind
	Inaccessible bool

	Fields     []FieldID  // Object, Interface: in schema order, @inaccessible ones included
	Interfaces []TypeID   // Object, Interface
	Possible   []TypeID   // concrete object types: of an Object itself, of an Interface its implementors, of a Union its members
	Homes      []TypeHome // one for each subgraph that defines the type, by ascending Subgraph; nil for built-in scalars
	Values     []EnumValue

	Security *Security // nil when the type demands nothing of the caller
	Weight   *int      // @cost of the type; nil without
	// InputWeights holds the @cost of an input object's fields, by name.
	InputWeights map[string]int
}

// Security is what a type or field demands of the caller. The directives stand side by side: all that are there must be met.
type Security struct {
	Authenticated bool // @authenticated
	// Scopes is the argument of @requiresScopes and Policies that of @policy: one of the inner lists must be held completely. nil
	// when the directive is absent; an empty list is one that nobody can meet.
	Scopes   [][]string
	Policies [][]string
}

// ListSize is @listSize (cost v0.1).
type ListSize struct {
	AssumedSize      *int
	SlicingArguments []string
	SizedFields      []string
	RequireOne       bool // requireOneSlicingArgument
}

// Composite reports whether the type has a selection set.
func (t *Type) Composite() bool { return t.Kind == Object || t.Kind == Interface || t.Kind == Union }

// Abstract reports whether the concrete type is only known at run time.
func (t *Type) Abstract() bool { return t.Kind == Interface || t.Kind == Union }

// Home returns the type's facts in subgraph sg, or nil where sg does not define the type.
func (t *Type) Home(sg SubgraphID) *TypeHome {
	if len(t.Homes) > few {
		if i, ok := t.searchHome(sg); ok {
			return &t.Homes[i]
		}
		return nil
	}
	for i := range t.Homes {
		if t.Homes[i].Subgraph == sg {
			return &t.Homes[i]
		}
	}
	return nil
}

func (t *Type) searchHome(sg SubgraphID) (int, bool) {
	i := sort.Search(len(t.Homes), func(i int) bool { return t.Homes[i].Subgraph >= sg })
	return i, i < len(t.Homes) && t.Homes[i].Subgraph == sg
}

// TypeHome is what one subgraph knows of a type.
type TypeHome struct {
	Subgraph SubgraphID
	Keys     []Key // in SDL order; those with Resolvable false cannot be used to enter the subgraph
	// InterfaceObject is set where the subgraph defines the interface as an object (@interfaceObject): it answers for
	// all implementors but cannot tell their concrete type.
	InterfaceObject bool
	// Possible holds the concrete types which this subgraph can return for the type: its own members of a union, its own implementors of
	// an interface. Under InterfaceObject it is the supergraph's whole set.
	Possible []TypeID
}

// Key is one @key of a type in one subgraph.
type Key struct {
	Fields     FieldSet
	Resolvable bool
}

// EnumValue is a value of an enum type.
type EnumValue struct {
	Name         string
	Inaccessible bool
}

// Field is a field of an object or interface type of the supergraph.
type Field struct {
	ID           FieldID
	Parent       TypeID
	Name         string
	Type         TypeRef
	Inaccessible bool
	Homes        []FieldHome // by ascending Subgraph; a subgraph that does not define the field is absent

	Security *Security // nil when the field itself demands nothing of the caller
	Weight   *int      // @cost of the field; nil without
	// ArgumentWeights holds the @cost of the field's arguments, by name.
	ArgumentWeights map[string]int
	ListSize        *ListSize // nil without
}

// Home returns how subgraph sg has the field, or nil.
func (f *Field) Home(sg SubgraphID) *FieldHome {
	if len(f.Homes) > few {
		if i, ok := f.searchHome(sg); ok {
			return &f.Homes[i]
		}
		return nil
	}
	for i := range f.Homes {
		if f.Homes[i].Subgraph == sg {
			return &f.Homes[i]
		}
	}
	return nil
}

func (f *Field) searchHome(sg SubgraphID) (int, bool) {
	i := sort.Search(len(f.Homes), func(i int) bool { return f.Homes[i].Subgraph >= sg })
	return i, i < len(f.Homes) && f.Homes[i].Subgraph == sg
}

// FieldHome is one subgraph's definition of a field.
type FieldHome struct {
	Subgraph SubgraphID
	Type     TypeRef // the type in that subgraph, which may differ from Field.Type in nullability or by being narrower
	// External fields are resolved here only where a @provides on the way says so. A field that was overridden but is still
	// used in a key, requirement or interface counts as External too.
	External bool
	Requires FieldSet // what the representation must carry besides the key; nil when nothing
	Provides FieldSet // extra External fields below this field which the subgraph resolves on this path
	// Label and LabelSource describe a progressive @override: with Label set, the home resolves the field only while the
	// label's decision for the request is LabelWhen.
	Label     string
	LabelWhen bool
	// Interface is set where the subgraph has the field through an @interfaceObject: the field must be asked on the named
	// interface's object, not on the concrete type.
	Interface TypeID
	Context   []ContextArgument
}

// ContextArgument is an argument filled from an ancestor (@fromContext).
type ContextArgument struct {
	Name      string   // the argument
	Type      string   // its GraphQL type text in the subgraph
	Context   string   // the context's qualified name
	Types     []TypeID // types that set the context
	Selection FieldSet // read on the ancestor; each alternative has exactly one leaf
}

// TypeRef is a named type under list and non-null wrappers.
type TypeRef struct {
	Named TypeID
	// Lists is the number of list wrappers.
	Lists uint8
	// NonNull has bit 0 for the outermost level, and bit Lists for the named type itself: [T!]! is Lists 1, NonNull 0b11.
	NonNull uint16
}

// IsNonNull reports whether the value at list depth d (0 is the outermost) may not be null.
func (r TypeRef) IsNonNull(d uint8) bool { return r.NonNull&(1<<d) != 0 }

// FieldSet is a compiled selection string of @key, @requires, @provides or @fromContext (federation v2, FieldSet scalar): in
// source order, fragments flattened into the conditions of their fields, repeated fields merged.
type FieldSet []FieldSelection

// FieldSelection is one field of a FieldSet. __typename is allowed.
type FieldSelection struct {
	On       []TypeID // type conditions that all must hold for the runtime type; nil when none
	Name     string
	Args     Arguments
	Children FieldSet // nil for leafs
}

// Arguments is a field's argument list in canonical form, so that two lists mean the same exactly when Text is equal.
type Arguments struct {
	// Text is GraphQL source with the parentheses, arguments sorted by name, no superfluous white space, or "" without arguments.
	Text string
	// Variables holds the names of the variables that Text uses, sorted, without the dollar sign.
	Variables []string
}

// TypeByName returns the id of the named type, or 0.
func (s *Schema) TypeByName(name string) TypeID { return s.typeByName[name] }

// FieldByName returns the id of a field of type t, or 0.
func (s *Schema) FieldByName(t TypeID, name string) FieldID {
	if int(t) >= len(s.fieldByName) {
		return 0
	}
	if byName := s.fieldByName[t]; byName != nil {
		return byName[name]
	}
	for _, id := range s.Types[t].Fields {
		if s.Fields[id].Name == name {
			return id
		}
	}
	return 0
}

// few is up to how many fields a scan beats a map, and homes a binary search.
const few = 8

// Type returns the type with the id; t must be a valid id of this schema.
func (s *Schema) Type(t TypeID) *Type { return &s.Types[t] }

// Field returns the field with the id; f must be a valid id of this schema.
func (s *Schema) Field(f FieldID) *Field { return &s.Fields[f] }

// Coordinate returns "Type.field" (GraphQL September 2025 §3.13 Schema Coordinates).
func (s *Schema) Coordinate(f FieldID) string {
	return s.Types[s.Fields[f].Parent].Name + "." + s.Fields[f].Name
}
