package difftest

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/compose"
)

// reduce deletes subgraphs, definitions, members, directives and their arguments
// for as long as the rest still holds, and gives the smallest set it came to.
func reduce(subgraphs []compose.Subgraph, holds func([]compose.Subgraph) bool) []compose.Subgraph {
	for again := true; again; {
		again = false
		for i := len(subgraphs) - 1; i >= 0 && len(subgraphs) > 1; i-- {
			if less := slices.Delete(slices.Clone(subgraphs), i, i+1); holds(less) {
				subgraphs, again = less, true
			}
		}
		for i := range subgraphs {
			if text, smaller := reduceSDL(subgraphs[i].SDL, func(sdl string) bool {
				return holds(replaced(subgraphs, i, sdl))
			}); smaller {
				subgraphs, again = replaced(subgraphs, i, text), true
			}
		}
	}
	return subgraphs
}

func replaced(subgraphs []compose.Subgraph, i int, sdl string) []compose.Subgraph {
	out := slices.Clone(subgraphs)
	out[i].SDL = sdl
	return out
}

// reduceSDL tries every single deletion once, from the end, and keeps those
// after which the text still holds.
func reduceSDL(sdl string, holds func(string) bool) (string, bool) {
	smaller := false
	for n := countParts(sdl) - 1; n >= 0; n-- {
		doc, err := parse(sdl)
		if err != nil {
			return sdl, smaller
		}
		p := parts{target: n}
		p.document(doc)
		if text := printSDL(doc); text != sdl && len(text) < len(sdl) && holds(text) {
			sdl, smaller = text, true
			n = min(n, countParts(sdl))
		}
	}
	return sdl, smaller
}

func countParts(sdl string) int {
	doc, err := parse(sdl)
	if err != nil {
		return 0
	}
	p := parts{target: -1}
	p.document(doc)
	return p.seen
}

// parts numbers everything that can be deleted from a document, outer before
// inner, and deletes the part whose number is target.
type parts struct{ seen, target int }

// hit says whether the next part is the one to delete.
func (p *parts) hit() bool {
	p.seen++
	return p.seen-1 == p.target
}

// each walks a list; the element that is hit is deleted, the others are entered.
func each[T any](p *parts, list *[]T, enter func(T)) {
	for i, e := range *list {
		if p.hit() {
			*list = slices.Delete(slices.Clone(*list), i, i+1)
			return
		}
		if enter != nil {
			enter(e)
		}
	}
}

func (p *parts) document(doc *ast.SchemaDocument) {
	schema := func(s *ast.SchemaDefinition) {
		p.description(&s.Description)
		p.directives(&s.Directives)
		each(p, (*[]*ast.OperationTypeDefinition)(&s.OperationTypes), nil)
	}
	each(p, (*[]*ast.SchemaDefinition)(&doc.Schema), schema)
	each(p, (*[]*ast.SchemaDefinition)(&doc.SchemaExtension), schema)
	each(p, (*[]*ast.DirectiveDefinition)(&doc.Directives), func(d *ast.DirectiveDefinition) {
		p.description(&d.Description)
		p.arguments(&d.Arguments)
		if d.IsRepeatable && p.hit() {
			d.IsRepeatable = false
		}
		each(p, &d.Locations, nil)
	})
	each(p, (*[]*ast.Definition)(&doc.Definitions), p.definition)
	each(p, (*[]*ast.Definition)(&doc.Extensions), p.definition)
}

func (p *parts) definition(d *ast.Definition) {
	p.description(&d.Description)
	p.directives(&d.Directives)
	each(p, &d.Interfaces, nil)
	each(p, &d.Types, nil)
	each(p, (*[]*ast.FieldDefinition)(&d.Fields), func(f *ast.FieldDefinition) {
		p.description(&f.Description)
		p.arguments(&f.Arguments)
		p.typ(&f.Type)
		p.value(&f.DefaultValue)
		p.directives(&f.Directives)
	})
	each(p, (*[]*ast.EnumValueDefinition)(&d.EnumValues), func(v *ast.EnumValueDefinition) {
		p.description(&v.Description)
		p.directives(&v.Directives)
	})
}

func (p *parts) arguments(list *ast.ArgumentDefinitionList) {
	each(p, (*[]*ast.ArgumentDefinition)(list), func(a *ast.ArgumentDefinition) {
		p.description(&a.Description)
		p.typ(&a.Type)
		p.value(&a.DefaultValue)
		p.directives(&a.Directives)
	})
}

// typ deletes a list or non-null around a type.
func (p *parts) typ(t **ast.Type) {
	if (*t).NonNull && p.hit() {
		bare := **t
		bare.NonNull = false
		*t = &bare
	}
	if (*t).Elem != nil && p.hit() {
		*t = (*t).Elem
	}
}

func (p *parts) description(s *string) {
	if *s != "" && p.hit() {
		*s = ""
	}
}

func (p *parts) value(v **ast.Value) {
	if *v != nil && p.hit() {
		*v = nil
	}
}

func (p *parts) directives(list *ast.DirectiveList) {
	each(p, (*[]*ast.Directive)(list), func(d *ast.Directive) {
		each(p, (*[]*ast.Argument)(&d.Arguments), func(a *ast.Argument) {
			each(p, (*[]*ast.ChildValue)(&a.Value.Children), nil)
		})
	})
}
