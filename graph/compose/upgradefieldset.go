package compose

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// dropInactiveFieldSets removes from @requires and @provides what is not
// external, and @provides from fields of leaf types: federation 1 ignored them.
func (u upgrader) dropInactiveFieldSets(t *typeDef) {
	for _, f := range t.fields {
		var kept []*directive
		for _, d := range f.applied {
			of, rule := t, requiresRule
			if d.canon == federation.Provides {
				of, rule = u.lookup(f.typ.base()), providesRule
			} else if d.canon != federation.Requires {
				kept = append(kept, d)
				continue
			}
			if (of == nil || of.composite()) && u.narrowFieldSet(rule, of, d) {
				kept = append(kept, d)
			}
		}
		f.applied = kept
	}
}

// narrowFieldSet drops the inactive leaves; false when nothing is left. A field
// set that does not parse or fit is kept, for validation to report.
func (u upgrader) narrowFieldSet(rule *fieldSetRule, of *typeDef, d *directive) bool {
	set := d.fieldSet()
	if set.err != nil || d.arg("fields") == nil || d.arg("fields").kind != stringValue || len(rule.misfits(u.schema, of, set.selections)) > 0 {
		return true
	}
	active, changed := u.activeSelections(of, set.selections)
	if len(active) == 0 {
		return false
	}
	if !changed {
		return true
	}
	var b strings.Builder
	writeSelections(&b, active)
	for i, a := range d.args {
		if a.name == "fields" {
			d.args[i].value = &value{kind: stringValue, raw: b.String(), pos: a.value.pos}
		}
	}
	set.selections = active
	return true
}

func (u upgrader) activeSelections(t *typeDef, selections []*selection) (active []*selection, changed bool) {
	for _, sel := range selections {
		if sel.name != "" && len(sel.sub) == 0 {
			if f := t.field(sel.name); f != nil && u.externalSomewhere(f) {
				active = append(active, sel)
			} else {
				changed = true
			}
			continue
		}
		inner := t
		if sel.name != "" {
			f := t.field(sel.name)
			if f == nil || u.externalSomewhere(f) {
				active = append(active, sel)
				continue
			}
			inner = u.byName[f.typ.base()]
		} else if sel.on != "" {
			inner = u.byName[sel.on]
		}
		sub, subChanged := u.activeSelections(inner, sel.sub)
		changed = changed || subChanged
		if len(sub) > 0 {
			narrowed := *sel
			narrowed.sub = sub
			active = append(active, &narrowed)
		}
	}
	return active, changed
}

// externalSomewhere says whether a field is external, or some implementation of
// an interface field is.
func (u upgrader) externalSomewhere(f *field) bool {
	if has(f.applied, federation.External) {
		return true
	}
	if f.owner.kind != interfaceKind {
		return false
	}
	return slices.ContainsFunc(u.implementers(f.owner.name), func(t *typeDef) bool {
		g := t.field(f.name)
		return g != nil && has(g.applied, federation.External)
	})
}
