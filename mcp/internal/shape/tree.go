package shape

import (
	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// node is one value of the response. Children are linked in order.
type node struct {
	kind           rawjson.Kind
	start, end     int // the value's text; of a container only its start
	keyFrom, keyTo int // the member's key with quotes, when the parent is an object
	child, next    int // index of the first child and of the next sibling, 0 for none
	count          int // children
	full           int // bytes when written whole
	min            int // bytes when cut as far as the level allows
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

func parse(body []byte) (*tree, error) {
	v, err := rawjson.Value(body)
	if err != nil {
		return nil, err
	}
	t := &tree{text: v, nodes: make([]node, 0, len(v)/12+1)}
	t.add(0)
	return t, nil
}

// add appends the checked value at text[i] with its children and returns the
// index after it.
func (t *tree) add(i int) int {
	self := len(t.nodes)
	n := node{kind: rawjson.KindOf(t.text[i:]), start: i}
	t.nodes = append(t.nodes, n)
	if n.kind != rawjson.Object && n.kind != rawjson.Array {
		n.end, _ = rawjson.Skip(t.text, i) // checked by parse
		n.full = n.end - n.start
		t.nodes[self] = n
		return n.end
	}
	n.full = 2
	last := 0
	for i = rawjson.Space(t.text, i+1); t.text[i] != '}' && t.text[i] != ']'; {
		var keyFrom, keyTo int
		if n.kind == rawjson.Object {
			keyFrom = i
			keyTo, _ = rawjson.SkipString(t.text, i) // checked by parse
			i = rawjson.Space(t.text, rawjson.Space(t.text, keyTo)+1)
			n.full += keyTo - keyFrom + 1
		}
		child := len(t.nodes)
		i = rawjson.Space(t.text, t.add(i))
		if t.text[i] == ',' {
			i = rawjson.Space(t.text, i+1)
		}
		t.nodes[child].keyFrom, t.nodes[child].keyTo = keyFrom, keyTo
		if last == 0 {
			n.child = child
		} else {
			t.nodes[last].next = child
			n.full++ // the comma
		}
		last = child
		n.count++
		n.full += t.nodes[child].full
	}
	n.end = i + 1
	t.nodes[self] = n
	return n.end
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
				n.min += t.nodes[c].min + min(k, 1)
			}
		case rawjson.Object:
			for c := n.child; c != 0; c = t.nodes[c].next {
				n.min -= t.nodes[c].full - t.nodes[c].min
			}
		case rawjson.Invalid, rawjson.Null, rawjson.Bool, rawjson.Number:
		}
	}
}
