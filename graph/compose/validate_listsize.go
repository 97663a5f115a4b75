package compose

import (
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// checkListSize checks @listSize, IBM GraphQL Cost Directive specification §3.2:
// it is on a list, or names fields of the type that are, and its sizes are given
// by integer arguments.
func (v validator) checkListSize(f *field) {
	d := find(f.applied, federation.ListSize)
	if d == nil {
		return
	}
	l := listSizeCheck{v, d, f}
	sized := d.strings("sizedFields")
	if len(sized) == 0 && !f.typ.isList() {
		l.fail(ListSizeOnNonList, "field %q is not a list. Remove @listSize, or name the lists of its type in \"sizedFields\".", f.coordinate())
	}
	if size := d.arg("assumedSize"); size != nil && size.kind == intValue && strings.HasPrefix(size.raw, "-") {
		l.fail(ListSizeInvalidAssumedSize, "the assumed size of %q is negative. Give 0 or more.", f.coordinate())
	}
	for _, name := range d.strings("slicingArguments") {
		l.checkSlicingArgument(name)
	}
	l.checkSizedFields(sized)
}

type listSizeCheck struct {
	validator
	d *directive
	f *field
}

func (l listSizeCheck) fail(code Code, format string, args ...any) {
	l.report(code, l.d.pos, l.f.coordinate(), "In @listSize on %q: "+format, append([]any{l.f.coordinate()}, args...)...)
}

func (l listSizeCheck) checkSlicingArgument(name string) {
	switch a := l.f.arg(name); {
	case a == nil:
		l.fail(ListSizeInvalidSlicingArgument, "slicing argument %q is not an argument of the field. Name one that is.", name)
	case a.typ.isList() || a.typ.name != "Int":
		l.fail(ListSizeInvalidSlicingArgument, "slicing argument %q is of type %q. Name an argument of type Int or Int!.", name, a.typ)
	}
}

func (l listSizeCheck) checkSizedFields(names []string) {
	if len(names) == 0 {
		return
	}
	t := l.lookup(l.f.typ.base())
	if !t.composite() {
		l.fail(ListSizeInvalidSizedField, "sized fields are given, but %q has no fields. Remove \"sizedFields\".", t.name)
		return
	}
	for _, name := range names {
		switch f := t.field(name); {
		case f == nil && name != typenameField:
			l.fail(ListSizeInvalidSizedField, "sized field %q is not a field of type %q. Name one that is.", name, t.name)
		case f == nil || !f.typ.isList():
			l.fail(ListSizeOnNonList, "sized field \"%s.%s\" is not a list. Name a field that is.", t.name, name)
		}
	}
}

// strings are the strings of a list argument; a single one is a list of one.
func (d *directive) strings(name string) []string {
	v := d.arg(name)
	if v == nil || v.kind == nullValue {
		return nil
	}
	if v.kind != listValue {
		return []string{v.raw}
	}
	out := make([]string, len(v.items))
	for i, item := range v.items {
		out[i] = item.raw
	}
	return out
}
