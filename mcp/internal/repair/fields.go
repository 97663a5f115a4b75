package repair

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// wideType is from how many fields on the fields that were probably meant are
// worth reading in the place of the whole type.
const wideType = 25

func coordinates(parent *ast.Definition, fields []string) []string {
	var out []string
	for _, f := range fields {
		out = append(out, parent.Name+"."+f)
	}
	return out
}

// unknownField suggests, in this order: the same field on a member of an
// abstract type or on another root, a close name on the type, and the same
// field a few steps away.
func (c *checker) unknownField(p *Problem, f *ast.Field) {
	if f == nil || f.ObjectDefinition == nil {
		return
	}
	if f.ObjectDefinition.IsLeafType() {
		p.Message = "" // the leaf's own problem says it all
		return
	}
	parent, name := f.ObjectDefinition, strings.TrimSuffix(f.Name, hiddenMark)
	p.Types = []string{parent.Name}
	from := c.text.offset(p.Line, p.Column)
	if members := c.members(parent, name); len(members) > 0 {
		p.Message += " It is a field of " + quoted(members) + "."
		p.Hint = fmt.Sprintf("Put it in an inline fragment: ... on %s { %s }", members[0], name)
		if end := c.fieldEnd(f, name); end > 0 {
			p.Edits = []Edit{{From: from, To: from, New: "... on " + members[0] + " { "}, {From: end, To: end, New: " }"}}
		}
		return
	}
	near := nearest(name, c.fieldNames(parent))
	path := c.pathTo(parent, name)
	switch {
	case c.otherRoot(parent, name) != "":
		p.Root, p.Types = c.otherRoot(parent, name), nil
		p.Hint = fmt.Sprintf("%q is a field of %s: it needs an operation of that kind.", name, p.Root)
	case len(near) > 0 && (len(path) == 0 || distance(name, near[0]) <= 2):
		p.Message += didYouMean(near)
		p.Edits = c.text.rename(from, name, near[0])
		if len(parent.Fields) > wideType {
			p.Types = coordinates(parent, near)
		}
	case len(path) > 0:
		open := strings.Join(path, " { ") + " { "
		p.Hint = fmt.Sprintf("It can be reached as %s%s%s", open, name, strings.Repeat(" }", len(path)))
		if end := c.fieldEnd(f, name); end > 0 {
			p.Edits = []Edit{{From: from, To: from, New: open}, {From: end, To: end, New: strings.Repeat(" }", len(path))}}
		}
	}
}

// members lists the visible object types of an abstract type that have the field.
func (c *checker) members(parent *ast.Definition, name string) []string {
	if !parent.IsAbstractType() {
		return nil
	}
	var out []string
	for _, d := range c.view.Schema.GetPossibleTypes(parent) {
		if d.Fields.ForName(name) != nil && !c.hidden(d.Name, name) {
			out = append(out, d.Name)
		}
	}
	slices.Sort(out)
	return out
}

// pathDepth is how many fields away pathTo looks.
const pathDepth = 3

// pathTo finds the shortest way from a type to a field of exactly this name
// through visible object fields that need no argument; nil when there is none.
func (c *checker) pathTo(parent *ast.Definition, name string) []string {
	type step struct {
		def  *ast.Definition
		path []string
	}
	seen := map[string]bool{parent.Name: true}
	queue := []step{{def: parent}}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if len(at.path) > 0 && at.def.Fields.ForName(name) != nil && !c.hidden(at.def.Name, name) {
			return at.path
		}
		if len(at.path) == pathDepth {
			continue
		}
		for _, f := range at.def.Fields {
			next := c.view.Schema.Types[f.Type.Name()]
			if next == nil || !next.IsCompositeType() || seen[next.Name] || c.reserved(at.def.Name, f) || needsArgument(f) {
				continue
			}
			seen[next.Name] = true
			queue = append(queue, step{next, append(slices.Clone(at.path), f.Name)})
		}
	}
	return nil
}

// otherRoot names the other root type that has the field.
func (c *checker) otherRoot(parent *ast.Definition, name string) string {
	for _, root := range []*ast.Definition{c.view.Schema.Query, c.view.Schema.Mutation, c.view.Schema.Subscription} {
		if root != nil && root != parent && c.isRoot(parent) && root.Fields.ForName(name) != nil && !c.hidden(root.Name, name) {
			return root.Name
		}
	}
	return ""
}

func (c *checker) isRoot(d *ast.Definition) bool {
	return d == c.view.Schema.Query || d == c.view.Schema.Mutation || d == c.view.Schema.Subscription
}

// selection adds the missing selection of a composite field, or takes the one
// of a leaf away.
func (c *checker) selection(p *Problem, f *ast.Field) {
	if f == nil || f.Definition == nil {
		return
	}
	def := c.view.Schema.Types[f.Definition.Type.Name()]
	if def == nil {
		return
	}
	if def.IsLeafType() {
		p.Hint = "Remove its { }."
		if open := c.selectionStart(f, f.Name); open > 0 {
			if end := c.text.match(open); end > 0 {
				p.Edits = []Edit{{From: len(strings.TrimRight(c.text.src[:open], " \t\n")), To: end}}
			}
		}
		return
	}
	p.Types = []string{def.Name}
	selection := c.sample(def, 2)
	p.Hint = fmt.Sprintf("Select fields of it, for example: %s %s", f.Name, selection)
	if end := c.fieldEnd(f, f.Name); end > 0 {
		p.Edits = []Edit{{From: end, To: end, New: " " + selection}}
	}
}

// sampleFields is how many leaf fields a sample selection holds.
const sampleFields = 3

// sample writes a small selection of a composite type: a few leaf fields, or
// the first object field's sample when the type has none.
func (c *checker) sample(def *ast.Definition, depth int) string {
	var leaves []string
	var inner string
	for _, f := range def.Fields {
		next := c.view.Schema.Types[f.Type.Name()]
		if next == nil || c.reserved(def.Name, f) || needsArgument(f) {
			continue
		}
		switch {
		case next.IsLeafType() && len(leaves) < sampleFields:
			leaves = append(leaves, f.Name)
		case inner == "" && depth > 0 && next.IsCompositeType() && f.Type.Elem != nil:
			inner = f.Name + " " + c.sample(next, depth-1)
		}
	}
	switch {
	case inner != "" && len(leaves) < sampleFields:
		leaves = append(leaves, inner)
	case len(leaves) == 0:
		leaves = []string{"__typename"}
	}
	return "{ " + strings.Join(leaves, " ") + " }"
}

// fieldNames are the visible fields of a type.
func (c *checker) fieldNames(def *ast.Definition) []string {
	var out []string
	for _, f := range def.Fields {
		if !c.reserved(def.Name, f) {
			out = append(out, f.Name)
		}
	}
	return out
}

// reserved reports whether a field is not offered: hidden, or of introspection.
func (c *checker) reserved(typeName string, f *ast.FieldDefinition) bool {
	return strings.HasPrefix(f.Name, "__") || c.hidden(typeName, f.Name)
}

func needsArgument(f *ast.FieldDefinition) bool {
	return slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool {
		return a.Type.NonNull && a.DefaultValue == nil
	})
}

// nameEnd is the offset after the field's name (not its alias), or -1.
func (c *checker) nameEnd(f *ast.Field, name string) int {
	from := c.text.offset(f.Position.Line, f.Position.Column)
	if f.Alias != "" && f.Alias != f.Name {
		from += len(f.Alias)
	}
	at := c.text.word(from, name)
	if at < 0 {
		return -1
	}
	return at + len(name)
}

// selectionStart is the offset of the field's opening brace, or -1.
func (c *checker) selectionStart(f *ast.Field, name string) int {
	at := c.nameEnd(f, name)
	if at < 0 {
		return -1
	}
	if next := c.text.space(at); next < len(c.text.src) && c.text.src[next] == '(' {
		if at = c.text.match(next); at < 0 {
			return -1
		}
	}
	open := strings.IndexByte(c.text.src[at:], '{')
	if open < 0 || len(f.Directives) > 0 {
		return -1
	}
	return at + open
}

// fieldEnd is the offset after the whole field with arguments and selection, or
// -1 when directives make that unclear.
func (c *checker) fieldEnd(f *ast.Field, name string) int {
	at := c.nameEnd(f, name)
	if at < 0 || len(f.Directives) > 0 {
		return -1
	}
	if next := c.text.space(at); len(f.Arguments) > 0 && next < len(c.text.src) && c.text.src[next] == '(' {
		at = c.text.match(next)
	}
	if len(f.SelectionSet) > 0 && at > 0 {
		next := c.text.space(at)
		if next >= len(c.text.src) || c.text.src[next] != '{' {
			return -1
		}
		at = c.text.match(next)
	}
	return at
}
