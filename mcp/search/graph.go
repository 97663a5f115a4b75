package search

import (
	"math"

	"github.com/vektah/gqlparser/v2/ast"
)

// edge is one step on a way from a root to a type: a field, or a narrowing ("... on T") when field is none.
type edge struct {
	from, to typeID
	field    fieldID
	cost     float32
}

// Costs of a step, in fields that a query's author has to write and understand. What a step costs beyond 1 is how
// little an agent that does not already hold an identifier can do with it.
const (
	costField      = 1.0
	costWrapper    = 0.1  // nodes, edges, node, items of a list wrapper
	costNarrow     = 0.2  // "... on T", plus a share of the number of possible types:
	costInterface  = 0.08 // ... by log2, squared, for an interface, since the widely implemented ones (Node) say nothing
	costUnion      = 0.03 // ... and for a union, which was made for one place
	costArg        = 0.05 // per required argument
	costList       = 0.2  // a list to choose from instead of one object
	costContained  = -0.2 // the object given says where it belongs: Order.customer is a Customer!, so Customer.orders is its home
	costAnything   = 1.0  // an interface looked up by one opaque key (an ID, a URL): who has the key seldom searches for a way
	costOfCaller   = 0.8  // "viewer", "me": only the caller's own, though others can be looked up
	costDeprecated = 2.0
	costMutation   = 3.0 // reaching data through what a mutation returns
	costSubscribe  = 4.0
	maxCost        = 14.0
)

// addEdges writes the ways from each type, grouped by type, and the cost of each field.
func (x *Index) addEdges() {
	for i := range x.types {
		t := &x.types[i]
		t.edge = int32(len(x.edges))
		for f := t.first; f < t.last; f++ {
			field := &x.fields[f]
			field.cost = x.stepCost(field)
			if x.ofCaller(f) {
				field.ofCaller = true
				field.cost += costOfCaller
			}
			if t.def.Kind != ast.InputObject && x.composite(field.out) {
				x.edges = append(x.edges, edge{typeID(i), field.out, f, field.cost})
			}
		}
		share := costUnion
		if t.def.Kind == ast.Interface {
			share = costInterface
		}
		size := math.Log2(float64(max(1, len(t.members))))
		cost := float32(costNarrow + share*size*size)
		for _, m := range t.members {
			x.edges = append(x.edges, edge{typeID(i), m, none, cost})
		}
		t.end = int32(len(x.edges))
	}
	for f := range x.fields {
		x.fields[f].structural = x.structural(fieldID(f))
	}
	x.incoming = make([][]int32, len(x.types))
	for i, e := range x.edges {
		x.incoming[e.to] = append(x.incoming[e.to], int32(i))
	}
}

func (x *Index) stepCost(f *fieldInfo) float32 {
	parent := &x.types[f.parent]
	cost := float32(costField)
	if parent.item != none || x.edgeNode(f.parent) != none {
		cost = costWrapper
	}
	if x.composite(f.out) && cost > costWrapper {
		if f.def.Type.Elem != nil || x.types[f.out].item != none {
			cost += costList
		}
		if x.contains(f.parent, x.unwrap(f.out)) {
			cost += costContained
		}
	}
	var key *argInfo
	required := 0
	for i := range f.args {
		if a := &f.args[i]; a.required() {
			key = a
			required++
		}
	}
	cost += costArg * float32(required)
	if required == 1 && x.scalar(key) && x.composite(f.out) && x.types[f.out].def.Kind == ast.Interface {
		cost += costAnything
	}
	if f.def.Directives.ForName("deprecated") != nil {
		cost += costDeprecated
	}
	return cost
}

// scalar tells whether an argument is one scalar value.
func (x *Index) scalar(a *argInfo) bool {
	return a.def.Type.Elem == nil && (a.typ == none || x.types[a.typ].def.Kind == ast.Scalar)
}

// contains tells whether every object of type part names one object of type whole.
func (x *Index) contains(whole, part typeID) bool {
	t := &x.types[part]
	for f := t.first; f < t.last; f++ {
		field := &x.fields[f]
		if field.out == whole && field.def.Type.NonNull && field.def.Type.Elem == nil && len(field.args) == 0 {
			return true
		}
	}
	return false
}

// ofCaller tells whether a query root field gives, without arguments, the one object of a type of which another root
// field looks up any: then it is the caller's own.
func (x *Index) ofCaller(f fieldID) bool {
	field := &x.fields[f]
	if x.types[field.parent].def != x.schema.Query || len(field.args) > 0 || field.def.Type.Elem != nil || !x.composite(field.out) {
		return false
	}
	root := &x.types[field.parent]
	for g := root.first; g < root.last; g++ {
		other := &x.fields[g]
		if g != f && x.unwrap(other.out) == field.out && len(other.args) > 0 {
			return true
		}
	}
	return false
}

// structural tells whether a field only leads into a list wrapper.
func (x *Index) structural(f fieldID) bool {
	field := &x.fields[f]
	if !x.composite(field.out) {
		return false
	}
	return x.types[field.parent].item != none || x.edgeNode(field.parent) == field.out
}

// rootCost is what starting at a root costs.
func (x *Index) rootCost(id typeID) float32 {
	switch x.types[id].def {
	case x.schema.Mutation:
		return costMutation
	case x.schema.Subscription:
		return costSubscribe
	}
	return 0
}
