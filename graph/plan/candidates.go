package plan

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// candidates lists the subgraphs that could be jumped to in the round with some use, by id.
func (fr *frame) candidates(w int8) []schema.SubgraphID {
	var out []schema.SubgraphID
	for _, sg := range fr.st.site.relevant {
		if slices.ContainsFunc(fr.st.site.classes, func(c class) bool { return fr.useful(&c, sg, w) }) {
			out = append(out, sg)
		}
	}
	return out
}

// useful reports whether a jump to the subgraph in round w brings the class something that an earlier jump could not have.
func (fr *frame) useful(c *class, sg schema.SubgraphID, w int8) bool {
	d, ok := fr.enter(c, sg, w-1)
	if !ok {
		return false
	}
	_, before := fr.enter(c, sg, w-2)
	had := fr.has(c, sg, w)
	if !had && !before && !d.io && fr.typedAt() > w {
		return true // it tells the type
	}
	for _, name := range c.relevant {
		id := fr.s.schema.FieldByName(c.t, name)
		if id == 0 {
			continue
		}
		h := fr.s.schema.Field(id).Home(sg)
		if h == nil || h.External || !fr.s.labelHolds(h) {
			continue
		}
		if h.Requires == nil && len(h.Context) == 0 {
			if !had && !before {
				return true
			}
			continue
		}
		if fr.ready(c, h.Requires, w-1) && !fr.served(c, name, sg, w) &&
			(!before || nested(h.Requires) || !fr.ready(c, h.Requires, w-2)) {
			return true
		}
	}
	return false
}

// has reports whether objects of the class are at hand from the subgraph before round w.
func (fr *frame) has(c *class, sg schema.SubgraphID, w int8) bool {
	return slices.ContainsFunc(fr.sources, func(x source) bool {
		if x.sg != sg || x.wave >= w {
			return false
		}
		if !x.jump {
			return true
		}
		_, ok := fr.enter(c, sg, x.wave-1)
		return ok
	})
}

// served reports whether an earlier jump to the subgraph already resolves the field.
func (fr *frame) served(c *class, name string, sg schema.SubgraphID, w int8) bool {
	for i := range fr.sources {
		if src := &fr.sources[i]; src.jump && src.sg == sg && src.wave < w && fr.home(c, name, src) != nil {
			return true
		}
	}
	return false
}

// pending reports whether a later round could still open something although round w opened nothing: requirements that reach
// into children become ready by jumps down there.
func (fr *frame) pending(w int8) bool {
	if w >= fr.budget {
		return false
	}
	for i := range fr.st.site.classes {
		c := &fr.st.site.classes[i]
		for _, name := range c.relevant {
			id := fr.s.schema.FieldByName(c.t, name)
			if id == 0 {
				continue
			}
			for j := range fr.s.schema.Field(id).Homes {
				h := &fr.s.schema.Field(id).Homes[j]
				if nested(h.Requires) || fr.nestedKey(c, h.Subgraph) {
					return true
				}
			}
		}
	}
	return false
}

func (fr *frame) nestedKey(c *class, sg schema.SubgraphID) bool {
	h := fr.s.schema.Type(c.t).Home(sg)
	return h != nil && slices.ContainsFunc(h.Keys, func(k schema.Key) bool { return nested(k.Fields) })
}

func nested(set schema.FieldSet) bool {
	return slices.ContainsFunc(set, func(sel schema.FieldSelection) bool { return sel.Children != nil })
}
