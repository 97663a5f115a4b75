package introspection

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/operation"
)

// writer appends one answer. Each method writes one complete JSON value; names of the methods are those of the introspection types of §4.2 Schema
// Introspection.
type writer struct {
	s         *Schema
	out       []byte
	variables func(name string) ([]byte, bool)
}

func (w *writer) root(name string, sel selection) error {
	switch name {
	case "__schema":
		w.schema(sel.children)
	case searchField:
		return w.search(&sel)
	case definitionsField:
		return w.definitions(&sel)
	default:
		if name, ok := w.textArgument(&sel, "name"); ok && w.s.shown[name] {
			w.definition(w.s.api.Types[name], sel.children)
		} else {
			w.null()
		}
	}
	return nil
}

func (w *writer) null() { w.out = append(w.out, "null"...) }

func (w *writer) text(s string) { w.out = operation.AppendJSONString(w.out, s) }

// optional writes a text that is null when it is absent.
func (w *writer) optional(s string) {
	if s == "" {
		w.null()
		return
	}
	w.text(s)
}

func (w *writer) boolean(b bool) {
	if b {
		w.out = append(w.out, "true"...)
		return
	}
	w.out = append(w.out, "false"...)
}

// object writes an object of the introspection type typeName; value writes the value of each field but __typename.
func (w *writer) object(typeName string, sels []selection, value func(sel *selection)) {
	w.out = append(w.out, '{')
	for i := range sels {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.text(sels[i].key)
		w.out = append(w.out, ':')
		if sels[i].name == "__typename" {
			w.text(typeName)
		} else {
			value(&sels[i])
		}
	}
	w.out = append(w.out, '}')
}

// list writes a list of the items for which value reports that it wrote one.
func list[T any](w *writer, items []T, value func(T) bool) {
	w.out = append(w.out, '[')
	first := true
	for _, item := range items {
		mark := len(w.out)
		if !first {
			w.out = append(w.out, ',')
		}
		if value(item) {
			first = false
		} else {
			w.out = w.out[:mark]
		}
	}
	w.out = append(w.out, ']')
}

func (w *writer) schema(sels []selection) {
	api := w.s.api
	w.object("__Schema", sels, func(sel *selection) {
		switch sel.name {
		case "description":
			w.optional(api.Description)
		case "types":
			list(w, w.s.types, func(d *ast.Definition) bool { w.definition(d, sel.children); return true })
		case "queryType":
			w.rootType(api.Query, sel.children)
		case "mutationType":
			w.rootType(api.Mutation, sel.children)
		case "subscriptionType":
			w.rootType(api.Subscription, sel.children)
		case "directives":
			list(w, w.s.directives, func(d *ast.DirectiveDefinition) bool { w.directive(d, sel.children); return true })
		default:
			w.null()
		}
	})
}

func (w *writer) rootType(d *ast.Definition, sels []selection) {
	if d == nil || !w.s.shown[d.Name] {
		w.null()
		return
	}
	w.definition(d, sels)
}

// typ writes a type with its wrappers.
func (w *writer) typ(t *ast.Type, sels []selection) {
	switch {
	case t.NonNull:
		inner := *t
		inner.NonNull = false
		w.wrapper("NON_NULL", &inner, sels)
	case t.Elem != nil:
		w.wrapper("LIST", t.Elem, sels)
	default:
		w.definition(w.s.api.Types[t.NamedType], sels)
	}
}

func (w *writer) wrapper(kind string, of *ast.Type, sels []selection) {
	w.object("__Type", sels, func(sel *selection) {
		switch sel.name {
		case "kind":
			w.text(kind)
		case "ofType":
			w.typ(of, sel.children)
		default:
			w.null()
		}
	})
}

// definition writes a named type.
func (w *writer) definition(d *ast.Definition, sels []selection) {
	w.object("__Type", sels, func(sel *selection) {
		switch sel.name {
		case "kind":
			w.text(string(d.Kind))
		case "name":
			w.text(d.Name)
		case "description":
			w.optional(d.Description)
		case "specifiedByURL":
			w.optional(directiveText(d.Directives, "specifiedBy", "url"))
		case "fields":
			w.fields(d, sel)
		case "interfaces":
			w.interfaces(d, sel)
		case "possibleTypes":
			if d.IsAbstractType() {
				list(w, w.s.possible[d.Name], func(m *ast.Definition) bool { w.definition(m, sel.children); return true })
			} else {
				w.null()
			}
		case "enumValues":
			w.enumValues(d, sel)
		case "inputFields":
			w.inputFields(d, sel)
		case "isOneOf":
			if d.Kind == ast.InputObject {
				w.boolean(d.Directives.ForName("oneOf") != nil)
			} else {
				w.null()
			}
		default:
			w.null()
		}
	})
}
