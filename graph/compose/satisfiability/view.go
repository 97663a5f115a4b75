package satisfiability

import (
	"encoding/binary"
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// viewID names what @provides adds at a vertex: a list of field sets. 0 is nothing.
type viewID int32

// views interns lists of provided field sets. Field sets are told apart by identity, for the schema owns them.
type views struct {
	sets  [][]schema.FieldSet // index: viewID
	ids   map[string]viewID
	setID map[*schema.FieldSelection]uint64
}

func newViews() *views {
	return &views{sets: make([][]schema.FieldSet, 1), ids: map[string]viewID{}, setID: map[*schema.FieldSelection]uint64{}}
}

func (v *views) intern(sets []schema.FieldSet) viewID {
	if len(sets) == 0 {
		return 0
	}
	var key []byte
	for _, set := range sets {
		id, ok := v.setID[&set[0]]
		if !ok {
			id = uint64(len(v.setID))
			v.setID[&set[0]] = id
		}
		key = binary.AppendUvarint(key, id)
	}
	id, ok := v.ids[string(key)]
	if !ok {
		id = viewID(len(v.sets))
		v.sets = append(v.sets, sets)
		v.ids[string(key)] = id
	}
	return id
}

// provides reports whether the view makes an external field of concrete type t resolvable.
func (e *engine) provides(v viewID, t schema.TypeID, name string) bool {
	for _, set := range e.views.sets[v] {
		for i := range set {
			if set[i].Name == name && e.matches(t, set[i].On) {
				return true
			}
		}
	}
	return false
}

// below is the view under a field: what the path's view holds there, and what the field itself provides.
func (e *engine) below(v viewID, t schema.TypeID, name string, h *schema.FieldHome) viewID {
	if v == 0 && len(h.Provides) == 0 {
		return 0
	}
	var sets []schema.FieldSet
	for _, set := range e.views.sets[v] {
		for i := range set {
			if set[i].Name == name && len(set[i].Children) > 0 && e.matches(t, set[i].On) {
				sets = append(sets, set[i].Children)
			}
		}
	}
	if len(h.Provides) > 0 {
		sets = append(sets, h.Provides)
	}
	return e.views.intern(sets)
}

// matches reports whether type t satisfies all type conditions; an interface matches only where it has none.
func (e *engine) matches(t schema.TypeID, on []schema.TypeID) bool {
	for _, c := range on {
		if !contains(e.s.Type(c).Possible, t) {
			return false
		}
	}
	return true
}

func contains(sorted []schema.TypeID, t schema.TypeID) bool {
	_, ok := slices.BinarySearch(sorted, t)
	return ok
}
