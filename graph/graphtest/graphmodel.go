package graphtest

import (
	"fmt"
	"slices"
	"strings"
)

// graphModel is a federated graph under construction: what each subgraph will declare, in the order of declaration, so that the text
// is decided by the seed alone.
type graphModel struct {
	subgraphs []*subgraphModel
}

type subgraphModel struct {
	name   string
	header string
	types  []*typeModel
	extra  []string // scalars, enums: whole definitions
}

type typeModel struct {
	keyword    string // type, interface, union
	name       string
	implements []string
	directives []string
	members    []string // of a union
	fields     []*fieldModel
	stub       bool // only here to be referred to
}

type fieldModel struct {
	name, args, typ string
	directives      []string
}

// typ returns the subgraph's declaration of a type, which it makes when there is none.
func (s *subgraphModel) typ(keyword, name string) *typeModel {
	if t := s.lookup(name); t != nil {
		return t
	}
	t := &typeModel{keyword: keyword, name: name}
	s.types = append(s.types, t)
	return t
}

func (s *subgraphModel) lookup(name string) *typeModel {
	for _, t := range s.types {
		if t.name == name {
			return t
		}
	}
	return nil
}

// define adds a whole definition once.
func (s *subgraphModel) define(text string) {
	if !slices.Contains(s.extra, text) {
		s.extra = append(s.extra, text)
	}
}

func (t *typeModel) field(name string) *fieldModel {
	for _, f := range t.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// add declares a field once; a second declaration only adds its directives.
func (t *typeModel) add(name, args, typ string, directives ...string) *fieldModel {
	f := t.field(name)
	if f == nil {
		f = &fieldModel{name: name, args: args, typ: typ}
		t.fields = append(t.fields, f)
	}
	for _, d := range directives {
		f.mark(d)
	}
	return f
}

// mark adds a directive once.
func (f *fieldModel) mark(directive string) {
	if !slices.Contains(f.directives, directive) {
		f.directives = append(f.directives, directive)
	}
}

func (f *fieldModel) is(directive string) bool {
	return slices.ContainsFunc(f.directives, func(d string) bool { return strings.HasPrefix(d, directive) })
}

func (t *typeModel) key(fields string, resolvable bool) {
	d := fmt.Sprintf("@key(fields: %q)", fields)
	if !resolvable {
		d = fmt.Sprintf("@key(fields: %q, resolvable: false)", fields)
	}
	if !slices.Contains(t.directives, d) {
		t.directives = append(t.directives, d)
	}
}

const linkHeader = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible"])

`

// federation1 turns the subgraph into one of federation 1: nothing is marked shareable, and an entity that another subgraph
// is the origin of is extended, with its key fields marked external.
func (s *subgraphModel) federation1(origin func(typ string) *subgraphModel) {
	s.header = ""
	for _, t := range s.types {
		extension := origin(t.name) != nil && origin(t.name) != s
		if extension {
			t.keyword = "extend type"
		}
		for i, d := range t.directives {
			t.directives[i] = strings.Replace(d, ", resolvable: false", "", 1)
		}
		for _, f := range t.fields {
			f.directives = slices.DeleteFunc(f.directives, func(d string) bool { return d == "@shareable" })
			if _, key := keyFields[f.name]; extension && (key || f.name == "org") {
				f.mark("@external")
			}
		}
	}
}

// sdl prints the subgraph.
func (s *subgraphModel) sdl() string {
	var b strings.Builder
	b.WriteString(s.header)
	for _, t := range s.types {
		b.WriteString(t.keyword + " " + t.name)
		if len(t.implements) > 0 {
			b.WriteString(" implements " + strings.Join(t.implements, " & "))
		}
		for _, d := range t.directives {
			b.WriteString(" " + d)
		}
		if t.keyword == "union" {
			b.WriteString(" = " + strings.Join(t.members, " | ") + "\n\n")
			continue
		}
		b.WriteString(" {\n")
		for _, f := range t.fields {
			b.WriteString("  " + f.name + f.args + ": " + f.typ)
			for _, d := range f.directives {
				b.WriteString(" " + d)
			}
			b.WriteString("\n")
		}
		b.WriteString("}\n\n")
	}
	for _, text := range s.extra {
		b.WriteString(text + "\n")
	}
	return b.String()
}
