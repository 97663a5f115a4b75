package compose

import (
	"slices"
	"strings"
)

type valueKind uint8

const (
	intValue valueKind = iota + 1
	floatValue
	stringValue
	boolValue
	nullValue
	enumLiteral
	listValue
	objectValue
	variableValue
)

// value is a GraphQL literal. Immutable.
type value struct {
	kind   valueKind
	raw    string     // text without quotes; "true" and "false" for booleans
	items  []*value   // of a list
	fields []argument // of an object, in the order given
	pos    position
}

func textValue(s string) *value { return &value{kind: stringValue, raw: s} }

func enumName(s string) *value { return &value{kind: enumLiteral, raw: s} }

var yes, no = &value{kind: boolValue, raw: "true"}, &value{kind: boolValue, raw: "false"}

func flagValue(b bool) *value {
	if b {
		return yes
	}
	return no
}

func listOf(items ...*value) *value { return &value{kind: listValue, items: items} }

// equal compares values; the order of object fields does not matter.
func (v *value) equal(w *value) bool {
	if v == nil || w == nil {
		return v == w
	}
	if v.kind != w.kind || v.raw != w.raw || len(v.items) != len(w.items) || len(v.fields) != len(w.fields) {
		return false
	}
	for i := range v.items {
		if !v.items[i].equal(w.items[i]) {
			return false
		}
	}
	for _, f := range v.fields {
		i := slices.IndexFunc(w.fields, func(a argument) bool { return a.name == f.name })
		if i < 0 || !f.value.equal(w.fields[i].value) {
			return false
		}
	}
	return true
}

// String is GraphQL syntax on one line.
func (v *value) String() string {
	var b strings.Builder
	v.write(&b)
	return b.String()
}

func (v *value) write(b *strings.Builder) {
	switch v.kind {
	case stringValue:
		writeQuoted(b, v.raw)
	case listValue:
		b.WriteByte('[')
		for i, item := range v.items {
			if i > 0 {
				b.WriteString(", ")
			}
			item.write(b)
		}
		b.WriteByte(']')
	case objectValue:
		b.WriteByte('{')
		for i, f := range v.fields {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(f.name)
			b.WriteString(": ")
			f.value.write(b)
		}
		b.WriteByte('}')
	case variableValue:
		b.WriteByte('$')
		b.WriteString(v.raw)
	default:
		b.WriteString(v.raw)
	}
}

const hexDigits = "0123456789ABCDEF"

// writeQuoted writes a GraphQL string literal. Bytes that are not control
// characters stand as they are, valid UTF-8 or not.
func writeQuoted(b *strings.Builder, s string) {
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < 0x20 || c == 0x7f:
			b.WriteString(`\u00`)
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
}
