package operation

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// Bounds of one introspection selection.
const (
	// maxIntrospectionBytes bounds its text: fragments can make it exponentially longer than the operation. The standard introspection
	// query has about 3 KB.
	maxIntrospectionBytes = 64 << 10
	// maxIntrospectionLists bounds how deep the lists of __Type nest, each of which multiplies the answer. gqlparser holds __schema and
	// __type to the same.
	maxIntrospectionLists = 3
)

// multiplying are the fields of __Type that list what has types again.
var multiplying = []string{"fields", "interfaces", "possibleTypes", "inputFields"}

// metaTypes are the introspection types with fields or members. package schema gives them no ids, so in a Document they have some of its own,
// from firstMeta.
var metaTypes = []string{
	"__Schema", "__Type", "__Field", "__InputValue", "__EnumValue", "__Directive", schema.SearchResultType, schema.SchemaDefinitionType,
}

const firstMeta schema.TypeID = 1 << 31

func isMeta(t schema.TypeID) bool { return t >= firstMeta }

func metaID(name string) schema.TypeID {
	return firstMeta + schema.TypeID(slices.Index(metaTypes, name)) //nolint:gosec // only asked for names in the list
}

// metaAbstract is the only introspection type that is no object type.
var metaAbstract = metaID(schema.SchemaDefinitionType)

// typeID returns the id of a composite type, introspection types included; 0 for "".
func (c *compiler) typeID(name string) schema.TypeID {
	id := c.d.schema.TypeByName(name)
	if id == 0 && slices.Contains(metaTypes, name) {
		return metaID(name)
	}
	return id
}

// nothing is printed for a selection without fields, since GraphQL has no empty one.
const nothing = "__typename@skip(if:true)"

// introspection prints the selection below an introspection field, with fragments dissolved and directives decided. Only below a union fragments
// remain: one for each member that something is selected of.
func (n *normalizer) introspection(f *node, sets []setID) string {
	return string(n.introspect(nil, f.result.Name(), 0, sets))
}

func (n *normalizer) introspect(dst []byte, typeName string, lists int, sets []setID) []byte {
	if lists >= maxIntrospectionLists {
		n.deep = true
	}
	if len(dst) > maxIntrospectionBytes {
		n.work = 0
	}
	if n.deep || n.work <= 0 {
		return dst
	}
	dst = append(dst, '{')
	start := len(dst)
	if def := n.s.API.Types[typeName]; def.Kind == ast.Union {
		for _, member := range def.Types {
			if fields := n.collect(metaID(member), sets); len(fields) > 0 {
				dst = append(append(append(dst, "...on "...), member...), '{')
				dst = append(n.introspectFields(dst, lists, fields), '}')
			}
		}
	} else {
		dst = n.introspectFields(dst, lists, n.collect(metaID(typeName), sets))
	}
	if len(dst) == start {
		dst = append(dst, nothing...)
	}
	return append(dst, '}')
}

func (n *normalizer) introspectFields(dst []byte, lists int, fields []collected) []byte {
	for i, c := range fields {
		if i > 0 {
			dst = append(dst, ' ')
		}
		if c.first.key != c.first.name {
			dst = append(append(dst, c.first.key...), ':')
		}
		dst = append(append(dst, c.first.name...), c.first.args.Text...)
		if len(c.sets) > 0 {
			below := lists
			if slices.Contains(multiplying, c.first.name) {
				below++
			}
			dst = n.introspect(dst, c.first.result.Name(), below, c.sets)
		}
	}
	return dst
}

// IntrospectionFields returns the introspection fields of an operation: mostly of its root, but a query root may also stand below.
func IntrospectionFields(op *Operation) []*Field {
	var out []*Field
	seen := map[*SelectionSet]bool{}
	var walk func(s *SelectionSet)
	walk = func(s *SelectionSet) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		for _, g := range s.Groups {
			for i := range g.Fields {
				if f := &g.Fields[i]; f.Introspection != "" {
					out = append(out, f)
				} else {
					walk(f.Selection)
				}
			}
		}
	}
	walk(op.Root)
	return out
}

// nesting returns the depth of fields in canonical introspection text: of braces, but those of arguments and fragments.
func nesting(text string) int {
	depth, deepest, parens := 0, 0, 0
	var fields []bool // by open brace: it is of a field
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '(':
			parens++
		case ')':
			parens--
		case '{':
			if parens > 0 {
				continue
			}
			field := !fragmentHead(text[:i])
			if fields = append(fields, field); field {
				depth++
				deepest = max(deepest, depth)
			}
		case '}':
			if parens > 0 {
				continue
			}
			if fields[len(fields)-1] {
				depth--
			}
			fields = fields[:len(fields)-1]
		}
	}
	return deepest
}

// fragmentHead reports whether canonical text ends with the head of an inline fragment, "...on X".
func fragmentHead(text string) bool {
	at := strings.LastIndexAny(text, " {")
	return at >= 0 && text[at] == ' ' && strings.HasSuffix(text[:at], "...on")
}
