package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// uses is what the federation directives of a subgraph make of one of its fields.
type uses uint8

const (
	inKey        uses = 1 << iota // part of some @key
	provided                      // named by some @provides
	used                          // read by a field set, or needed by an interface
	fakeExternal                  // external key field of a type extension: resolved here all the same
	realExternal                  // marked @external, itself or through its type, and not a fake one
)

// markUses finds the uses of every field. It runs when the directives are final,
// and again after the federation 1 upgrade has changed them; what was used before
// stays so, even if only a field read it that is gone.
func (s *subgraph) markUses() {
	for _, t := range s.types {
		for _, f := range t.fields {
			f.uses &= used
		}
	}
	for _, t := range s.types {
		for _, d := range t.applied {
			if d.canon == federation.Key {
				s.markKey(t, d)
			}
		}
		for _, f := range t.fields {
			s.markRead(t, f)
		}
	}
	for _, t := range s.types {
		all := has(t.applied, federation.External)
		for _, f := range t.fields {
			if f.uses&fakeExternal == 0 && (all || has(f.applied, federation.External)) {
				f.uses |= realExternal
			}
		}
	}
}

func (s *subgraph) markKey(t *typeDef, key *directive) {
	fake := key.ext || has(t.applied, federation.Extends)
	s.walkFields(t, key.fieldSet().selections, func(f *field, _ *selection) {
		f.uses |= inKey
		if fake && has(f.applied, federation.External) {
			f.uses |= fakeExternal
		}
		s.mark(f, used)
	})
}

// markRead marks what the directives of a field read, and the field itself when an
// interface needs it.
func (s *subgraph) markRead(t *typeDef, f *field) {
	for _, d := range f.applied {
		switch d.canon {
		case federation.Requires:
			s.walkFields(t, d.fieldSet().selections, func(f *field, _ *selection) { s.mark(f, used) })
		case federation.Provides:
			s.walkFields(s.byName[f.typ.base()], d.fieldSet().selections, func(f *field, _ *selection) {
				s.mark(f, provided)
				s.mark(f, used)
			})
		}
	}
	for _, a := range f.args {
		if d := find(a.applied, federation.FromContext); d != nil {
			s.markContext(d)
		}
	}
	for _, i := range t.interfaces {
		if t.kind == objectKind && s.byName[i.name].field(f.name) != nil {
			f.uses |= used
		}
	}
}

// markContext marks the fields that @fromContext reads of the types setting the
// context.
func (s *subgraph) markContext(d *directive) {
	name, selections := splitContext(d.text("field"))
	for _, t := range s.types {
		for _, c := range t.applied {
			if c.canon == federation.Context && c.text("name") == name {
				s.walkFields(t, selections, func(f *field, _ *selection) { s.mark(f, used) })
			}
		}
	}
}

// mark adds a use to a field and, when it is an interface's, to those that
// implement it.
func (s *subgraph) mark(f *field, use uses) {
	if f.is(use) {
		return
	}
	f.uses |= use
	if f.owner.kind != interfaceKind {
		return
	}
	for _, t := range s.implementers(f.owner.name) {
		if g := t.field(f.name); g != nil {
			g.uses |= use
		}
	}
}

// is says whether a field has all of the uses.
func (f *field) is(use uses) bool { return f.uses&use == use }

// fullyExternal says whether a field is external on every path.
func (f *field) fullyExternal() bool { return f.is(realExternal) && !f.is(provided) }

// shareable says whether others may resolve the field too: it says so, is part of
// a key, or is only resolved here under some @provides.
func (f *field) shareable() bool {
	if has(f.applied, federation.Shareable) || f.is(inKey) || f.is(realExternal|provided) {
		return true
	}
	for _, d := range f.owner.applied {
		if d.canon == federation.Shareable && d.ext == f.ext {
			return true
		}
	}
	return false
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
