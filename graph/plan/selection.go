package plan

import (
	"slices"
	"strconv"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// selection is what a part asks of the objects at one place, under construction.
type selection struct {
	part     *part
	sg       schema.SubgraphID
	typ      schema.TypeID // the type in the subgraph; 0 for what _entities returns
	io       bool          // an @interfaceObject: all fields stand on the object itself
	mixed    bool          // the subgraph has it under several types, depending on the parent's
	typename bool          // the concrete type is asked for
	fields   []*selected
	aliases  int
}

// selected is one field of a selection. Keys are unique within a selection, whatever the types: the same key under two types would have to
// have the same shape, and the subgraph's types decide that.
type selected struct {
	key   string
	name  string
	args  schema.Arguments
	slot  SlotID
	types []schema.TypeID // concrete types it is asked on, sorted
	child *selection
	home  schema.TypeRef // its type in the subgraph
}

// add selects a field for the types; an equal selection is shared.
func (s *selection) add(types []schema.TypeID, f selected) {
	taken := false
	for _, have := range s.fields {
		if have.name == f.name && have.args.Text == f.args.Text && have.slot == f.slot && have.child == f.child && have.home == f.home {
			have.types = union(have.types, types)
			return
		}
		taken = taken || have.key == f.key
	}
	if taken || f.key == "__typename" {
		f.key = s.alias(f.name)
	}
	f.types = slices.Clone(types)
	s.fields = append(s.fields, &f)
}

// alias makes a response key that nothing else in the selection has.
func (s *selection) alias(name string) string {
	for {
		key := "_" + strconv.Itoa(s.aliases) + "_" + name
		s.aliases++
		if !slices.ContainsFunc(s.fields, func(f *selected) bool { return f.key == key }) {
			return key
		}
	}
}

// absorb moves the fields of another selection on the same object here.
func (s *selection) absorb(other *selection) {
	s.typename = s.typename || other.typename
	for _, f := range other.fields {
		f.setPart(s.part)
		if slices.ContainsFunc(s.fields, func(have *selected) bool { return have.key == f.key }) {
			f.key = s.alias(f.name)
		}
		s.fields = append(s.fields, f)
	}
}

func (f *selected) setPart(p *part) {
	if f.child == nil {
		return
	}
	f.child.part = p
	for _, c := range f.child.fields {
		c.setPart(p)
	}
}

// union merges two sorted lists.
func union(a, b []schema.TypeID) []schema.TypeID {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}
