package search

import (
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// Hidden tells whether a caller may not see a type (field is empty), or a field, input field or enum value of it.
// It must be pure for the length of one call and safe for concurrent use. Nil hides nothing.
type Hidden func(typeName, field string) bool

// BuildOptions are what an index holds besides the schema.
type BuildOptions struct {
	Documents []Document // trusted documents that rank before fields; order is kept among equals
}

// Index answers searches and introspection over one API schema. It is immutable after [Build] and safe for
// concurrent use; it keeps the schema, which must not change either.
type Index struct {
	schema    *ast.Schema
	types     []typeInfo // sorted by name; a typeID is a place in it
	byName    map[string]typeID
	fields    []fieldInfo // fields of all types, input objects included; a type's own are neighbours
	edges     []edge      // ways from a type to another, grouped by where they start
	incoming  [][]int32   // by typeID: the edges that arrive there
	roots     []typeID
	verbs     map[termID]bool // words that name actions
	vocab     vocabulary
	postings  [][]posting // by termID: output fields, ascending
	documents []indexedDocument
	names     []string // everything that Suggest may offer, sorted
	scratch   sync.Pool
}

type (
	typeID  int32
	fieldID int32
)

const none = -1

// typeInfo is a type of the schema with what searching needs to know of it.
type typeInfo struct {
	def         *ast.Definition
	first, last fieldID  // fields[first:last] are its own
	edge, end   int32    // edges[edge:end] start here
	members     []typeID // possible types of a union or interface, sorted by name
	item        typeID   // for a list wrapper such as a Relay connection: what it lists, else none
	name        []termID // words of its name
	values      []valueInfo
	needs       string // what its fields need of a caller, as a comment
}

// valueInfo is an enum value.
type valueInfo struct {
	def   *ast.EnumValueDefinition
	text  elementText
	price float64 // tokens of its line
}

// fieldInfo is a field of an object, interface or input object.
type fieldInfo struct {
	def        *ast.FieldDefinition
	parent     typeID
	out        typeID // named type of its output
	text       elementText
	args       []argInfo
	cost       float32 // of a step through it
	deprecated bool
	structural bool    // only leads into a list wrapper
	ofCaller   bool    // a query root field that gives what is the caller's own
	needs      string  // of a caller, as a comment
	price      float64 // tokens of its line without arguments
}

type argInfo struct {
	def   *ast.ArgumentDefinition
	typ   typeID
	text  elementText
	takes elementText // words of its input fields and enum values, at any depth
	price float64     // tokens
}

// elementText is the words of one schema element.
type elementText struct {
	name, desc []termID
}

// Build makes the index of an API schema: fields, arguments, inputs, enum values, ways from the roots.
// Types of introspection (two underscores) and of federation's machinery are left out.
func Build(s *ast.Schema, opts BuildOptions) *Index {
	x := &Index{schema: s, byName: make(map[string]typeID, len(s.Types)), vocab: newVocabulary()}
	x.addTypes()
	x.linkTypes()
	x.addEdges()
	x.findVerbs()
	x.post()
	for _, d := range opts.Documents {
		x.documents = append(x.documents, x.indexDocument(d))
	}
	x.postings = append(x.postings, make([][]posting, len(x.vocab.terms)-len(x.postings))...)
	x.vocab.finish(len(x.fields))
	x.collectNames()
	x.scratch.New = func() any { return newScratch(x) }
	return x
}

// machinery tells whether a name belongs to introspection or to federation's own fields and types.
func machinery(name string) bool { return strings.HasPrefix(name, "_") }

func (x *Index) addTypes() {
	names := make([]string, 0, len(x.schema.Types))
	for name := range x.schema.Types {
		if !machinery(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	x.types = make([]typeInfo, len(names))
	for i, name := range names {
		def := x.schema.Types[name]
		x.byName[name] = typeID(i)
		x.types[i] = typeInfo{def: def, item: none, name: x.vocab.addName(nil, name), needs: needs(def.Directives)}
	}
	for i := range x.types {
		t := &x.types[i]
		t.first = fieldID(len(x.fields))
		for _, f := range t.def.Fields {
			if !machinery(f.Name) {
				x.fields = append(x.fields, x.newField(typeID(i), f))
			}
		}
		t.last = fieldID(len(x.fields))
		for _, v := range t.def.EnumValues {
			t.values = append(t.values, valueInfo{def: v, text: x.text(v.Name, v.Description), price: tokens("  " + v.Name + "\n")})
		}
	}
}

func (x *Index) newField(parent typeID, f *ast.FieldDefinition) fieldInfo {
	info := fieldInfo{def: f, parent: parent, out: x.lookup(f.Type.Name()), text: x.text(f.Name, f.Description), needs: needs(f.Directives)}
	info.deprecated = f.Directives.ForName("deprecated") != nil
	info.price = tokens("  " + f.Name + ": " + f.Type.String() + info.needs + "\n")
	for _, a := range f.Arguments {
		info.args = append(info.args, argInfo{def: a, typ: x.lookup(a.Type.Name()), text: x.text(a.Name, a.Description), price: tokens("(" + argText(a))})
	}
	return info
}

func (x *Index) lookup(name string) typeID {
	if id, ok := x.byName[name]; ok {
		return id
	}
	return none
}

func (x *Index) text(name, desc string) elementText {
	return elementText{name: x.vocab.addName(nil, name), desc: x.vocab.addProse(nil, desc)}
}

// linkTypes finds the possible types of abstract types and what list wrappers list.
func (x *Index) linkTypes() {
	for i := range x.types {
		t := &x.types[i]
		if t.def.Kind == ast.Interface || t.def.Kind == ast.Union {
			for _, m := range x.schema.PossibleTypes[t.def.Name] {
				if id := x.lookup(m.Name); id != none {
					t.members = append(t.members, id)
				}
			}
			slices.Sort(t.members)
		}
	}
	for i := range x.types {
		x.types[i].item = x.wrapped(typeID(i))
	}
	for _, def := range []*ast.Definition{x.schema.Query, x.schema.Mutation, x.schema.Subscription} {
		if def != nil {
			if id := x.lookup(def.Name); id != none {
				x.roots = append(x.roots, id)
			}
		}
	}
}

// findVerbs collects the words that mutations of this schema begin their descriptions with, and the usual ones.
func (x *Index) findVerbs() {
	x.verbs = make(map[termID]bool)
	for v := range strings.FieldsSeq("create add update edit change set delete remove cancel send submit approve reject archive assign move") {
		x.verbs[x.vocab.intern(stem(v))] = true
	}
	if x.schema.Mutation == nil {
		return
	}
	if t := x.lookup(x.schema.Mutation.Name); t != none {
		for f := x.types[t].first; f < x.types[t].last; f++ {
			if desc := x.fields[f].text.desc; len(desc) > 0 {
				x.verbs[desc[0]] = true
			}
		}
	}
}

// listFields are the names by which list wrappers call what they list, besides the edges of Relay.
var listFields = wordSet("nodes items results records entries data list hits values elements rows")

// wrapped returns what a list wrapper lists, or none: an object whose only composite fields are page information and lists of
// one type under a usual name, possibly through edges with a node. Relay connections are the common case, {items, total} another.
func (x *Index) wrapped(id typeID) typeID {
	t := &x.types[id]
	if t.def.Kind != ast.Object || t.last-t.first > 8 {
		return none
	}
	item := typeID(none)
	for f := t.first; f < t.last; f++ {
		field := &x.fields[f]
		if !x.composite(field.out) || strings.EqualFold(field.def.Name, "pageInfo") {
			continue
		}
		listed := field.out
		if node := x.edgeNode(listed); node != none {
			listed = node
		} else if !listFields[field.def.Name] {
			return none
		}
		if field.def.Type.Elem == nil || len(field.def.Arguments) > 0 || listed == id || item != none && item != listed {
			return none
		}
		item = listed
	}
	return item
}

// edgeNode returns the type of the field "node" of a Relay edge, or none. Relay Cursor Connections, section "Edge Types".
func (x *Index) edgeNode(id typeID) typeID {
	t := &x.types[id]
	hasCursor, node := false, typeID(none)
	for f := t.first; f < t.last; f++ {
		switch x.fields[f].def.Name {
		case "cursor":
			hasCursor = true
		case "node":
			node = x.fields[f].out
		}
	}
	if !hasCursor || node == none || !x.composite(node) {
		return none
	}
	return node
}

// composite tells whether values of the type have fields to select.
func (x *Index) composite(id typeID) bool {
	return id != none && x.types[id].def.IsCompositeType()
}

// unwrap follows a list wrapper to what it lists.
func (x *Index) unwrap(id typeID) typeID {
	if id != none && x.types[id].item != none {
		return x.types[id].item
	}
	return id
}

// coordinate returns Type.field, as in the GraphQL schema coordinates RFC.
func (x *Index) coordinate(f fieldID) string {
	return x.types[x.fields[f].parent].def.Name + "." + x.fields[f].def.Name
}
