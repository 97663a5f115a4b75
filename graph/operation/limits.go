package operation

import (
	"math"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// Measures are the figures of one normalised operation, so fragments neither hide nor inflate anything. Counts stop at
// math.MaxInt32. What stands below __schema and other introspection fields counts in IntrospectionDepth only.
type Measures struct {
	Depth              int // the longest chain of fields, each inside the one before
	Height             int // different fields, by type and name: aliases of a field count once
	Aliases            int // fields under a response key other than their name, at every place of the response where they stand
	RootFields         int // response keys of the root
	Complexity         int // fields, at every place of the response where they stand; lists count as one item
	IntrospectionDepth int // the longest chain of fields that starts with an introspection field
	Tokens             int // lexical tokens of the whole document, without comments
	Directives         int // directives of the whole document
}

// Limits are maxima for Measures; 0 means no limit.
type Limits Measures

// Check returns one error of CodeLimit for each limit that is exceeded.
func (m Measures) Check(l Limits) ErrorList {
	var errs ErrorList
	for _, c := range []struct {
		name           string
		value, maximum int
	}{
		{"depth", m.Depth, l.Depth},
		{"height", m.Height, l.Height},
		{"aliases", m.Aliases, l.Aliases},
		{"root_fields", m.RootFields, l.RootFields},
		{"complexity", m.Complexity, l.Complexity},
		{"introspection_depth", m.IntrospectionDepth, l.IntrospectionDepth},
		{"tokens", m.Tokens, l.Tokens},
		{"directives", m.Directives, l.Directives},
	} {
		if c.maximum > 0 && c.value > c.maximum {
			errs = append(errs, limitError(c.name, c.value, c.maximum))
		}
	}
	return errs
}

// Measure counts an operation that d.Normalize returned.
func (d *Document) Measure(op *Operation) Measures {
	m := measurer{memo: map[*SelectionSet]Measures{}, fields: map[typeField]struct{}{}}
	out := m.set(op.Root)
	out.RootFields = len(distinct(op.Root))
	out.Height = len(m.fields)
	out.Tokens, out.Directives = d.tokens, d.directives
	return out
}

type typeField struct {
	t    schema.TypeID
	name string
}

type measurer struct {
	memo   map[*SelectionSet]Measures
	fields map[typeField]struct{}
}

func (m *measurer) set(s *SelectionSet) Measures {
	if s == nil {
		return Measures{}
	}
	if out, ok := m.memo[s]; ok {
		return out
	}
	var out Measures
	for _, f := range distinct(s) {
		m.fields[typeField{s.Type, f.Name}] = struct{}{}
		below := m.set(f.Selection)
		out.Depth = max(out.Depth, addUp(1, below.Depth))
		out.Aliases = addUp(out.Aliases, below.Aliases)
		if f.Key != f.Name {
			out.Aliases = addUp(out.Aliases, 1)
		}
		out.Complexity = addUp(out.Complexity, addUp(1, below.Complexity))
		if f.Introspection != "" {
			out.IntrospectionDepth = max(out.IntrospectionDepth, 1+nesting(f.Introspection))
		}
		out.IntrospectionDepth = max(out.IntrospectionDepth, below.IntrospectionDepth)
	}
	m.memo[s] = out
	return out
}

// distinct returns the fields of all groups, each once however many groups share it.
func distinct(s *SelectionSet) []Field {
	if len(s.Groups) == 1 {
		return s.Groups[0].Fields
	}
	type identity struct {
		key, name, args, introspection string
		selection                      *SelectionSet
	}
	seen := map[identity]bool{}
	var out []Field
	for _, g := range s.Groups {
		for _, f := range g.Fields {
			id := identity{f.Key, f.Name, f.Args.Text, f.Introspection, f.Selection}
			if !seen[id] {
				seen[id] = true
				out = append(out, f)
			}
		}
	}
	return out
}

// addUp adds without overflow; both numbers are between 0 and math.MaxInt32.
func addUp(a, b int) int { return min(a+b, math.MaxInt32) }

// timesUp multiplies without overflow; both numbers are between 0 and math.MaxInt32.
func timesUp(a, b int) int {
	if a != 0 && b > math.MaxInt32/a {
		return math.MaxInt32
	}
	return a * b
}

// LimitError is the error for a limit that is checked outside of this package, in the same words as the others.
func LimitError(name string, value, maximum int) *Error { return limitError(name, value, maximum) }
