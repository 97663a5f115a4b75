package operation

import "github.com/vektah/gqlparser/v2/ast"

// Sizes in bytes of the parts that documents and operations consist of, rounded up.
const (
	nodeBytes     = 176
	setBytes      = 64
	fieldBytes    = 112
	variableBytes = 512 // a declaration with its type and its positions
	valueBytes    = 192
)

// Size estimates the bytes that the document holds, its text included, for caches.
func (d *Document) Size() int64 {
	n := int64(512 + len(d.text))
	n += int64(cap(d.nodes))*nodeBytes + int64(cap(d.sets))*8
	for i := range d.nodes {
		node := &d.nodes[i]
		n += int64(len(node.args.Text)) + 16*int64(len(node.args.Variables)) + 24*int64(len(node.conditions))
	}
	for i := range d.operations {
		n += 128
		for _, v := range d.operations[i].variables {
			n += variableBytes + valueSize(v.DefaultValue)
			for _, directive := range v.Directives {
				n += valueBytes
				for _, a := range directive.Arguments {
					n += valueBytes + valueSize(a.Value)
				}
			}
		}
	}
	return n
}

func valueSize(v *ast.Value) int64 {
	if v == nil {
		return 0
	}
	n := int64(valueBytes)
	for _, c := range v.Children {
		n += valueBytes + valueSize(c.Value)
	}
	return n
}

// Size estimates the bytes that the operation holds beside its document, for caches. A selection set that stands at several places
// counts once.
func (op *Operation) Size() int64 {
	n := int64(256)
	for i := range op.Variables {
		n += 64 + int64(len(op.Variables[i].Type)+len(op.Variables[i].Default))
	}
	seen := map[*SelectionSet]bool{}
	var add func(s *SelectionSet)
	add = func(s *SelectionSet) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		n += setBytes
		for _, g := range s.Groups {
			n += setBytes + 4*int64(len(g.Types)) + fieldBytes*int64(cap(g.Fields))
			for i := range g.Fields {
				n += int64(len(g.Fields[i].Introspection))
				add(g.Fields[i].Selection)
			}
		}
	}
	add(op.Root)
	return n
}
