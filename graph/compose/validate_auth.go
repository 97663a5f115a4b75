package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// checkAuthType checks that no authorization directive stands on an interface,
// its fields, or an object that stands for one: interfaces require what their
// implementations require.
func (v validator) checkAuthType(t *typeDef) {
	switch {
	case t.kind == interfaceKind:
		v.failAuth(t.applied, t.name, "interface")
		for _, f := range t.fields {
			v.failAuth(f.applied, f.coordinate(), "interface field")
		}
	case has(t.applied, federation.InterfaceObject):
		v.failAuth(t.applied, t.name, "interface object")
	}
}

func (v validator) failAuth(applied []*directive, coordinate, noun string) {
	for _, d := range authOnly(applied) {
		v.report(AuthRequirementsOnInterface, d.pos, coordinate, "Cannot use @%s on %s %q: it would not hold for all implementations. Put it on the implementing types or their fields.", d.name, noun, coordinate)
	}
}
