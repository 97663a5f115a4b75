package satisfiability

import (
	"encoding/binary"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// worldID names a set of subgraphs that must not be entered. 0 is the empty set: the real world. Other worlds only serve to judge
// nested keys.
type worldID int32

// maxClosed bounds how deep keys that need other keys are followed by the strict rule of engine.enter. Beyond it the lenient one holds, which is
// still true to what a gateway can do.
const maxClosed = 3

type worlds struct {
	sets []bitset // index: worldID; nil for none
	size []int
	ids  map[string]worldID
}

func newWorlds() *worlds {
	return &worlds{sets: make([]bitset, 1), size: make([]int, 1), ids: map[string]worldID{}}
}

func (w *worlds) closed(id worldID) bitset { return w.sets[id] }

// without is the world in which g must not be entered either; false when that would be one subgraph too many.
func (w *worlds) without(id worldID, g schema.SubgraphID, subgraphs int) (worldID, bool) {
	if w.size[id] == maxClosed {
		return 0, false
	}
	set := newBitset(subgraphs)
	set.addAll(w.sets[id])
	if set.has(int(g)) {
		return id, true
	}
	set.add(int(g))
	var key []byte
	for _, word := range set {
		key = binary.LittleEndian.AppendUint64(key, word)
	}
	to, ok := w.ids[string(key)]
	if !ok {
		to = worldID(len(w.sets))
		w.sets = append(w.sets, set)
		w.size = append(w.size, w.size[id]+1)
		w.ids[string(key)] = to
	}
	return to, true
}
