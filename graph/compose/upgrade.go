package compose

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// upgradeVersion is the federation version whose rules an upgraded federation 1
// subgraph follows.
var upgradeVersion = federation.Version{Major: 2, Minor: 4}

// upgrade turns federation 1 subgraphs into federation 2 ones that mean the same,
// so that merging knows one language only. Steps that look at other subgraphs run
// after those that make each of them regular.
func (c *composition) upgrade() {
	if !slices.ContainsFunc(c.subgraphs, func(s *subgraph) bool { return s.fed1 }) {
		return
	}
	types := map[string][]*subgraph{} // who has a type of a name
	for _, s := range c.subgraphs {
		for _, t := range s.types {
			types[t.name] = append(types[t.name], s)
		}
	}
	c.checkInterfaceObjects(types)
	var upgraders []upgrader
	for _, s := range c.subgraphs {
		if s.fed1 {
			s.version = upgradeVersion
			if s.checkLaterDefinitions(); len(s.errors) > 0 {
				c.errors = append(c.errors, s.errors...)
				continue
			}
			upgraders = append(upgraders, upgrader{subgraph: s, others: types})
		}
	}
	for _, step := range []func(upgrader){
		upgrader.checkExtensions, upgrader.regularise, upgrader.dropIgnored, upgrader.dropUnusedExternals,
		upgrader.shareValueTypes, upgrader.dropRepeatedTags,
	} {
		for _, u := range upgraders {
			step(u)
		}
	}
	for _, u := range upgraders {
		if len(u.errors) == 0 {
			u.validate()
		}
		c.errors = append(c.errors, u.errors...)
	}
}

// upgrader rewrites the model of one federation 1 subgraph.
type upgrader struct {
	*subgraph
	others map[string][]*subgraph // subgraphs by the types they have, this one included
}

// checkExtensions reports types with fields that are extended here and defined
// nowhere. Others stay extensions, for merging to report.
func (u upgrader) checkExtensions() {
	for _, t := range u.types {
		if !t.hasFields() || !t.onlyExtends() || t.machinery || u.isRoot(t.name) || u.definedElsewhere(t.name) {
			continue
		}
		u.report(ExtensionWithNoBase, t.pos, t.name, "Type %q is an extension type, but there is no type definition for %q in any subgraph.", t.name, t.name)
	}
}

// hasFields says whether types of the kind have output fields.
func (t *typeDef) hasFields() bool { return t.kind == objectKind || t.kind == interfaceKind }

// definedElsewhere says whether another subgraph writes a definition of the type,
// be it one with @extends.
func (u upgrader) definedElsewhere(name string) bool {
	return slices.ContainsFunc(u.others[name], func(s *subgraph) bool {
		return s != u.subgraph && s.byName[name].defined
	})
}

// onlyExtends says whether a federation 1 subgraph extends a type, in either way
// of writing it, without defining it.
func (t *typeDef) onlyExtends() bool {
	return !t.defined && t.extended || has(t.applied, federation.Extends)
}

// regularise writes federation 1's variants in the one form of federation 2.
func (u upgrader) regularise() {
	for _, t := range u.types {
		joinFieldLists(t.applied)
		for _, f := range t.fields {
			joinFieldLists(f.applied)
		}
	}
}

// dropIgnored drops what federation 1 wrote and ignored, and turns extensions into
// definitions.
func (u upgrader) dropIgnored() {
	for _, t := range u.types {
		u.dropExternals(t)
	}
	for _, t := range u.types {
		u.dropInactiveFieldSets(t)
		if t.kind == interfaceKind {
			u.dropFederation(t)
		}
		if !u.extendsQuery(t) && (t.hasFields() || t.defined || u.definedElsewhere(t.name)) {
			settle(t)
		}
	}
}

// extendsQuery says whether a type is the query root, written with "extend". Every
// subgraph has a query root, so there it stays the extension that it is.
func (u upgrader) extendsQuery(t *typeDef) bool {
	return t.name == u.roots[query] && !t.defined && !has(t.applied, federation.Extends)
}

// joinFieldLists writes `fields: ["a", "b"]` as "a b", and `fields: a` as "a".
func joinFieldLists(applied []*directive) {
	for _, d := range applied {
		if d.canon != federation.Key && d.canon != federation.Requires && d.canon != federation.Provides {
			continue
		}
		for i, a := range d.args {
			parts := []string{a.value.raw}
			switch {
			case a.name == "fields" && a.value.kind == enumLiteral:
			case a.name == "fields" && a.value.kind == listValue:
				parts = parts[:0]
				for _, item := range a.value.items {
					parts = append(parts, item.raw)
				}
			default:
				continue
			}
			d.args[i].value = &value{kind: stringValue, raw: strings.Join(parts, " "), pos: a.value.pos}
		}
	}
}

// dropExternals removes @external where federation 1 ignored it: on interface
// fields, on object types, and on the key fields of extensions.
func (u upgrader) dropExternals(t *typeDef) {
	t.applied = without(t.applied, federation.External)
	if t.kind == interfaceKind {
		for _, f := range t.fields {
			f.applied = without(f.applied, federation.External)
		}
	}
	if !t.onlyExtends() || u.extendsQuery(t) {
		return
	}
	for _, key := range u.keysOf(t) {
		dropExternalOf(t, key.fieldSet().selections)
	}
}

// dropExternalOf removes @external from the fields of t that selections name, be
// it in fragments.
func dropExternalOf(t *typeDef, selections []*selection) {
	for _, sel := range selections {
		if sel.name == "" {
			dropExternalOf(t, sel.sub)
		} else if f := t.field(sel.name); f != nil {
			f.applied = without(f.applied, federation.External)
		}
	}
}

// keysOf are the keys of an extension, or, when it repeats none, those of the
// type in other subgraphs.
func (u upgrader) keysOf(t *typeDef) []*directive {
	keys := only(t.applied, federation.Key)
	if len(keys) > 0 {
		return keys
	}
	for _, s := range u.others[t.name] {
		if s != u.subgraph {
			keys = append(keys, only(s.byName[t.name].applied, federation.Key)...)
		}
	}
	return keys
}

// only is the applications of one federation directive.
func only(applied []*directive, canon string) []*directive {
	var out []*directive
	for _, d := range applied {
		if d.canon == canon {
			out = append(out, d)
		}
	}
	return out
}

// without is the list less the applications of some federation directives.
func without(applied []*directive, canons ...string) []*directive {
	if !slices.ContainsFunc(applied, func(d *directive) bool { return slices.Contains(canons, d.canon) }) {
		return applied
	}
	var kept []*directive
	for _, d := range applied {
		if !slices.Contains(canons, d.canon) {
			kept = append(kept, d)
		}
	}
	return kept
}

// dropFederation removes from an interface the directives that federation 1
// ignored there.
func (u upgrader) dropFederation(t *typeDef) {
	t.applied = without(t.applied, federation.Key)
	for _, f := range t.fields {
		f.applied = without(f.applied, federation.Provides, federation.Requires)
	}
}

// settle makes a type and its parts a definition: an extension of a type that
// another subgraph defines means nothing in federation 2.
func settle(t *typeDef) {
	t.defined, t.extended = true, false
	for _, d := range t.applied {
		d.ext = false
	}
	for i := range t.interfaces {
		t.interfaces[i].ext = false
	}
	for i := range t.members {
		t.members[i].ext = false
	}
	for _, f := range t.fields {
		f.ext = false
	}
	for _, in := range t.inputs {
		in.ext = false
	}
	for _, v := range t.values {
		v.ext = false
	}
}
