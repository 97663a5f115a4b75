package operation

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// checkMerge is §5.3.2 Field Selection Merging, for all operations. The specification compares all pairs of fields; both of its relations
// (same shape, same field and arguments) are transitive, so comparing each field with the first of its group finds the same.
//
// Work: a selection set is checked once by itself, and a group of several fields once for each distinct set of fields below it. Usually that
// is linear in the document; Document.work bounds it for documents made to be worse.
func (d *Document) checkMerge() ErrorList {
	m := merger{d: d, alone: make([]bool, len(d.sets)), seen: make([]int32, len(d.sets)), done: map[string]bool{}, work: d.work}
	for i := range d.operations {
		m.one(d.operations[i].root)
	}
	if m.work <= 0 {
		return ErrorList{workError(d.work)}
	}
	slices.SortStableFunc(m.errs, func(a, b *Error) int { return slices.CompareFunc(a.Locations, b.Locations, compareLocations) })
	return slices.CompactFunc(m.errs, func(a, b *Error) bool {
		return a.Message == b.Message && slices.Equal(a.Locations, b.Locations)
	})
}

type merger struct {
	d     *Document
	alone []bool // by setID: checked by itself
	seen  []int32
	epoch int32
	done  map[string]bool
	work  int
	errs  ErrorList
}

// one checks a single selection set.
func (m *merger) one(id setID) {
	if id == noSet || m.alone[id] {
		return
	}
	m.alone[id] = true
	m.check(m.collect([]setID{id}), false)
}

// collect returns the fields of the sets with all fragments opened, each node once, in order.
func (m *merger) collect(ids []setID) []int32 {
	m.epoch++
	var out []int32
	var open func(id setID)
	open = func(id setID) {
		if m.seen[id] == m.epoch {
			return
		}
		m.seen[id] = m.epoch
		s := m.d.sets[id]
		m.work -= int(s.end - s.first)
		for i := s.first; i < s.end; i++ {
			if n := &m.d.nodes[i]; n.key == "" {
				open(n.set)
			} else {
				out = append(out, i)
			}
		}
	}
	for _, id := range ids {
		open(id)
	}
	return out
}

// check compares the fields that share a response key. With shapeOnly, only their shapes must agree, because no object has both.
func (m *merger) check(fields []int32, shapeOnly bool) {
	if m.work <= 0 || len(m.errs) >= maxErrors {
		return
	}
	for _, group := range m.byKey(fields) {
		if len(group) == 1 {
			if !shapeOnly { // by itself, a field below shapeOnly is checked from where it stands
				m.one(m.d.nodes[group[0]].set)
			}
			continue
		}
		parts := m.commonParents(group)
		if shapeOnly || len(parts) > 1 {
			if !m.sameShape(group) {
				continue
			}
			m.below(group, true)
		}
		if shapeOnly {
			continue
		}
		for _, part := range parts {
			if m.sameField(part) && m.sameShape(part) {
				m.below(part, false)
			}
		}
	}
}

// below checks what is selected under a group of fields with one response key, taken together.
func (m *merger) below(group []int32, shapeOnly bool) {
	var ids []setID
	for _, i := range group {
		if id := m.d.nodes[i].set; id != noSet {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return
	}
	if !shapeOnly {
		slices.Sort(ids)
		if ids = slices.Compact(ids); len(ids) == 1 {
			m.one(ids[0])
			return
		}
	}
	fields := m.collect(ids)
	key := make([]byte, 1, 1+4*len(fields))
	if shapeOnly {
		key[0] = 1
	}
	sorted := slices.Clone(fields)
	slices.Sort(sorted)
	for _, i := range sorted {
		key = binary.LittleEndian.AppendUint32(key, uint32(i))
	}
	if !m.done[string(key)] {
		m.done[string(key)] = true
		m.check(fields, shapeOnly)
	}
}

// byKey groups fields by response key, in order of first occurrence.
func (m *merger) byKey(fields []int32) [][]int32 {
	index := make(map[string]int, len(fields))
	groups := make([][]int32, 0, len(fields))
	for _, i := range fields {
		key := m.d.nodes[i].key
		g, ok := index[key]
		if !ok {
			g = len(groups)
			index[key] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// commonParents splits a group so that fields stand together when one object may have both: those on the same object type, and
// with each of these all that stand on interfaces or unions.
func (m *merger) commonParents(group []int32) [][]int32 {
	var abstract []int32
	index := map[schema.TypeID]int{}
	var parts [][]int32
	for _, i := range group {
		parent := m.d.nodes[i].parent
		if parent == metaAbstract || !isMeta(parent) && m.d.schema.Type(parent).Kind != schema.Object {
			abstract = append(abstract, i)
			continue
		}
		p, ok := index[parent]
		if !ok {
			p = len(parts)
			index[parent] = p
			parts = append(parts, nil)
		}
		parts[p] = append(parts[p], i)
	}
	if len(parts) == 0 {
		return [][]int32{abstract}
	}
	for p := range parts {
		m.work -= len(abstract)
		parts[p] = append(parts[p], abstract...)
	}
	return parts
}

func (m *merger) sameField(group []int32) bool {
	first := &m.d.nodes[group[0]]
	for _, i := range group[1:] {
		n := &m.d.nodes[i]
		switch {
		case n.name != first.name:
			m.conflict(first, n, fmt.Sprintf("%q and %q are different fields", first.name, n.name))
			return false
		case n.args.Text != first.args.Text:
			m.conflict(first, n, "they have differing arguments")
			return false
		}
	}
	return true
}

func (m *merger) sameShape(group []int32) bool {
	first := &m.d.nodes[group[0]]
	for _, i := range group[1:] {
		n := &m.d.nodes[i]
		if n.result != first.result && !sameShape(first.result, n.result, first.leaf || n.leaf) {
			m.conflict(first, n, fmt.Sprintf("they return conflicting types %q and %q", first.result, n.result))
			return false
		}
	}
	return true
}

// sameShape is §5.3.2 SameResponseShape, without the part about subfields.
func sameShape(a, b *ast.Type, leaf bool) bool {
	for ; ; a, b = a.Elem, b.Elem {
		if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
			return false
		}
		if a.Elem == nil {
			return !leaf || a.NamedType == b.NamedType
		}
	}
}

func (m *merger) conflict(a, b *node, reason string) {
	if len(m.errs) >= maxErrors {
		return
	}
	m.errs = append(m.errs, &Error{
		Message:   fmt.Sprintf("Fields %q conflict because %s. Use different aliases on the fields to fetch both if this was intentional.", a.key, reason),
		Code:      CodeValidation,
		Locations: []Location{{a.line, a.col}, {b.line, b.col}},
		Failure:   FailureConflict, Name: a.key,
	})
}
