package plan

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// kid is the place below a field of a class.
type kid struct {
	typ     schema.TypeID
	member  []schema.TypeID
	entries []entry // by subgraph, with the waves of the parent
	from    []int   // by entry: the parent's source
}

// kid returns what is at hand below a composite field by the end of the round.
func (fr *frame) kid(c *class, name string, round int8) kid {
	f := fr.s.schema.Field(fr.s.schema.FieldByName(c.t, name))
	k := kid{typ: f.Type.Named}
	plain := false
	homes := make([]*schema.FieldHome, len(fr.sources))
	for i := range fr.sources {
		if fr.sources[i].wave <= round {
			homes[i] = fr.home(c, name, &fr.sources[i])
			plain = plain || homes[i] != nil && homes[i].Requires == nil
		}
	}
	for i, h := range homes {
		if h == nil || plain && h.Requires != nil {
			continue
		}
		src := &fr.sources[i]
		e := entry{sg: src.sg, typ: h.Type.Named, wave: src.wave, io: fr.s.isInterfaceObject(h), view: fr.s.viewBelow(src.view, c.t, name, h)}
		at, found := slices.BinarySearchFunc(k.entries, e.sg, func(x entry, sg schema.SubgraphID) int { return int(x.sg) - int(sg) })
		switch {
		case !found:
			k.entries, k.from = slices.Insert(k.entries, at, e), slices.Insert(k.from, at, i)
		case e.wave < k.entries[at].wave:
			k.entries[at], k.from[at] = e, i
		}
	}
	k.member = fr.members(f, &k)
	return k
}

func (s *search) isInterfaceObject(h *schema.FieldHome) bool {
	th := s.schema.Type(h.Type.Named).Home(h.Subgraph)
	return th != nil && th.InterfaceObject
}

// viewBelow is what @provides adds below a field: what the path's view holds under it, and the field's own.
func (s *search) viewBelow(v *view, t schema.TypeID, name string, h *schema.FieldHome) *view {
	var sets []schema.FieldSet
	if v != nil {
		for _, set := range v.sets {
			for i := range set {
				if set[i].Name == name && len(set[i].Children) > 0 && s.matches(t, set[i].On) {
					sets = append(sets, set[i].Children)
				}
			}
		}
	}
	if len(h.Provides) > 0 {
		sets = append(sets, h.Provides)
	}
	return s.viewOf(sets)
}

// members returns the concrete types that objects below the field can have. Where the field could be asked of several
// subgraphs at once, only types that all of them know count, so that the answer does not depend on the one that is asked.
func (fr *frame) members(f *schema.Field, k *kid) []schema.TypeID {
	t := fr.s.schema.Type(f.Type.Named)
	if !t.Abstract() {
		return t.Possible
	}
	out := t.Possible
	meet := func(h *schema.FieldHome) {
		th := fr.s.schema.Type(h.Type.Named).Home(h.Subgraph)
		if th == nil || th.InterfaceObject {
			return
		}
		out = intersect(out, th.Possible)
	}
	if !fr.s.serial && fr.sources[0].sg == noSubgraph {
		for i := range f.Homes {
			if h := &f.Homes[i]; !h.External && fr.s.labelHolds(h) {
				meet(h)
			}
		}
		return out
	}
	entered := slices.ContainsFunc(k.from, func(i int) bool { return !fr.sources[i].jump })
	for n, i := range k.from {
		if !entered || !fr.sources[i].jump {
			meet(f.Home(k.entries[n].sg))
		}
	}
	return out
}

// intersect returns the common elements of two sorted lists; a itself when b holds all of it.
func intersect(a, b []schema.TypeID) []schema.TypeID {
	same := true
	for _, x := range a {
		if _, ok := slices.BinarySearch(b, x); !ok {
			same = false
			break
		}
	}
	if same {
		return a
	}
	var out []schema.TypeID
	for _, x := range a {
		if _, ok := slices.BinarySearch(b, x); ok {
			out = append(out, x)
		}
	}
	return out
}
