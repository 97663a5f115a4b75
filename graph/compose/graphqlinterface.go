package compose

// checkInterfaces checks that a type satisfies the interfaces it implements,
// GraphQL October 2021 §3.6 and §3.7, IsValidImplementation.
func (c checker) checkInterfaces(t *typeDef) {
	for _, ref := range t.interfaces {
		i := c.lookup(ref.name)
		switch {
		case i == nil:
			c.report(ref.pos, t.name, "Cannot implement unknown type %s", ref.name)
			continue
		case i.kind != interfaceKind:
			c.report(ref.pos, t.name, "Cannot implement non-interface type %s (of type %sType)", ref.name, i.kind)
			continue
		case i == t:
			c.report(ref.pos, t.name, "Type %s cannot implement itself because it would create a circular reference.", t.name)
			continue
		}
		for _, up := range i.interfaces {
			switch {
			case up.name == t.name:
				c.report(ref.pos, t.name, "Type %s cannot implement %s because it would create a circular reference.", t.name, ref.name)
			case !t.implements(up.name):
				c.report(ref.pos, t.name, "Type %s must implement %s because it is implemented by %s.", t.name, up.name, ref.name)
			}
		}
		for _, want := range i.fields {
			c.checkImplementation(t, want, ref.pos)
		}
	}
}

func (c checker) checkImplementation(t *typeDef, want *field, at position) {
	got := t.field(want.name)
	if got == nil {
		c.report(at, t.name, "Interface field %s expected but %s does not provide it.", want.coordinate(), t.name)
		return
	}
	if !c.subtype(got.typ, want.typ) {
		c.report(got.pos, got.coordinate(), "Interface field %s expects type %s but %s of type %s is not a proper subtype.", want.coordinate(), want.typ, got.coordinate(), got.typ)
	}
	for _, a := range want.args {
		b := got.arg(a.name)
		switch {
		case b == nil:
			c.report(got.pos, got.coordinate(), "Interface field argument %s expected but %s does not provide it.", want.at().Argument(a.name), got.coordinate())
		case !b.typ.equal(a.typ):
			c.report(b.pos, got.coordinate(), "Interface field argument %s expects type %s but %s is type %s.", want.at().Argument(a.name), a.typ, got.at().Argument(a.name), b.typ)
		}
	}
	for _, b := range got.args {
		if want.arg(b.name) == nil && b.required() {
			c.report(b.pos, got.coordinate(), "Field %s includes required argument %s that is missing from the Interface field %s.", got.coordinate(), b.name, want.coordinate())
		}
	}
}

// subtype says whether a value of type t may stand where u is expected, GraphQL
// October 2021 §3.6.1 IsValidImplementationFieldType.
func (s *schema) subtype(t, u *typeRef) bool {
	if u.nonNull && !t.nonNull {
		return false
	}
	switch {
	case t.elem != nil && u.elem != nil:
		return s.subtype(t.elem, u.elem)
	case t.elem != nil || u.elem != nil:
		return false
	}
	return t.name == u.name || s.narrower(t.name, u.name)
}

// narrower says whether the named type t is a proper subtype of the abstract
// type u.
func (s *schema) narrower(t, u string) bool {
	super := s.byName[u]
	if super == nil {
		return false
	}
	switch super.kind {
	case unionKind:
		return super.hasMember(t)
	case interfaceKind:
		sub := s.byName[t]
		return sub != nil && sub.implements(u)
	default:
		return false
	}
}
