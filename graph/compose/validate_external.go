package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// checkExternal checks that an external field is read by something: otherwise its
// declaration says nothing. Interface fields are resolved by no subgraph, so none
// is external.
func (v validator) checkExternal(f *field) {
	if f.owner.kind == interfaceKind && has(f.applied, federation.External) && !f.is(fakeExternal) {
		v.report(ExternalOnInterface, f.pos, f.coordinate(), "Interface field %q is marked @external, which has no meaning on interfaces. Remove @external.", f.coordinate())
	}
	if f.is(realExternal) && !f.is(used) {
		v.report(ExternalUnused, f.pos, f.coordinate(), "Field %q is marked @external, but no @key, @provides, @requires or interface of this subgraph uses it. Remove the field, or remove @external if this subgraph resolves it.", f.coordinate())
	}
}
