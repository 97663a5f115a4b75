package compose

// typeRef is a reference to a type: a name, or a list of elem, perhaps non-null.
// Immutable; merged schemas share those of the subgraphs.
type typeRef struct {
	name    string   // "" for a list
	elem    *typeRef // nil for a named type
	nonNull bool
}

// base is the name of the innermost type.
func (t *typeRef) base() string {
	for t.elem != nil {
		t = t.elem
	}
	return t.name
}

// String is GraphQL syntax.
func (t *typeRef) String() string {
	if t.elem == nil && !t.nonNull {
		return t.name
	}
	return string(t.append(nil))
}

func (t *typeRef) append(b []byte) []byte {
	if t.elem != nil {
		b = append(t.elem.append(append(b, '[')), ']')
	} else {
		b = append(b, t.name...)
	}
	if t.nonNull {
		b = append(b, '!')
	}
	return b
}

func (t *typeRef) equal(u *typeRef) bool {
	for t.elem != nil && u.elem != nil {
		if t.nonNull != u.nonNull {
			return false
		}
		t, u = t.elem, u.elem
	}
	return t.elem == nil && u.elem == nil && t.nonNull == u.nonNull && t.name == u.name
}

// rename is the reference with its base replaced; t itself when nothing changes.
func (t *typeRef) rename(from, to string) *typeRef {
	if t.elem == nil {
		if t.name != from {
			return t
		}
		return &typeRef{name: to, nonNull: t.nonNull}
	}
	if elem := t.elem.rename(from, to); elem != t.elem {
		return &typeRef{elem: elem, nonNull: t.nonNull}
	}
	return t
}

// isList says whether the type is a list, null or not.
func (t *typeRef) isList() bool { return t.elem != nil }

// nullable is the type without its outermost "!".
func (t *typeRef) nullable() *typeRef {
	if !t.nonNull {
		return t
	}
	return &typeRef{name: t.name, elem: t.elem}
}

// parseTypeRef reads the GraphQL syntax of the fixed tables of package
// federation; text must be well-formed.
func parseTypeRef(text string) *typeRef {
	t := &typeRef{}
	if n := len(text); text[n-1] == '!' {
		t.nonNull, text = true, text[:n-1]
	}
	if text[0] == '[' {
		t.elem = parseTypeRef(text[1 : len(text)-1])
	} else {
		t.name = text
	}
	return t
}
