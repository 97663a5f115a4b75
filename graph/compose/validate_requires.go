package compose

import "github.com/sluice-gateway/sluice/graph/federation"

// checkRequires checks @requires on a field. Values of arguments are checked
// again when merging, against the merged fields.
func (v validator) checkRequires(f *field) {
	d := find(f.applied, federation.Requires)
	if d == nil {
		return
	}
	k := fieldSetCheck{validator: v, fieldSetRule: requiresRule, d: d, where: f.at()}
	k.checkOwner(f)
	k.check(f.owner)
}
