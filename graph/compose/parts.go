package compose

// parts allocates what schemas are made of. A composition makes hundreds of
// thousands of such parts, small, together, and dropped together: one at a time,
// they would cost more than the work done on them. Not safe for concurrent use.
type parts struct {
	fields     slab[field]
	inputs     slab[input]
	values     slab[value]
	types      slab[typeDef]
	typeRefs   slab[typeRef]
	directives slab[directive]
	arguments  slab[argument]

	fieldLists     slab[*field]
	inputLists     slab[*input]
	directiveLists slab[*directive]
}

// slab allocates values many at a time.
type slab[T any] struct{ free []T }

const slabSize = 128

// new is a zero value.
func (s *slab[T]) new() *T { return &s.take(1)[0] }

// take is n zero values. Appending to them copies them.
func (s *slab[T]) take(n int) []T {
	if n > len(s.free) {
		if n > slabSize/4 {
			return make([]T, n)
		}
		s.free = make([]T, slabSize)
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// directive is an application of a directive that the supergraph adds.
func (p *parts) directive(name string, args ...argument) *directive {
	d := p.directives.new()
	d.name, d.args = name, p.arguments.take(len(args))
	copy(d.args, args)
	return d
}

// text is a string literal.
func (p *parts) text(s string) *value {
	v := p.values.new()
	v.kind, v.raw = stringValue, s
	return v
}
