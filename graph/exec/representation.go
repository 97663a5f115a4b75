package exec

import (
	"bytes"
	"hash/maphash"
	"slices"

	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// verdict tells what became of a representation.
type verdict uint8

const (
	rendered verdict = iota
	useless          // no template matches, or a required member is null: the object is not sent, and that is no error
	tainted          // a member could not be had, and the error run.blame says so: the object is not sent
)

// represent appends the representation of o by the template that serves its type (federation v2, _Any).
func (r *run) represent(dst []byte, o uint32, templates []plan.Representation) ([]byte, verdict) {
	t := templateFor(templates, r.typeOf(o))
	if t == nil {
		return dst, useless
	}
	dst = append(dst, '{')
	if t.Typename != "" {
		dst = append(append(append(dst, `"__typename":"`...), t.Typename...), '"')
	}
	for i := range t.Fields {
		f := &t.Fields[i]
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), f.Name...), '"', ':')
		var v verdict
		if dst, v = r.representValue(dst, r.slot(o, f.Slot), f); v != rendered {
			return dst, v
		}
	}
	return append(dst, '}'), rendered
}

// representValue appends the value of a member.
func (r *run) representValue(dst []byte, v value, f *plan.RepresentationField) ([]byte, verdict) {
	switch {
	case v.isFailed():
		r.blame = v.cause()
		return dst, tainted
	case v.isNothing():
		if f.Required {
			return dst, useless
		}
		return append(dst, "null"...), rendered
	case v.isSpan():
		return append(dst, r.bytes(v)...), rendered
	case v.isObject():
		before := len(dst)
		dst, verdict := r.represent(dst, v.index(), f.Object)
		if verdict == useless && !f.Required {
			return append(dst[:before], "null"...), rendered
		}
		return dst, verdict
	}
	dst = append(dst, '[')
	for i := range v.length() {
		if i > 0 {
			dst = append(dst, ',')
		}
		element := r.get(v.index() + i)
		if element.isNothing() {
			dst = append(dst, "null"...)
			continue
		}
		var verdict verdict
		if dst, verdict = r.representValue(dst, element, f); verdict != rendered {
			return dst, verdict
		}
	}
	return append(dst, ']'), rendered
}

// templateFor returns the template that serves the type, 0 where it is not known; nil where none does.
func templateFor(templates []plan.Representation, t schema.TypeID) *plan.Representation {
	for i := range templates {
		if templates[i].Types == nil {
			return &templates[i]
		}
		if _, ok := slices.BinarySearch(templates[i].Types, t); ok {
			return &templates[i]
		}
	}
	return nil
}

// group is one distinct representation, or one distinct set of context values.
type group struct {
	hash        uint64
	start, end  uint32 // its text
	first, last int32  // targets
}

// target is an object that a part fills; next is the next target with the same representation, or -1.
type target struct {
	object uint32
	next   int32
}

// distinct finds equal texts: an open-addressing table from hash to group. Equal hashes are not enough; texts are compared.
type distinct struct {
	seed  maphash.Seed
	table []uint32 // group index + 1
}

// reset empties the table and makes room for n texts.
func (d *distinct) reset(n int) {
	size := 8
	for size < 2*n {
		size *= 2
	}
	if cap(d.table) < size {
		d.table = make([]uint32, size)
		return
	}
	d.table = d.table[:size]
	clear(d.table)
}

// find returns the index of the group in groups whose text equals text[start:], or that index and false after adding it. Texts of
// groups lie in text too.
func (d *distinct) find(groups []group, text []byte, start int) ([]group, int, bool) {
	own := text[start:]
	hash := maphash.Bytes(d.seed, own)
	mask := uint64(len(d.table) - 1)
	at := hash & mask
	for d.table[at] != 0 {
		i := int(d.table[at] - 1)
		if g := &groups[i]; g.hash == hash && bytes.Equal(text[g.start:g.end], own) {
			return groups, i, true
		}
		at = (at + 1) & mask
	}
	groups = append(groups, group{hash: hash, start: uint32(start), end: uint32(len(text)), first: -1, last: -1})
	d.table[at] = uint32(len(groups))
	return groups, len(groups) - 1, false
}
