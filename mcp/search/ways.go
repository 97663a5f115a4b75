package search

import (
	"cmp"
	"math"
	"slices"
)

// ways are the cheapest ways from the roots to all types, for one search: fields that speak of the keywords
// cost less, so a way that mentions what the caller mentioned wins over a shorter one that does not.
type ways struct {
	dist []float32 // by typeID; infinite when unreachable
	via  []int32   // by typeID: the edge that arrives, or none at a root
	heap binaryHeap[reached]
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
	w.heap.items, w.heap.less = w.heap.items[:0], nearer
	for _, r := range x.roots {
		w.dist[r] = x.rootCost(r)
		w.heap.push(reached{w.dist[r], r})
	}
	for len(w.heap.items) > 0 {
		at := w.heap.pop()
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
				w.heap.push(reached{d, e.to})
			}
		}
	}
}

// nearer orders by distance, then by type, so that equal ways are chosen alike every time.
func nearer(a, b *reached) bool {
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

// detour is another way to a type than the cheapest: the last field that differs and the steps after it.
type detour struct {
	tail []edge // from tail[0].from, reached by its own cheapest way, to the type
	cost float32
}

// detours returns up to most other ways to a type that cost no more than slack above the cheapest, cheapest first. They
// differ from it and from each other in the last field that is more than the inside of a list wrapper.
func (w *ways) detours(x *Index, to typeID, slack float32, most int, visible func(edge) bool) []detour {
	var found []detour
	limit := w.dist[to] + slack
	var back func(at typeID, tail []edge, cost float32)
	back = func(at typeID, tail []edge, cost float32) {
		for _, i := range x.incoming[at] {
			e := x.edges[i]
			total := cost + e.cost
			if w.dist[e.from]+total > limit || !visible(e) || len(tail) == 0 && i == w.via[at] && e.field != none && !x.fields[e.field].structural {
				continue
			}
			next := append([]edge{e}, tail...)
			if e.field == none || x.fields[e.field].structural {
				if len(next) < 4 {
					back(e.from, next, total)
				}
				continue
			}
			if i != w.via[at] || !w.onWay(x, to, at) {
				if !w.onWay(x, e.from, to) {
					found = append(found, detour{next, w.dist[e.from] + total})
				}
			}
		}
	}
	back(to, nil, 0)
	slices.SortStableFunc(found, func(a, b detour) int { return cmp.Compare(a.cost, b.cost) })
	found = slices.CompactFunc(found, func(a, b detour) bool { return a.tail[0].field == b.tail[0].field })
	return found[:min(len(found), most)]
}

// onWay tells whether the cheapest way to a type leads through another (or is it).
func (w *ways) onWay(x *Index, to, through typeID) bool {
	for to != through {
		if w.via[to] == none {
			return false
		}
		to = x.edges[w.via[to]].from
	}
	return true
}
