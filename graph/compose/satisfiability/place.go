package satisfiability

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// place is an object type of the API schema with all that is at hand of its objects on some path.
type place struct {
	hand
	starts   []*vertex // where the parent's field was resolved, by id
	returned bitset    // see engine.returned
	facts    facts

	// The way here: the parent place, the field that was followed, and the type condition below it, 0 for none. nil for roots.
	from *place
	via  *schema.Field
	cast schema.TypeID

	covered bool // another place asks for as much
}

// facts are what the path to a place has settled.
type facts struct {
	labels   []decision // of progressive overrides, sorted
	contexts bitset     // of those that are set
}

// decision is an override label's number, shifted left, and its value in the lowest bit.
type decision int

func (d decision) label() int  { return int(d >> 1) }
func (d decision) value() bool { return d&1 != 0 }

// decided returns the label's value on the path.
func (f facts) decided(label int) (value, ok bool) {
	for _, d := range f.labels {
		if d.label() == label {
			return d.value(), true
		}
	}
	return false, false
}

// with settles one more label.
func (f facts) with(label int, value bool) facts {
	d := decision(label << 1)
	if value {
		d |= 1
	}
	labels := append(slices.Clone(f.labels), d)
	slices.Sort(labels)
	return facts{labels, f.contexts}
}

// covers reports whether every problem below q shows below p too: p has no more at hand, and has settled no more.
func (p *place) covers(q *place) bool {
	return q.reach.contains(p.reach) && subset(p.views, q.views) && p.returned.containsOf(q.returned, p.reach) && q.facts.contexts.contains(p.facts.contexts) &&
		!slices.ContainsFunc(p.facts.labels, func(d decision) bool { return !slices.Contains(q.facts.labels, d) })
}

func subset(a, b []*vertex) bool {
	return !slices.ContainsFunc(a, func(v *vertex) bool { return !slices.Contains(b, v) })
}

// memory holds the places that were or will be visited. A trial's memory stands on that of the walk that tries.
type memory struct {
	below  *memory
	places map[schema.TypeID][]*place
	forks  map[string]Kind // abstract places that were taken apart, by forkKey, and what there is against sharing them: 0 for nothing
}

func newMemory(below *memory) *memory {
	return &memory{below: below, places: map[schema.TypeID][]*place{}, forks: map[string]Kind{}}
}

// worth reports whether no place asks for as much already. work counts the comparisons.
func (m *memory) worth(p *place, work *int) bool {
	for at := m; at != nil; at = at.below {
		for _, q := range at.places[p.typ] {
			if *work++; q.covers(p) {
				return false
			}
		}
	}
	return true
}

// add remembers a place that is worth a visit, in the place of those that it makes superfluous.
func (m *memory) add(p *place, work *int) {
	kept := m.places[p.typ][:0]
	for _, q := range m.places[p.typ] {
		if *work++; p.covers(q) {
			q.covered = true
		} else {
			kept = append(kept, q)
		}
	}
	m.places[p.typ] = append(kept, p)
}

// fork returns what is known of an abstract place that was taken apart before.
func (m *memory) fork(key string) (Kind, bool) {
	for at := m; at != nil; at = at.below {
		if kind, ok := at.forks[key]; ok {
			return kind, true
		}
	}
	return 0, false
}

// keep moves all that a trial has seen to the memory below it.
func (m *memory) keep(work *int) {
	maps.Copy(m.below.forks, m.forks)
	for _, places := range m.places {
		for _, p := range places {
			if m.below.worth(p, work) {
				m.below.add(p, work)
			}
		}
	}
}

func forkKey(t schema.TypeID, from []*vertex, f facts) string {
	b := binary.AppendUvarint(nil, uint64(t))
	b = binary.AppendUvarint(b, uint64(len(from)))
	for _, v := range from {
		b = binary.AppendUvarint(b, uint64(v.id))
	}
	for _, d := range f.labels {
		b = binary.AppendUvarint(b, uint64(d)+1)
	}
	b = append(b, 0)
	for _, word := range f.contexts {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	return string(b)
}
