package shape

import (
	"math"
	"sync"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// node is one value of the response. Children are linked in order. Offsets are
// of 32 bits, since a response has tens of thousands of nodes.
type node struct {
	start, end     int32 // the value's text
	keyFrom, keyTo int32 // the member's key with quotes, when the parent is an object
	child, next    int32 // index of the first child and of the next sibling, 0 for none
	count          int32 // children
	full           int32 // bytes when written whole
	min            int32 // bytes when cut as far as the level allows
	kind           rawjson.Kind
}

// tree is the response as nodes; nodes[0] is the root.
type tree struct {
	text  []byte
	nodes []node
}

// level says how far a response may be cut: lists down to floor items, and
// strings only when trim is set.
type level struct {
	floor int
	trim  bool
}

// trimFloor is the length, in bytes with quotes, under which no string is trimmed.
const trimFloor = 48

// trees keeps the memory of trees between responses; large ones are let go.
var trees = sync.Pool{New: func() any { return new(tree) }}

const maxPooledNodes = 1 << 16

// parse checks body and builds its tree, in one pass. The caller gives the tree
// back with free.
func parse(body []byte) (*tree, error) {
	if len(body) > math.MaxInt32 {
		return nil, rawjson.ErrSyntax
	}
	t := trees.Get().(*tree)
	t.text, t.nodes = body, t.nodes[:0]
	end, err := t.add(rawjson.Space(body, 0), 0)
	if err == nil && rawjson.Space(body, end) != len(body) {
		err = rawjson.ErrSyntax
	}
	if err != nil {
		t.free()
		return nil, err
	}
	return t, nil
}

func (t *tree) free() {
	t.text = nil
	if cap(t.nodes) <= maxPooledNodes {
		trees.Put(t)
	}
}

// add appends the value at text[i] with its children and returns the index
// after it.
func (t *tree) add(i, depth int) (int, error) {
	kind := rawjson.Invalid
	if i < len(t.text) {
		kind = rawjson.KindOf(t.text[i:])
	}
	self := len(t.nodes)
	t.nodes = append(t.nodes, node{kind: kind, start: int32(i)})
	if kind == rawjson.Object || kind == rawjson.Array {
		if depth == rawjson.MaxDepth {
			return i, rawjson.ErrSyntax
		}
		return t.addChildren(self, depth)
	}
	end, err := rawjson.Skip(t.text, i)
	t.nodes[self].end, t.nodes[self].full = int32(end), int32(end-i)
	return end, err
}

// addChildren reads the members or items of the container nodes[self].
func (t *tree) addChildren(self, depth int) (int, error) {
	n := t.nodes[self] // a copy: nodes grows
	object, closing := n.kind == rawjson.Object, byte(']')
	if object {
		closing = '}'
	}
	n.full = 2
	last := int32(0)
	i := rawjson.Space(t.text, int(n.start)+1)
	for first := true; i < len(t.text) && (!first || t.text[i] != closing); first = false {
		var from, to int
		var err error
		if object {
			from = i
			if to, i, err = rawjson.SkipKey(t.text, i); err != nil {
				return i, err
			}
			n.full += int32(to - from + 1)
		}
		child := int32(len(t.nodes))
		if i, err = t.add(i, depth+1); err != nil {
			return i, err
		}
		t.nodes[child].keyFrom, t.nodes[child].keyTo = int32(from), int32(to)
		if last == 0 {
			n.child = child
		} else {
			t.nodes[last].next = child
			n.full++ // the comma
		}
		last = child
		n.count++
		n.full += t.nodes[child].full
		if i = rawjson.Space(t.text, i); i < len(t.text) && t.text[i] == closing {
			break
		}
		if i >= len(t.text) || t.text[i] != ',' {
			return i, rawjson.ErrSyntax
		}
		if i = rawjson.Space(t.text, i+1); i < len(t.text) && t.text[i] == closing {
			return i, rawjson.ErrSyntax
		}
	}
	if i >= len(t.text) {
		return i, rawjson.ErrSyntax
	}
	n.end = int32(i + 1)
	t.nodes[self] = n
	return i + 1, nil
}

// measure fills in every node's min for one level. Children stand after their
// parent in nodes, so a walk from the end sees them first.
func (t *tree) measure(lv level) {
	for i := len(t.nodes) - 1; i >= 0; i-- {
		n := &t.nodes[i]
		n.min = n.full
		switch n.kind {
		case rawjson.String:
			if lv.trim {
				n.min = min(n.full, trimFloor)
			}
		case rawjson.Array:
			n.min = 2
			for c, k := n.child, 0; c != 0 && k < lv.floor; c, k = t.nodes[c].next, k+1 {
				n.min += t.nodes[c].min + int32(min(k, 1))
			}
		case rawjson.Object:
			for c := n.child; c != 0; c = t.nodes[c].next {
				n.min -= t.nodes[c].full - t.nodes[c].min
			}
		case rawjson.Invalid, rawjson.Null, rawjson.Bool, rawjson.Number:
		}
	}
}
