package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// checkProviders checks that @provides stands on fields that can provide
// something.
func (v validator) checkProviders() {
	for _, t := range v.types {
		for _, f := range t.fields {
			d := find(f.applied, federation.Provides)
			switch {
			case d == nil:
			case f.is(realExternal):
				v.report(ExternalCollision, d.pos, f.coordinate(), "Field %q has both @provides and @external, but what another subgraph resolves cannot provide anything here. Remove one of them.", f.coordinate())
			case !v.lookup(f.typ.base()).composite():
				v.report(ProvidesOnNonObjectField, d.pos, f.coordinate(), "Field %q has @provides, but its type %q has no fields. Remove @provides.", f.coordinate(), f.typ)
			}
		}
	}
}

// checkProvides checks the field set of @provides on a field.
func (v validator) checkProvides(f *field) {
	if d := find(f.applied, federation.Provides); d != nil {
		k := fieldSetCheck{validator: v, fieldSetRule: providesRule, d: d, where: f.at()}
		k.checkOwner(f)
		k.check(v.lookup(f.typ.base()))
	}
}

// checkOwner reports the directive on a field of an interface.
func (k fieldSetCheck) checkOwner(f *field) {
	if f.owner.kind == interfaceKind {
		k.report(k.unsupportedOnInterface, k.d.pos, f.coordinate(), "Cannot use @%s on field %q of an interface. Put it on the field of the implementing types.", k.canon, f.coordinate())
	}
}
