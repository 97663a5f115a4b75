package exec

import (
	"bytes"
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// parser reads a response body straight into the storage, directed by the selections of the fetch: it compares each key with the
// one that is expected next before it looks it up, and skips what nobody asked for. Its methods return false where the body is not
// JSON; what is JSON but of the wrong shape becomes a flaw.
type parser struct {
	scanner
	r      *run
	buffer uint32 // index of b in the storage

	// entity is the object that an _entities result is being read into, and mistyped tells that the result is of another type.
	entity   uint32
	mistyped bool
	full     bool // the storage is: reading stops
}

// flaw is a wrong value. Its path is only known when the response has been read: lists are linked to their parents at their end.
type flaw struct {
	subject
	text string
}

const noSlot = -1

// object reads the members of the object at i into o.
func (p *parser) object(o uint32, sel *plan.Selection) bool {
	position := &p.r.plan.Positions[p.r.position(o)]
	next := 0
	filled, ok := p.open('}')
	for filled && ok {
		f, valid := p.key(sel, &next)
		if !valid {
			return false
		}
		if f == nil {
			valid = p.value()
		} else {
			valid = p.field(o, position, f)
		}
		if !valid {
			return false
		}
		filled, ok = p.more('}')
	}
	return ok
}

// key reads a key and its colon, and returns the field it stands for, or nil.
func (p *parser) key(sel *plan.Selection, next *int) (f *plan.SelectionField, ok bool) {
	if *next < len(sel.Fields) {
		expected := &sel.Fields[*next]
		end := p.i + 1 + len(expected.Key)
		if end < len(p.b) && p.b[p.i] == '"' && p.b[end] == '"' && string(p.b[p.i+1:end]) == expected.Key {
			p.i = end + 1
			*next++
			return expected, p.colon()
		}
	}
	name, ok := p.name()
	if !ok {
		return nil, false
	}
	if at := p.r.lookup(sel, name); at >= 0 {
		*next = at + 1
		f = &sel.Fields[at]
	}
	return f, p.colon()
}

// name reads a key and returns its text.
func (p *parser) name() ([]byte, bool) {
	start := p.i
	if p.peek() != '"' || !p.str() {
		return nil, false
	}
	return operation.Unquote(p.b[start:p.i]), true
}

// field reads the value of a field of o.
func (p *parser) field(o uint32, position *plan.Position, f *plan.SelectionField) bool {
	if f.Typename {
		return p.typename(o, position)
	}
	index := o + headerWords + uint32(f.Slot)
	if f.Child == nil {
		start := p.i
		if !p.value() {
			return false
		}
		if p.b[start] != 'n' {
			p.r.set(index, p.r.spanValue(p.buffer, start, p.i))
		} else if p.r.get(index) == absent {
			p.r.set(index, null)
		}
		return true
	}
	place := place{parent: o, slot: f.Slot, position: &p.r.plan.Positions[position.Slots[f.Slot].Child], sel: f.Child}
	old := p.r.get(index)
	v, ok := p.composite(&place, old, position.Slots[f.Slot].Type.Lists)
	if v != old {
		p.r.set(index, v)
	}
	return ok
}

// place is where a composite value is being read.
type place struct {
	parent   uint32
	slot     plan.SlotID
	position *plan.Position // of the objects
	sel      *plan.Selection
}

// composite reads an object, or lists of objects, and returns what the word that holds old must hold now. Several subgraphs may give the same
// object: then members are merged, lists are zipped by index, and an object wins over a null, in whatever order they come. Where another's failed,
// what is missing in the object in the end is what that one should have given: it starts as failed.
func (p *parser) composite(at *place, old value, lists uint8) (value, bool) {
	switch c := p.peek(); {
	case c == 'n':
		if old == absent {
			old = null
		}
		return old, p.value()
	case c == '{' && lists == 0:
		if !old.isObject() {
			if p.outgrows(headerWords + len(at.position.Slots)) {
				return old, false
			}
			o := p.r.newObject(at.position, p.r.staticType(at.position), at.parent)
			if old.isFailed() {
				for i := range at.position.Slots {
					p.r.set(o+headerWords+uint32(i), old)
				}
			}
			old = objectValue(o)
		}
		return old, p.object(old.index(), at.sel)
	case c == '[' && lists > 0 && old.isList():
		return old, p.zip(at, old, lists-1)
	case c == '[' && lists > 0:
		return p.list(at, old, lists-1)
	}
	if !p.value() {
		return old, false
	}
	why := p.flaw(subject{object: at.parent, slot: int(at.slot)}, "the subgraph's value is not of the field's shape")
	if old.isNothing() {
		old = failedBy(why)
	}
	return old, true
}

// outgrows reports whether so many words more are more than the storage may take.
func (p *parser) outgrows(words int) bool {
	p.full = len(p.r.words)+len(p.r.stack)+words > p.r.options.MaxStorageBytes/8
	return p.full
}

// list reads a list that nobody gave yet. Its elements wait on a stack until their number is known.
func (p *parser) list(at *place, old value, lists uint8) (value, bool) {
	r := p.r
	base, element := len(r.stack), absent
	if old.isFailed() {
		element = old
	}
	filled, ok := p.open(']')
	for filled && ok {
		v, valid := p.composite(at, element, lists)
		if !valid {
			return absent, false
		}
		r.stack = append(r.stack, uint64(v))
		filled, ok = p.more(']')
	}
	n := len(r.stack) - base
	if p.outgrows(n) {
		return absent, false
	}
	index := r.alloc(n)
	copy(r.words[index:], r.stack[base:])
	r.stack = r.stack[:base]
	return listValue(index, uint32(n)), ok
}

// zip merges a list into one that another response gave. If their lengths differ, the first list stays as it was.
func (p *parser) zip(at *place, old value, lists uint8) bool {
	r := p.r
	before, flaws := r.save(), len(r.flaws)
	n := uint32(0)
	filled, ok := p.open(']')
	for filled && ok {
		if n < old.length() {
			index := old.index() + n
			v, valid := p.composite(at, r.get(index), lists)
			if !valid {
				return false
			}
			if v != r.get(index) {
				r.set(index, v)
			}
		} else if !p.value() {
			return false
		}
		n++
		filled, ok = p.more(']')
	}
	if n == old.length() || !ok {
		r.keep(before)
		return ok
	}
	r.rollback(before)
	r.flaws = r.flaws[:flaws]
	why := p.flaw(subject{object: at.parent, slot: int(at.slot)}, "subgraphs disagree about the length of the list")
	r.taintValue(old, at.sel, why)
	return true
}

// typename reads the __typename of o.
func (p *parser) typename(o uint32, position *plan.Position) bool {
	if p.peek() != '"' {
		if !p.value() {
			return false
		}
		p.contradict(o)
		return true
	}
	name, ok := p.name()
	if !ok {
		return false
	}
	named := p.r.typeNamed(position.Type, name)
	switch known := p.r.typeOf(o); {
	case named == 0: // the subgraph sees the object as an interface (@interfaceObject) and cannot tell more
	case known == 0:
		p.r.setType(o, named)
		if named == badType && o == p.entity {
			p.mistyped = true
		}
	case known != named:
		p.contradict(o)
	}
	return true
}

// contradict notes that __typename is not what it must be.
func (p *parser) contradict(o uint32) {
	if o == p.entity {
		p.mistyped = true
		return
	}
	p.r.setType(o, badType)
}

// flaw notes what is wrong, and returns the cause for what is missing therefore.
func (p *parser) flaw(s subject, text string) cause {
	if len(p.r.flaws) >= p.r.options.MaxErrors {
		return 0
	}
	s.cause = p.r.newCause()
	p.r.flaws = append(p.r.flaws, flaw{s, text})
	return s.cause
}

// staticType returns the concrete type of every object at the position, or 0 where it differs by object.
func (r *run) staticType(position *plan.Position) schema.TypeID {
	if r.schema.Types[position.Type].Kind == schema.Object {
		return position.Type
	}
	return 0
}

// fewTypes is up to how many candidates a search by comparison beats a map.
const fewTypes = 12

// typeNamed returns the concrete type with the name that may stand where static is expected: 0 for the name of an abstract type, badType
// where there is none.
func (r *run) typeNamed(static schema.TypeID, name []byte) schema.TypeID {
	if r.lastStatic == static && r.schema.Types[r.lastType].Name == string(name) {
		return r.lastType
	}
	possible := r.schema.Types[static].Possible
	if len(possible) <= fewTypes {
		for _, t := range possible {
			if r.schema.Types[t].Name == string(name) {
				r.lastStatic, r.lastType = static, t
				return t
			}
		}
	}
	t := r.schema.TypeByName(string(name))
	switch {
	case t == 0:
		return badType
	case r.schema.Types[t].Abstract():
		return 0
	case len(possible) > fewTypes:
		if _, ok := slices.BinarySearch(possible, t); ok {
			r.lastStatic, r.lastType = static, t
			return t
		}
	}
	return badType
}

// fewFields is up to how many fields a search by comparison beats a map.
const fewFields = 16

// lookup returns the index of the field with the key, or -1.
func (r *run) lookup(sel *plan.Selection, key []byte) int {
	if len(sel.Fields) <= fewFields {
		for i := range sel.Fields {
			if sel.Fields[i].Key == string(key) {
				return i
			}
		}
		return -1
	}
	index, ok := r.indexes[sel]
	if !ok {
		index = make(map[string]int, len(sel.Fields))
		for i := range sel.Fields {
			index[sel.Fields[i].Key] = i
		}
		if r.indexes == nil {
			r.indexes = make(map[*plan.Selection]map[string]int)
		}
		r.indexes[sel] = index
	}
	if at, ok := index[string(key)]; ok {
		return at
	}
	return -1
}

// isNull reports whether raw, a valid JSON value, is null.
func isNull(raw []byte) bool { return len(raw) > 0 && raw[0] == 'n' }

// isInteger reports whether the JSON number has neither fraction nor exponent.
func isInteger(raw []byte) bool { return !bytes.ContainsAny(raw, ".eE") }
