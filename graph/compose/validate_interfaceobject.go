package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// checkInterfaceObjectType checks that a type with @interfaceObject has a key, by
// which other subgraphs tell what its objects are.
func (v validator) checkInterfaceObjectType(t *typeDef) {
	if d := find(t.applied, federation.InterfaceObject); d != nil && !has(t.applied, federation.Key) {
		v.report(InterfaceObjectUsage, t.pos, t.name, "Type %q is marked @interfaceObject but has no @key in this subgraph. Add the key of the interface.", t.name)
	}
}
