package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// usage is what a subgraph's federation directives say about its fields. It is
// computed once the directives are final: after the federation 1 upgrade.
type usage struct {
	s        *subgraph
	fake     map[*field]bool // external key fields of a type extension: resolved here all the same
	provided map[*field]bool // named by some @provides
	keys     map[*field]bool // part of some @key
	used     map[*field]bool // read by a field set, or needed by an interface
}

// usage computes the table on first use.
func (s *subgraph) usage() *usage {
	if s.uses != nil {
		return s.uses
	}
	u := &usage{s: s, fake: map[*field]bool{}, provided: map[*field]bool{}, keys: map[*field]bool{}, used: map[*field]bool{}}
	s.uses = u
	for _, t := range s.types {
		for _, d := range t.applied {
			if d.canon == federation.Key {
				u.addKey(t, d)
			}
		}
		for _, f := range t.fields {
			u.addField(t, f)
		}
	}
	return u
}

func (u *usage) addKey(t *typeDef, key *directive) {
	fake := key.ext || has(t.applied, federation.Extends)
	u.s.walkFields(t, key.fieldSet().selections, func(f *field, _ *selection) {
		u.keys[f] = true
		if fake && has(f.applied, federation.External) {
			u.fake[f] = true
		}
		u.mark(f, u.used)
	})
}

func (u *usage) addField(t *typeDef, f *field) {
	for _, d := range f.applied {
		switch d.canon {
		case federation.Requires:
			u.s.walkFields(t, d.fieldSet().selections, func(f *field, _ *selection) { u.mark(f, u.used) })
		case federation.Provides:
			u.s.walkFields(u.s.byName[f.typ.base()], d.fieldSet().selections, func(f *field, _ *selection) {
				u.mark(f, u.provided)
				u.mark(f, u.used)
			})
		}
	}
	for _, a := range f.args {
		if d := find(a.applied, federation.FromContext); d != nil {
			u.addContext(d)
		}
	}
	for _, i := range t.interfaces {
		if t.kind == objectKind && u.s.byName[i.name].field(f.name) != nil {
			u.used[f] = true
		}
	}
}

// addContext marks the fields that @fromContext reads of the types setting the
// context.
func (u *usage) addContext(d *directive) {
	name, selections := splitContext(d.text("field"))
	for _, t := range u.s.types {
		for _, c := range t.applied {
			if c.canon == federation.Context && c.text("name") == name {
				u.s.walkFields(t, selections, func(f *field, _ *selection) { u.mark(f, u.used) })
			}
		}
	}
}

// mark adds a field to set and, when it is an interface's, those that implement
// it.
func (u *usage) mark(f *field, set map[*field]bool) {
	if set[f] {
		return
	}
	set[f] = true
	if f.owner.kind != interfaceKind {
		return
	}
	for _, t := range u.s.implementers(f.owner.name) {
		if g := t.field(f.name); g != nil {
			set[g] = true
		}
	}
}

// implementers are the types that implement an interface, in order of
// appearance.
func (s *schema) implementers(name string) []*typeDef {
	if s.implementing == nil {
		s.implementing = map[string][]*typeDef{}
		for _, t := range s.types {
			for _, i := range t.interfaces {
				s.implementing[i.name] = append(s.implementing[i.name], t)
			}
		}
	}
	return s.implementing[name]
}

// possibleTypes are the object types that a value of a composite type may have.
func (s *schema) possibleTypes(t *typeDef) []*typeDef {
	switch t.kind {
	case objectKind:
		return []*typeDef{t}
	case interfaceKind:
		var out []*typeDef
		for _, i := range s.implementers(t.name) {
			if i.kind == objectKind {
				out = append(out, i)
			}
		}
		return out
	case unionKind:
		var out []*typeDef
		for _, m := range t.members {
			if o := s.byName[m.name]; o != nil {
				out = append(out, o)
			}
		}
		return out
	default:
		return nil
	}
}

// external says whether a field is marked @external, itself or through its type,
// and the mark is not a fake one.
func (u *usage) external(f *field) bool {
	return u.marked(f) && !u.fake[f]
}

func (u *usage) marked(f *field) bool {
	if has(f.applied, federation.External) {
		return true
	}
	return has(f.owner.applied, federation.External)
}

// fullyExternal says whether a field is external on every path.
func (u *usage) fullyExternal(f *field) bool { return u.external(f) && !u.provided[f] }

// partlyExternal says whether an external field is resolved under some @provides.
func (u *usage) partlyExternal(f *field) bool { return u.external(f) && u.provided[f] }

// shareable says whether others may resolve the field too: it says so, is part of
// a key, or is only resolved here under some @provides.
func (u *usage) shareable(f *field) bool {
	if has(f.applied, federation.Shareable) || u.keys[f] || u.partlyExternal(f) {
		return true
	}
	for _, d := range f.owner.applied {
		if d.canon == federation.Shareable && d.ext == f.ext {
			return true
		}
	}
	return false
}
