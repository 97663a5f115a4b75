package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// checkCost checks that @cost is not on an interface's field, whose cost is that
// of the dearest implementation.
func (v validator) checkCost(f *field) {
	if d := find(f.applied, federation.Cost); d != nil && f.owner.kind == interfaceKind {
		v.report(CostOnInterfaceField, d.pos, f.coordinate(), "Cannot use @cost on interface field %q. Put it on the fields of the implementing types.", f.coordinate())
	}
}
