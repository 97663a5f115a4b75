package exec

import (
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// value is one word of storage: a tag in the upper four bits and what belongs to it.
type value uint64

const (
	absent value = 0           // nothing has been stored
	null   value = 1 << tagPos // the subgraph said null

	tagPos = 60

	tagFailed   = 2 // the cause: nothing could be had, and an error says so
	tagSpan     = 3 // buffer (12 bits), offset (28), length (20)
	tagLongSpan = 4 // index into run.long
	tagObject   = 5 // index of its first word
	tagList     = 6 // length (28 bits), index of its first element (32)

	spanOffsetBits, spanLengthBits = 28, 20
	maxSpanBuffer                  = 1 << (tagPos - spanOffsetBits - spanLengthBits)
	maxSpanOffset                  = 1 << spanOffsetBits
	maxSpanLength                  = 1 << spanLengthBits
)

func (v value) tag() uint64     { return uint64(v >> tagPos) }
func (v value) isFailed() bool  { return v.tag() == tagFailed }
func (v value) cause() cause    { return cause(v) }
func (v value) isObject() bool  { return v.tag() == tagObject }
func (v value) isList() bool    { return v.tag() == tagList }
func (v value) isSpan() bool    { return v.tag() == tagSpan || v.tag() == tagLongSpan }
func (v value) index() uint32   { return uint32(v) }
func (v value) length() uint32  { return uint32(v>>32) & (1<<28 - 1) }
func (v value) isNothing() bool { return v == absent || v == null }

func failedBy(c cause) value { return tagFailed<<tagPos | value(c) }

func objectValue(index uint32) value { return tagObject<<tagPos | value(index) }

func listValue(index, length uint32) value {
	return tagList<<tagPos | value(length)<<32 | value(index)
}

// longSpan is a span that does not fit into a word.
type longSpan struct{ buffer, offset, length uint32 }

// An object is headerWords words and then one word for each slot of its position.
//
//	word 0: position (upper half), concrete type (lower half)
//	word 1: parent object
const headerWords = 2

const (
	noObject = ^uint32(0)
	// badType marks an object whose __typename is none that may stand there, or contradicts what was said before.
	badType = ^schema.TypeID(0)
)

// store is the storage of one run.
type store struct {
	slab    *slab
	words   []uint64
	buffers [][]byte // response bodies that spans point into
	long    []longSpan

	// at holds, for the positions that parts fill, their objects in order of creation: ascending.
	at     [][]uint32
	wanted []bool // whether at is kept, by position

	// journal holds what was overwritten in words that are older than the current savepoint.
	journal []change
	mark    uint32 // the savepoint's len(words)
}

type change struct {
	index uint32
	old   value
}

// alloc returns the index of n new words, all absent.
func (s *store) alloc(n int) uint32 {
	at := len(s.words)
	if at+n > cap(s.words) {
		bigger := newSlab(max(2*cap(s.words), at+n))
		bigger.words = append(bigger.words, s.words...)
		s.slab.words = s.words
		s.slab.release()
		s.slab, s.words = bigger, bigger.words
	}
	s.words = s.words[:at+n]
	clear(s.words[at:])
	return uint32(at)
}

func (s *store) get(index uint32) value { return value(s.words[index]) }

// set stores v; what it replaces is kept for rollback where that is needed.
func (s *store) set(index uint32, v value) {
	if index < s.mark {
		s.journal = append(s.journal, change{index, value(s.words[index])})
	}
	s.words[index] = uint64(v)
}

func (s *store) newObject(position *plan.Position, typ schema.TypeID, parent uint32) uint32 {
	o := s.alloc(headerWords + len(position.Slots))
	s.words[o] = uint64(position.ID)<<32 | uint64(typ)
	s.words[o+1] = uint64(parent)
	if s.wanted[position.ID] {
		s.at[position.ID] = append(s.at[position.ID], o)
	}
	return o
}

func (s *store) position(o uint32) plan.PositionID { return plan.PositionID(s.words[o] >> 32) }
func (s *store) typeOf(o uint32) schema.TypeID     { return schema.TypeID(s.words[o]) }
func (s *store) parent(o uint32) uint32            { return uint32(s.words[o+1]) }

func (s *store) setType(o uint32, t schema.TypeID) {
	s.set(o, value(s.words[o]&^0xFFFFFFFF|uint64(t)))
}

func (s *store) slot(o uint32, slot plan.SlotID) value {
	return value(s.words[o+headerWords+uint32(slot)])
}

// spanValue returns the value for b[start:end] of a buffer.
func (s *store) spanValue(buffer uint32, start, end int) value {
	n := end - start
	if buffer < maxSpanBuffer && start < maxSpanOffset && n < maxSpanLength {
		return tagSpan<<tagPos | value(buffer)<<(spanOffsetBits+spanLengthBits) | value(start)<<spanLengthBits | value(n)
	}
	s.long = append(s.long, longSpan{buffer, uint32(start), uint32(n)})
	return tagLongSpan<<tagPos | value(len(s.long)-1)
}

// bytes returns what a span stands for.
func (s *store) bytes(v value) []byte {
	if v.tag() == tagLongSpan {
		l := s.long[v.index()]
		return s.buffers[l.buffer][l.offset : l.offset+l.length]
	}
	buffer := v >> (spanOffsetBits + spanLengthBits) & (maxSpanBuffer - 1)
	offset := v >> spanLengthBits & (maxSpanOffset - 1)
	length := v & (maxSpanLength - 1)
	return s.buffers[buffer][offset : offset+length]
}

// savepoint is a state of the storage that rollback can return to.
type savepoint struct {
	words, long, journal int
	mark                 uint32
}

// save protects everything stored so far: until keep or rollback, in reverse order of the saves, changes to it are written down.
func (s *store) save() savepoint {
	p := savepoint{words: len(s.words), long: len(s.long), journal: len(s.journal), mark: s.mark}
	s.mark = uint32(len(s.words))
	return p
}

// keep gives the protection up and keeps the changes. What an outer savepoint needs stays written down.
func (s *store) keep(p savepoint) {
	s.mark = p.mark
	if p.mark == 0 {
		s.journal = s.journal[:0]
	}
}

// rollback undoes every change since the savepoint.
func (s *store) rollback(p savepoint) {
	for i := len(s.journal) - 1; i >= p.journal; i-- {
		s.words[s.journal[i].index] = uint64(s.journal[i].old)
	}
	s.journal = s.journal[:p.journal]
	for i, objects := range s.at {
		n := len(objects)
		for n > 0 && objects[n-1] >= uint32(p.words) {
			n--
		}
		s.at[i] = objects[:n]
	}
	s.words, s.long = s.words[:p.words], s.long[:p.long]
	s.mark = p.mark
}

// taint marks what a part should have filled in o, and did not, as failed.
func (s *store) taint(o uint32, sel *plan.Selection, why cause) {
	for i := range sel.Fields {
		f := &sel.Fields[i]
		if f.Typename {
			continue
		}
		index := o + headerWords + uint32(f.Slot)
		if v := s.get(index); v == absent {
			s.set(index, failedBy(why))
		} else if f.Child != nil {
			s.taintValue(v, f.Child, why)
		}
	}
}

func (s *store) taintValue(v value, sel *plan.Selection, why cause) {
	switch {
	case v.isObject():
		s.taint(v.index(), sel, why)
	case v.isList():
		for i := range v.length() {
			s.taintValue(s.get(v.index()+i), sel, why)
		}
	}
}
