package operation

// maxIntrospectionBytes bounds the text of one introspection selection: fragments can make it exponentially longer than the
// operation. The standard introspection query has about 3 KB.
const maxIntrospectionBytes = 64 << 10

// introspection prints the selection below __schema or __type, with fragments dissolved and directives decided. All types there are
// object types, so type conditions always hold.
func (n *normalizer) introspection(sets []setID) string {
	text := n.introspect(nil, sets)
	return string(text)
}

func (n *normalizer) introspect(dst []byte, sets []setID) []byte {
	if len(dst) > maxIntrospectionBytes {
		n.work = 0
		return dst
	}
	dst = append(dst, '{')
	for i, c := range n.collect(0, sets) {
		if i > 0 {
			dst = append(dst, ' ')
		}
		if c.first.key != c.first.name {
			dst = append(append(dst, c.first.key...), ':')
		}
		dst = append(append(dst, c.first.name...), c.first.args.Text...)
		if len(c.sets) > 0 {
			dst = n.introspect(dst, c.sets)
		}
	}
	return append(dst, '}')
}
