package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// checkShareableType checks that @shareable stands once on each declaration of a
// type. It is repeatable so that extensions may have one of their own.
func (v validator) checkShareableType(t *typeDef) {
	seen := map[int32]int{}
	for _, d := range t.applied {
		if d.canon != federation.Shareable {
			continue
		}
		if seen[d.block]++; seen[d.block] == 2 {
			v.report(InvalidShareableUsage, d.pos, t.name, "@shareable is repeated on one declaration of type %q. Remove the repetition.", t.name)
		}
	}
}

func (v validator) checkShareableField(f *field) {
	marks := only(f.applied, federation.Shareable)
	if len(marks) > 0 && f.owner.kind == interfaceKind {
		v.report(InvalidShareableUsage, marks[0].pos, f.coordinate(), "Field %q of an interface is marked @shareable, which only fields of object types can be. Remove it, and mark the fields of the implementing types.", f.coordinate())
	}
	if len(marks) > 1 {
		v.report(InvalidShareableUsage, marks[1].pos, f.coordinate(), "@shareable is repeated on field %q. Remove the repetition.", f.coordinate())
	}
}
