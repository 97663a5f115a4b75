package compose

import (
	"maps"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// interfaceKeysSince is the federation version from which interfaces have keys.
var interfaceKeysSince = federation.Version{Major: 2, Minor: 3}

// checkKeys checks the keys of a type.
func (v validator) checkKeys(t *typeDef) {
	for _, d := range t.applied {
		if d.canon != federation.Key {
			continue
		}
		k := fieldSetCheck{validator: v, fieldSetRule: keyRule, d: d, where: coordinate{Owner: t.name}}
		if t.kind == interfaceKind && !v.version.AtLeast(interfaceKeysSince) {
			v.report(k.unsupportedOnInterface, d.pos, t.name, "Cannot use @key on interface %q: federation %s does not support it. Link federation %s or newer, or remove the key.", t.name, v.version, interfaceKeysSince)
		}
		k.check(t)
	}
}

// checkInterfaceKeys checks that the implementations of an interface have its
// keys: who has a reference to the interface must be able to go on with it
// whatever the object is.
func (v validator) checkInterfaceKeys() {
	for _, t := range v.types {
		if t.kind != interfaceKind {
			continue
		}
		for _, d := range t.applied {
			if d.canon == federation.Key && !v.broken[d] {
				v.checkInterfaceKey(t, d)
			}
		}
	}
}

func (v validator) checkInterfaceKey(t *typeDef, key *directive) {
	want := fieldSetText(t, key.fieldSet().selections)
	var missing, unresolvable []string
	for _, impl := range v.implementers(t.name) {
		if impl.kind != objectKind || slices.ContainsFunc(impl.applied, func(d *directive) bool { return v.broken[d] }) {
			continue
		}
		found, resolvable := false, false
		for _, d := range only(impl.applied, federation.Key) {
			if fieldSetText(impl, d.fieldSet().selections) == want {
				found = true
				resolvable = resolvable || d.flag("resolvable", true)
			}
		}
		switch {
		case !found:
			missing = append(missing, impl.name)
		case !resolvable && key.flag("resolvable", true):
			unresolvable = append(unresolvable, impl.name)
		}
	}
	if len(missing) > 0 {
		v.report(InterfaceKeyNotOnImplementation, key.pos, t.name, "Key %s of interface %q is missing on implementation %s. Add it there.", key, t.name, typeList(missing))
	}
	if len(unresolvable) > 0 {
		v.report(InterfaceKeyNotOnImplementation, key.pos, t.name, "Key %s of interface %q is not resolvable on implementation %s. Remove \"resolvable: false\" there.", key, t.name, typeList(unresolvable))
	}
}

// fieldSetText is the text of a field set of t by which sets that select the same
// are equal: sorted, without repetition and without fragments on t itself.
func fieldSetText(t *typeDef, selections []*selection) string {
	tree := selectionTree{}
	tree.add(t, selections)
	var b strings.Builder
	tree.write(&b)
	return b.String()
}

// selectionTree is a merged selection set by field text or type condition.
type selectionTree map[string]selectionTree

// add merges selections of t in. A nested level is without its type: fragments
// there are kept.
func (tree selectionTree) add(t *typeDef, selections []*selection) {
	for _, sel := range selections {
		if sel.name == "" && (sel.on == "" || t != nil && (sel.on == t.name || t.implements(sel.on))) {
			tree.add(t, sel.sub)
			continue
		}
		var b strings.Builder
		writeSelections(&b, []*selection{{name: sel.name, on: sel.on, args: sel.args}})
		if tree[b.String()] == nil {
			tree[b.String()] = selectionTree{}
		}
		tree[b.String()].add(nil, sel.sub)
	}
}

func (tree selectionTree) write(b *strings.Builder) {
	for _, text := range slices.Sorted(maps.Keys(tree)) {
		b.WriteString(text)
		b.WriteByte('{')
		tree[text].write(b)
		b.WriteByte('}')
	}
}
