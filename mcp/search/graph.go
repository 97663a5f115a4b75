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
	costWrapper    = 0.1 // nodes, edges, node, items of a list wrapper
	costNarrow     = 0.3 // "... on T", plus a share of the number of possible types:
	costInterface  = 0.6 // ... by log2 for an interface, since the widely implemented ones (Node) say nothing
	costUnion      = 0.3 // ... by log2 for a union, which was made for one place
	costArg        = 0.1 // per required argument
	costByID       = 1.0 // a lookup by an opaque ID alone: who has the ID seldom searches for a way
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
			if t.def.Kind != ast.InputObject && x.composite(field.out) {
				x.edges = append(x.edges, edge{typeID(i), field.out, f, field.cost})
			}
		}
		share := costUnion
		if t.def.Kind == ast.Interface {
			share = costInterface
		}
		cost := float32(costNarrow + share*math.Log2(float64(max(1, len(t.members)))))
		for _, m := range t.members {
			x.edges = append(x.edges, edge{typeID(i), m, none, cost})
		}
		t.end = int32(len(x.edges))
	}
}

func (x *Index) stepCost(f *fieldInfo) float32 {
	parent := &x.types[f.parent]
	cost := float32(costField)
	if parent.item != none || x.edgeNode(f.parent) != none {
		cost = costWrapper
	}
	required, byID := 0, false
	for _, a := range f.args {
		if a.def.Type.NonNull && a.def.DefaultValue == nil {
			required++
			byID = a.def.Type.Name() == "ID"
		}
	}
	cost += costArg * float32(required)
	if required == 1 && byID && x.composite(f.out) && x.types[f.out].def.Kind == ast.Interface {
		cost += costByID
	}
	if f.def.Directives.ForName("deprecated") != nil {
		cost += costDeprecated
	}
	return cost
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

// ways are the cheapest ways from the roots to all types, for one search: fields that speak of the keywords
// cost less, so a way that mentions what the caller mentioned wins over a shorter one that does not.
type ways struct {
	dist []float32 // by typeID; infinite when unreachable
	via  []int32   // by typeID: the edge that arrives, or none at a root
	heap []reached
}

type reached struct {
	dist float32
	typ  typeID
}

// find runs Dijkstra's algorithm from the roots. discount gives the share of its cost that an edge's field keeps, and
// whether the field may be seen at all.
func (w *ways) find(x *Index, visible func(edge) bool, discount func(fieldID) float32) {
	for i := range w.dist {
		w.dist[i], w.via[i] = float32(math.Inf(1)), none
	}
	w.heap = w.heap[:0]
	for _, r := range x.roots {
		w.dist[r] = x.rootCost(r)
		w.push(reached{w.dist[r], r})
	}
	for len(w.heap) > 0 {
		at := w.pop()
		if at.dist > w.dist[at.typ] {
			continue
		}
		t := &x.types[at.typ]
		for i := t.edge; i < t.end; i++ {
			e := x.edges[i]
			cost := e.cost
			if e.field != none {
				cost *= discount(e.field)
			}
			d := at.dist + cost
			if d < w.dist[e.to] && d <= maxCost && visible(e) {
				w.dist[e.to], w.via[e.to] = d, i
				w.push(reached{d, e.to})
			}
		}
	}
}

// push and pop keep a binary heap by distance, then by type, so that equal ways are chosen alike every time.
func (w *ways) push(r reached) {
	w.heap = append(w.heap, r)
	i := len(w.heap) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !w.less(i, up) {
			break
		}
		w.heap[i], w.heap[up] = w.heap[up], w.heap[i]
		i = up
	}
}

func (w *ways) pop() reached {
	top := w.heap[0]
	last := len(w.heap) - 1
	w.heap[0] = w.heap[last]
	w.heap = w.heap[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && w.less(child+1, child) {
			child++
		}
		if !w.less(child, i) {
			break
		}
		w.heap[i], w.heap[child] = w.heap[child], w.heap[i]
		i = child
	}
	return top
}

func (w *ways) less(i, j int) bool {
	a, b := w.heap[i], w.heap[j]
	if a.dist != b.dist {
		return a.dist < b.dist
	}
	return a.typ < b.typ
}

// path appends the edges from a root to the type, first step first.
func (w *ways) path(x *Index, to typeID, dst []edge) []edge {
	from := len(dst)
	for via := w.via[to]; via != none; via = w.via[x.edges[via].from] {
		dst = append(dst, x.edges[via])
	}
	for i, j := from, len(dst)-1; i < j; i, j = i+1, j-1 {
		dst[i], dst[j] = dst[j], dst[i]
	}
	return dst
}
