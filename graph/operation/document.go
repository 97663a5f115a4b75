package operation

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// Document is a validated document, compiled against one schema: fields bound, argument lists canonical, fragments by id. It is
// immutable and safe to share.
type Document struct {
	schema     *schema.Schema
	text       string // names in the tree are parts of it
	work       int    // ParseLimits.Work
	tokens     int
	directives int
	operations []definition
	nodes      []node
	sets       []set
}

// definition is one operation of the document.
type definition struct {
	kind      Kind
	name      string
	variables []*ast.VariableDefinition
	root      setID
	rootType  schema.TypeID
	line, col int
}

// setID is an index into Document.sets; noSet stands for a leaf's missing selection.
type setID int32

const noSet setID = -1

// set is one selection set of the text: nodes[first:end].
type set struct{ first, end int32 }

// node is one selection of the text: a field, or a fragment.
type node struct {
	conditions []condition
	never      bool // excluded by a constant @skip or @include

	// Of fields; key is "" for fragments.
	key, name string
	args      schema.Arguments
	parent    schema.TypeID // static type the field is selected on
	field     schema.FieldID
	result    *ast.Type
	leaf      bool

	on        schema.TypeID // of fragments: the type condition, 0 for none
	set       setID         // of fields and fragments
	line, col int
}

// condition is one @skip or @include with a variable.
type condition struct {
	variable string
	skip     bool
}

// compiler builds a Document from a valid tree.
type compiler struct {
	d         *Document
	fragments map[string]*fragment
}

type fragment struct {
	def *ast.FragmentDefinition
	id  setID
}

func (d *Document) compile(doc *ast.QueryDocument) {
	c := compiler{d: d, fragments: make(map[string]*fragment, len(doc.Fragments))}
	size := 0
	for _, op := range doc.Operations {
		size += countSelections(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		size += countSelections(f.SelectionSet)
	}
	d.nodes = make([]node, 0, size)
	for _, f := range doc.Fragments {
		c.fragments[f.Name] = &fragment{def: f, id: noSet}
	}
	for _, op := range doc.Operations {
		def := definition{kind: Query, name: op.Name, variables: op.VariableDefinitions, rootType: d.schema.Query}
		switch op.Operation {
		case ast.Mutation:
			def.kind, def.rootType = Mutation, d.schema.Mutation
		case ast.Subscription:
			def.kind, def.rootType = Subscription, d.schema.Subscription
		case ast.Query:
		}
		def.line, def.col = op.Position.Line, op.Position.Column
		def.root = c.set(op.SelectionSet)
		d.operations = append(d.operations, def)
	}
}

func countSelections(set ast.SelectionSet) int {
	n := len(set)
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			n += countSelections(sel.SelectionSet)
		case *ast.InlineFragment:
			n += countSelections(sel.SelectionSet)
		}
	}
	return n
}

// set compiles a selection set. The nodes of one set stand together, so those of the sets below it are made afterwards.
func (c *compiler) set(selections ast.SelectionSet) setID {
	id, first := setID(len(c.d.sets)), len(c.d.nodes)
	c.d.sets = append(c.d.sets, set{first: int32(first), end: int32(first + len(selections))})
	c.d.nodes = append(c.d.nodes, make([]node, len(selections))...)
	for i, sel := range selections {
		n := c.node(sel)
		c.d.nodes[first+i] = n
	}
	return id
}

func (c *compiler) node(sel ast.Selection) node {
	p := sel.GetPosition()
	n := node{set: noSet, line: p.Line, col: p.Column}
	switch sel := sel.(type) {
	case *ast.Field:
		n.key, n.name, n.args = sel.Alias, sel.Name, schema.CanonicalArguments(sel.Arguments)
		n.parent = c.typeID(sel.ObjectDefinition.Name)
		n.field = c.d.schema.FieldByName(n.parent, sel.Name)
		n.result, n.leaf = sel.Definition.Type, len(sel.SelectionSet) == 0
		n.decide(sel.Directives)
		if !n.leaf {
			n.set = c.set(sel.SelectionSet)
		}
	case *ast.InlineFragment:
		n.on = c.typeID(sel.TypeCondition)
		n.decide(sel.Directives)
		n.set = c.set(sel.SelectionSet)
	case *ast.FragmentSpread:
		f := c.fragments[sel.Name]
		n.on = c.typeID(f.def.TypeCondition)
		n.decide(sel.Directives)
		if f.id == noSet {
			f.id = c.set(f.def.SelectionSet)
		}
		n.set = f.id
	}
	return n
}

// decide reads @skip and @include (§3.13.1, §3.13.2).
func (n *node) decide(directives ast.DirectiveList) {
	for _, d := range directives {
		skip := d.Name == "skip"
		if !skip && d.Name != "include" {
			continue
		}
		switch v := d.Arguments.ForName("if").Value; v.Kind {
		case ast.Variable:
			if c := (condition{variable: v.Raw, skip: skip}); !slices.Contains(n.conditions, c) {
				n.conditions = append(n.conditions, c)
			}
		default:
			n.never = n.never || (v.Raw == "true") == skip
		}
	}
}

// excluded reports whether the node is left out under the values.
func (n *node) excluded(values func(string) bool) bool {
	if n.never {
		return true
	}
	for _, c := range n.conditions {
		if values(c.variable) == c.skip {
			return true
		}
	}
	return false
}

func (d *Document) selections(id setID) []node {
	s := d.sets[id]
	return d.nodes[s.first:s.end]
}

// Operation picks the operation to execute (§6.1 Executing Requests, GetOperation) and returns its kind. name is "" where the
// request names none. The error is an *Error with CodeSelection.
func (d *Document) Operation(name string) (Kind, error) {
	def, err := d.definition(name)
	if err != nil {
		return 0, err
	}
	return def.kind, nil
}

func (d *Document) definition(name string) (*definition, error) {
	if name == "" {
		if len(d.operations) == 1 {
			return &d.operations[0], nil
		}
		return nil, &Error{
			Message: "The document has several operations; operationName must say which one.",
			Code:    CodeSelection, Failure: FailureOperation,
		}
	}
	for i := range d.operations {
		if d.operations[i].name == name {
			return &d.operations[i], nil
		}
	}
	return nil, &Error{
		Message: fmt.Sprintf("The document has no operation named %q.", name),
		Code:    CodeSelection, Failure: FailureOperation, Name: name,
	}
}

// Operations returns the names of the document's operations in source order; "" for an anonymous one.
func (d *Document) Operations() []string {
	names := make([]string, len(d.operations))
	for i := range d.operations {
		names[i] = d.operations[i].name
	}
	return names
}

// Conditions returns the Boolean variables that decide what the operation selects, sorted: those in @skip and @include of
// selections which no constant excludes. Normalize asks for no others.
func (d *Document) Conditions(opName string) ([]string, error) {
	def, err := d.definition(opName)
	if err != nil {
		return nil, err
	}
	var names []string
	seen := make([]bool, len(d.sets))
	var walk func(id setID)
	walk = func(id setID) {
		if id == noSet || seen[id] {
			return
		}
		seen[id] = true
		for i := range d.selections(id) {
			n := &d.nodes[int(d.sets[id].first)+i]
			if n.never {
				continue
			}
			for _, c := range n.conditions {
				names = append(names, c.variable)
			}
			walk(n.set)
		}
	}
	walk(def.root)
	slices.Sort(names)
	return slices.Compact(names), nil
}
