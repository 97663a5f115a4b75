package search

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// sdl prints the sheet: output types in the order in which the ways meet them, then inputs, then enums.
func (sh *sheet) sdl() string {
	sh.fillEmpty()
	order := slices.Clone(sh.order)
	slices.SortStableFunc(order, func(a, b typeID) int { return sh.x.kindRank(a) - sh.x.kindRank(b) })
	var b strings.Builder
	for _, t := range order {
		if !sh.known[t] {
			sh.printBlock(&b, sh.blocks[t])
		}
	}
	return b.String()
}

// fillEmpty gives each type that is only passed through, such as an interface that a way narrows, its first field: a type
// without a body reads as if it had none.
func (sh *sheet) fillEmpty() {
	for i := 0; i < len(sh.order); i++ { // showing a field may open further types
		bl := sh.blocks[sh.order[i]]
		info := &sh.x.types[bl.typ]
		for f := info.first; f < info.last && len(bl.fields) == 0; f++ {
			if sh.s.visible(f) {
				sh.show(f, sh.chooseArgs(f, false))
			}
		}
	}
}

func (x *Index) kindRank(t typeID) int {
	switch x.types[t].def.Kind {
	case ast.InputObject:
		return 1
	case ast.Enum:
		return 2
	case ast.Scalar:
		return 3
	case ast.Object, ast.Interface, ast.Union:
	}
	return 0
}

func (sh *sheet) printBlock(b *strings.Builder, bl *block) {
	def := sh.x.types[bl.typ].def
	if def.Kind == ast.Union {
		sh.printUnion(b, bl)
		return
	}
	b.WriteString(definitionWord(def.Kind) + " ")
	b.WriteString(def.Name)
	sh.printImplements(b, def)
	if def.Directives.ForName("oneOf") != nil {
		b.WriteString(" @oneOf")
	}
	if len(bl.fields)+len(bl.values) == 0 {
		b.WriteByte('\n') // the caller may see none of its fields; GraphQL forbids empty braces
		return
	}
	b.WriteString(" {" + sh.x.types[bl.typ].needs + "\n")
	shown := sh.printFields(b, bl) + sh.printValues(b, bl)
	if left := sh.count(bl.typ) - shown; left > 0 {
		b.WriteString("  # +")
		b.WriteString(strconv.Itoa(left))
		b.WriteByte('\n')
	}
	b.WriteString("}\n")
}

// printImplements names the interfaces through which the sheet reaches the type.
func (sh *sheet) printImplements(b *strings.Builder, def *ast.Definition) {
	sep := " implements "
	for _, name := range def.Interfaces {
		id := sh.x.lookup(name)
		if id == none {
			continue
		}
		if bl := sh.blocks[id]; bl != nil && bl.member[sh.x.lookup(def.Name)] {
			b.WriteString(sep)
			b.WriteString(name)
			sep = " & "
		}
	}
}

// partial names the types of which something is not shown, the most used first.
func (sh *sheet) partial() []string {
	var names []string
	for _, t := range sh.order {
		bl := sh.blocks[t]
		if !sh.known[t] && len(bl.fields)+len(bl.values) < sh.count(t) {
			names = append(names, sh.x.types[t].def.Name)
		}
	}
	return names
}

// count is the number of fields or values that the caller could see.
func (sh *sheet) count(t typeID) int {
	info, n := &sh.x.types[t], 0
	for f := info.first; f < info.last; f++ {
		if sh.s.visible(f) {
			n++
		}
	}
	for i := range info.values {
		if sh.s.visibleValue(info, i) {
			n++
		}
	}
	return n
}

func (sh *sheet) printFields(b *strings.Builder, bl *block) int {
	info := &sh.x.types[bl.typ]
	for f := info.first; f < info.last; f++ {
		l := bl.fields[f]
		if l == nil {
			continue
		}
		field := &sh.x.fields[f]
		b.WriteString("  ")
		b.WriteString(field.def.Name)
		left := printArgs(b, field, l.args)
		b.WriteString(": ")
		b.WriteString(field.def.Type.String())
		if simple(field.def.DefaultValue) {
			b.WriteString(" = ")
			b.WriteString(field.def.DefaultValue.String())
		}
		if field.deprecated {
			b.WriteString(" @deprecated")
		}
		if left > 0 {
			b.WriteString(" # +")
			b.WriteString(strconv.Itoa(left))
			b.WriteString(" args")
		}
		b.WriteString(field.needs)
		if l.desc != "" {
			b.WriteString(" # ")
			b.WriteString(l.desc)
		}
		b.WriteByte('\n')
	}
	return len(bl.fields)
}

// printArgs prints the shown arguments and returns how many it left out, those that only page aside.
func printArgs(b *strings.Builder, field *fieldInfo, shown []bool) int {
	open, left := false, 0
	for i := range field.args {
		if !shown[i] {
			if !pagination(field.args[i].def.Name) {
				left++
			}
			continue
		}
		if open {
			b.WriteString(", ")
		} else {
			b.WriteByte('(')
			open = true
		}
		b.WriteString(argText(field.args[i].def))
	}
	if open {
		b.WriteByte(')')
	}
	return left
}

func argText(a *ast.ArgumentDefinition) string {
	text := a.Name + ": " + a.Type.String()
	if simple(a.DefaultValue) {
		text += " = " + a.DefaultValue.String()
	}
	return text
}

// simple tells whether a default is short enough for a partial SDL: no list or object with something in it.
func simple(v *ast.Value) bool {
	return v != nil && v.Kind != ast.ObjectValue && len(v.Children) == 0 && len(v.Raw) <= 24
}

func (sh *sheet) printValues(b *strings.Builder, bl *block) int {
	for i, v := range sh.x.types[bl.typ].values {
		if bl.values[i] {
			b.WriteString("  ")
			b.WriteString(v.def.Name)
			b.WriteByte('\n')
		}
	}
	return len(bl.values)
}

// printUnion prints a union with the members that the sheet uses, and counts the others.
func (sh *sheet) printUnion(b *strings.Builder, bl *block) {
	const few = 4
	info := &sh.x.types[bl.typ]
	b.WriteString("union ")
	b.WriteString(info.def.Name)
	sep, left := " = ", 0
	for _, m := range info.members {
		switch {
		case !sh.s.visibleType(m):
		case bl.member[m] || len(info.members) <= few:
			b.WriteString(sep)
			b.WriteString(sh.x.types[m].def.Name)
			sep = " | "
		default:
			left++
		}
	}
	if left > 0 {
		b.WriteString(" # +")
		b.WriteString(strconv.Itoa(left))
	}
	b.WriteByte('\n')
}
