package plan

import (
	"encoding/binary"
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// noSubgraph stands for the client: the home of the operation's root before any fetch.
const noSubgraph = schema.SubgraphID(0xFFFF)

// rootEntry is where every operation starts.
func rootEntry() []entry { return []entry{{sg: noSubgraph}} }

// site is a place to be planned, apart from what is available there: what the client selects, what requirements further up
// demand, and on which types.
type site struct {
	id     int
	sel    *operation.SelectionSet // nil where only requirements lead here
	typ    schema.TypeID           // static type
	member []schema.TypeID         // the concrete types that can stand here, sorted
	demand []schema.FieldSet       // selections that requirements need here, sorted by identity

	classes []class
	split   bool // the selection differs between the types that can stand here
	// relevant holds the subgraphs that resolve anything of use here, sorted.
	relevant []schema.SubgraphID
}

// class is a set of concrete types that are planned alike: the same selections, resolved by the same subgraphs, entered by the same keys.
type class struct {
	types  []schema.TypeID
	t      schema.TypeID // types[0], which speaks for all
	group  int           // index into site.sel.Groups, or -1
	fields []operation.Field
	demand []demanded // by index into site.demand
	// relevant holds the names of the fields that are of use: selected, demanded, or part of a key or requirement on the way
	// to such a field.
	relevant []string
}

// demanded is one selection of site.demand[set] that applies to the class.
type demanded struct {
	set int
	sel *schema.FieldSelection
}

type siteKey struct {
	sel *operation.SelectionSet
	typ schema.TypeID
	key string // members and demands
}

// site returns the interned site. The demand sets must come sorted by identity, without repetitions.
func (s *search) site(sel *operation.SelectionSet, typ schema.TypeID, member []schema.TypeID, demand []schema.FieldSet) *site {
	var b []byte
	for _, m := range member {
		b = binary.AppendUvarint(b, uint64(m))
	}
	b = append(b, 0)
	for _, d := range demand {
		b = binary.AppendUvarint(b, uint64(s.setID(d)))
	}
	k := siteKey{sel, typ, string(b)}
	if st, ok := s.sites[k]; ok {
		return st
	}
	st := &site{id: len(s.sites), sel: sel, typ: typ, member: member, demand: demand}
	s.sites[k] = st
	s.partition(st)
	for i := range st.classes {
		s.findRelevant(st, &st.classes[i])
	}
	slices.Sort(st.relevant)
	st.relevant = slices.Compact(st.relevant)
	return st
}

// partition splits the site's types into classes.
func (s *search) partition(st *site) {
	groupOf := map[schema.TypeID]int{}
	if st.sel != nil {
		for g := range st.sel.Groups {
			for _, t := range st.sel.Groups[g].Types {
				groupOf[t] = g
			}
		}
	}
	byKey := map[string]int{}
	first := -1
	var b []byte
	for _, t := range st.member {
		group, ok := groupOf[t]
		if ok && first >= 0 && group != first {
			st.split = true
		}
		if ok {
			first = group
		}
		if !ok {
			group = -1
			if len(st.demand) == 0 {
				continue // nothing is asked of it
			}
		}
		c := class{types: []schema.TypeID{t}, t: t, group: group}
		if group >= 0 {
			c.fields = s.visible(t, st.sel.Groups[group].Fields)
		}
		b = binary.AppendVarint(b[:0], int64(group))
		b = binary.AppendUvarint(b, uint64(s.facts.entity[t]))
		for i := range c.fields {
			b = s.appendHome(b, t, c.fields[i].Name)
		}
		for d, set := range st.demand {
			for i := range set {
				if s.matches(t, set[i].On) {
					c.demand = append(c.demand, demanded{d, &set[i]})
					b = binary.AppendUvarint(b, uint64(d)<<16|uint64(i))
					b = s.appendHome(b, t, set[i].Name)
				}
			}
		}
		if at, ok := byKey[string(b)]; ok {
			st.classes[at].types = append(st.classes[at].types, t)
			continue
		}
		byKey[string(b)] = len(st.classes)
		st.classes = append(st.classes, c)
	}
}

func (s *search) appendHome(b []byte, t schema.TypeID, name string) []byte {
	return binary.AppendUvarint(b, uint64(s.facts.home[s.schema.FieldByName(t, name)]))
}

// visible leaves out the fields that the caller is denied; they need no planning.
func (s *search) visible(t schema.TypeID, fields []operation.Field) []operation.Field {
	if s.opts.Denied == nil {
		return fields
	}
	out := make([]operation.Field, 0, len(fields))
	for i := range fields {
		if id := s.schema.FieldByName(t, fields[i].Name); id == 0 || s.opts.Denied(id) == nil {
			out = append(out, fields[i])
		}
	}
	return out
}

// matches reports whether concrete type t satisfies all the type conditions.
func (s *search) matches(t schema.TypeID, on []schema.TypeID) bool {
	for _, c := range on {
		if _, ok := slices.BinarySearch(s.schema.Type(c).Possible, t); !ok {
			return false
		}
	}
	return true
}

// findRelevant computes which fields and subgraphs can help to serve the class: the least set that contains the wanted
// fields and, for each subgraph resolving one of them, the fields of its keys and requirements.
func (s *search) findRelevant(st *site, c *class) {
	seen := map[string]bool{}
	add := func(name string) {
		if name != "__typename" && !seen[name] {
			seen[name] = true
			c.relevant = append(c.relevant, name)
		}
	}
	for i := range c.fields {
		if c.fields[i].Introspection == "" {
			add(c.fields[i].Name)
		}
	}
	for _, d := range c.demand {
		add(d.sel.Name)
	}
	if s.facts.hasInterfaceObject(st.typ) {
		// Where only an @interfaceObject is at hand, a subgraph that knows the concrete types is of use whatever it resolves.
		for i := range s.schema.Type(st.typ).Homes {
			if h := &s.schema.Type(st.typ).Homes[i]; !h.InterfaceObject && len(h.Keys) > 0 {
				s.addKeys(st, h, add)
			}
		}
	}
	for at := 0; at < len(c.relevant); at++ {
		id := s.schema.FieldByName(c.t, c.relevant[at])
		if id == 0 {
			continue
		}
		for i := range s.schema.Field(id).Homes {
			h := &s.schema.Field(id).Homes[i]
			st.relevant = append(st.relevant, h.Subgraph)
			for _, r := range h.Requires {
				add(r.Name)
			}
			if th := s.schema.Type(c.t).Home(h.Subgraph); th != nil {
				s.addKeys(st, th, add)
			}
			for _, in := range s.facts.ioOf[c.t] {
				if th := s.schema.Type(in).Home(h.Subgraph); th != nil {
					s.addKeys(st, th, add)
				}
			}
		}
	}
}

func (s *search) addKeys(st *site, h *schema.TypeHome, add func(string)) {
	st.relevant = append(st.relevant, h.Subgraph)
	for _, k := range h.Keys {
		for _, sel := range k.Fields {
			add(sel.Name)
		}
	}
}

func (st *site) isRelevant(sg schema.SubgraphID) bool {
	_, ok := slices.BinarySearch(st.relevant, sg)
	return ok
}
