package plan

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// frame is a state with some jumps decided: it answers what is at hand, and in which round.
//
// Everything that is asked about a round depends only on sources of that round and earlier, which is why circular requirements
// simply never become ready.
type frame struct {
	s       *search
	st      *state
	budget  int8
	sources []source // entries, then jumps by wave
}

// source is a subgraph that the objects of the place are at hand from, either because the parent was resolved there or by a jump.
type source struct {
	entry
	jump bool
}

const never = int8(127)

func newFrame(s *search, st *state, budget int8) *frame {
	fr := &frame{s: s, st: st, budget: budget, sources: make([]source, 0, len(st.entries)+4)}
	for _, e := range st.entries {
		fr.sources = append(fr.sources, source{entry: e})
	}
	return fr
}

// push adds a jump; waves must not decrease.
func (fr *frame) push(sg schema.SubgraphID, wave int8) {
	io := false
	for i := range fr.st.site.classes {
		if d, ok := fr.enter(&fr.st.site.classes[i], sg, wave-1); ok {
			io = d.io
			break
		}
	}
	fr.sources = append(fr.sources, source{entry: entry{sg: sg, wave: wave, io: io}, jump: true})
}

func (fr *frame) pop(n int) { fr.sources = fr.sources[:n] }

func (fr *frame) jumps() []jump {
	var out []jump
	for i := range fr.sources {
		if fr.sources[i].jump {
			out = append(out, jump{fr.sources[i].sg, fr.sources[i].wave})
		}
	}
	return out
}

// typedAt is the round in which the concrete type of the objects is known.
func (fr *frame) typedAt() int8 {
	if !fr.s.schema.Type(fr.st.site.typ).Abstract() {
		return 0
	}
	at := never
	for i := range fr.sources {
		if !fr.sources[i].io {
			at = min(at, fr.sources[i].wave)
		}
	}
	return at
}

// door is how a class enters a subgraph.
type door struct {
	key      schema.FieldSet // nil for the operation's root types
	typename schema.TypeID   // 0: the object's own concrete type
	io       bool            // the subgraph knows the object only as an @interfaceObject
}

// enter finds the way by which objects of the class can be asked of the subgraph when everything up to the round is at hand.
func (fr *frame) enter(c *class, sg schema.SubgraphID, round int8) (door, bool) {
	sch := fr.s.schema
	if fr.isRootType(c.t) {
		return door{}, sch.Type(c.t).Home(sg) != nil && fr.anySource(round)
	}
	typed := fr.typedAt() <= round
	if h := sch.Type(c.t).Home(sg); h != nil && typed && !h.InterfaceObject {
		if key, ok := fr.readyKey(c, h, sg, round); ok {
			return door{key: key}, true
		}
	}
	for _, in := range fr.s.facts.ioOf[c.t] {
		if h := sch.Type(in).Home(sg); h != nil && h.InterfaceObject {
			if key, ok := fr.readyKey(c, h, sg, round); ok {
				return door{key: key, typename: in, io: true}, true
			}
		}
	}
	if static := sch.Type(fr.st.site.typ); !typed && static.Kind == schema.Interface {
		if h := static.Home(sg); h != nil && !h.InterfaceObject {
			if _, known := slices.BinarySearch(h.Possible, c.t); known {
				if key, ok := fr.readyKey(c, h, sg, round); ok {
					return door{key: key, typename: static.ID}, true
				}
			}
		}
	}
	return door{}, false
}

func (fr *frame) isRootType(t schema.TypeID) bool {
	sch := fr.s.schema
	return t == sch.Query || t == sch.Mutation || t == sch.Subscription
}

func (fr *frame) anySource(round int8) bool {
	return slices.ContainsFunc(fr.sources, func(x source) bool { return x.wave <= round })
}

// readyKey chooses a key of the type in the subgraph: resolvable before not resolvable (which only serves to come back to where the
// object came from), fewest nested selections, then the order of the schema.
func (fr *frame) readyKey(c *class, h *schema.TypeHome, sg schema.SubgraphID, round int8) (schema.FieldSet, bool) {
	var best schema.FieldSet
	bestRank := -1
	for i := range h.Keys {
		k := &h.Keys[i]
		rank := 0
		for _, sel := range k.Fields {
			if sel.Children != nil {
				rank += 2
			}
		}
		if !k.Resolvable {
			if !fr.cameFrom(sg) {
				continue
			}
			rank += 1000
		}
		if (bestRank < 0 || rank < bestRank) && fr.ready(c, k.Fields, round) {
			best, bestRank = k.Fields, rank
		}
	}
	return best, bestRank >= 0
}

// cameFrom reports whether the parent was resolved in the subgraph.
func (fr *frame) cameFrom(sg schema.SubgraphID) bool {
	return slices.ContainsFunc(fr.sources, func(x source) bool { return !x.jump && x.sg == sg })
}

// ready reports whether the whole selection can be at hand for the class at the end of the round.
func (fr *frame) ready(c *class, set schema.FieldSet, round int8) bool {
	for i := range set {
		sel := &set[i]
		if !fr.s.matches(c.t, sel.On) {
			continue
		}
		switch {
		case sel.Name == "__typename":
			if fr.typedAt() > round {
				return false
			}
		case sel.Children == nil:
			if fr.best(c, sel.Name, round) < 0 {
				return false
			}
		default:
			k := fr.kid(c, sel.Name, round)
			if len(k.entries) == 0 {
				return false
			}
			st, base := fr.s.newState(nil, k.typ, k.member, k.entries, []demandAt{{sel.Children, round}})
			if !fr.s.bound(st, round-base).ok {
				return false
			}
		}
	}
	return true
}

// home returns how the source resolves the field for the class, or nil when it does not.
func (fr *frame) home(c *class, name string, src *source) *schema.FieldHome {
	id := fr.s.schema.FieldByName(c.t, name)
	if id == 0 || src.sg == noSubgraph {
		return nil
	}
	h := fr.s.schema.Field(id).Home(src.sg)
	if h == nil || !fr.s.labelHolds(h) {
		return nil
	}
	if h.External && !fr.s.provided(src.view, c.t, name) {
		return nil
	}
	if src.jump {
		if _, ok := fr.enter(c, src.sg, src.wave-1); !ok {
			return nil
		}
	} else if len(h.Context) > 0 || !fr.s.returns(&src.entry, c.t) {
		return nil // contextual arguments are variables of an entity fetch
	}
	if h.Requires != nil && (!src.jump || !fr.ready(c, h.Requires, src.wave-1)) {
		return nil
	}
	return h
}

// returns reports whether the entry's subgraph can have objects of the concrete type there.
func (s *search) returns(e *entry, t schema.TypeID) bool {
	if e.typ == 0 || e.typ == t || e.io {
		return true
	}
	h := s.schema.Type(e.typ).Home(e.sg)
	if h == nil {
		return true
	}
	_, ok := slices.BinarySearch(h.Possible, t)
	return ok
}

// best returns the index of the earliest source that resolves the field by the end of the round, or -1.
func (fr *frame) best(c *class, name string, round int8) int {
	at := -1
	for i := range fr.sources {
		src := &fr.sources[i]
		if src.wave <= round && (at < 0 || src.wave < fr.sources[at].wave) && fr.home(c, name, src) != nil {
			at = i
		}
	}
	return at
}

func (s *search) labelHolds(h *schema.FieldHome) bool {
	if h.Label == "" {
		return true
	}
	return (s.opts.Label != nil && s.opts.Label(h.Label)) == h.LabelWhen
}

// provided reports whether the view makes an external field resolvable for the type.
func (s *search) provided(v *view, t schema.TypeID, name string) bool {
	if v == nil {
		return false
	}
	for _, set := range v.sets {
		for i := range set {
			if set[i].Name == name && s.matches(t, set[i].On) {
				return true
			}
		}
	}
	return false
}
