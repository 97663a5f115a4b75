package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// checkProvides checks @provides on a field.
func (v validator) checkProvides(f *field) {
	d := find(f.applied, federation.Provides)
	if d == nil {
		return
	}
	if v.use.external(f) {
		v.report(ExternalCollision, d.pos, f.coordinate(), "Field %q has both @provides and @external, but what another subgraph resolves cannot provide anything here. Remove one of them.", f.coordinate())
		return
	}
	t := v.lookup(f.typ.base())
	if !t.composite() {
		v.report(ProvidesOnNonObjectField, d.pos, f.coordinate(), "Field %q has @provides, but its type %q has no fields. Remove @provides.", f.coordinate(), f.typ)
		return
	}
	k := fieldSetCheck{v, providesRule, d, f.at()}
	k.checkOwner(f)
	k.check(t)
}

// checkOwner reports the directive on a field of an interface.
func (k fieldSetCheck) checkOwner(f *field) {
	if f.owner.kind == interfaceKind {
		k.report(k.unsupportedOnInterface, k.d.pos, f.coordinate(), "Cannot use @%s on field %q of an interface. Put it on the field of the implementing types.", k.canon, f.coordinate())
	}
}
