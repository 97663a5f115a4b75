package graphtest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// requirement writes the true values of a selection on an object, in a canonical form that [given] shares.
func (u *Universe) requirement(s *SubgraphSchema, o object, set ast.SelectionSet) (string, error) {
	var b strings.Builder
	for _, sel := range set {
		switch x := sel.(type) {
		case *ast.InlineFragment:
			if !matches(s, x.TypeCondition, o.typ) {
				continue
			}
			text, err := u.requirement(s, o, x.SelectionSet)
			if err != nil {
				return "", err
			}
			b.WriteString(text)
		case *ast.Field:
			if x.Name == "__typename" {
				b.WriteString("__typename:" + o.typ + ";")
				continue
			}
			v, err := u.fieldValue(o, x.Name, literalArguments(s, o.typ, x))
			if err != nil {
				return "", err
			}
			text, err := canonical(v, func(v any) (string, error) {
				o, ok := v.(object)
				if !ok {
					return wholeValue(v)
				}
				return u.requirement(s, o, x.SelectionSet)
			})
			if err != nil {
				return "", err
			}
			b.WriteString(x.Name + ":" + text + ";")
		}
	}
	return b.String(), nil
}

// given writes the values of a selection as a representation carries them.
func given(s *SubgraphSchema, r map[string]any, set ast.SelectionSet) (string, error) {
	var b strings.Builder
	for _, sel := range set {
		switch x := sel.(type) {
		case *ast.InlineFragment:
			typ, ok := r["__typename"].(string)
			if !ok {
				return "", fmt.Errorf("requirement on %s, but the representation names no type", x.TypeCondition)
			}
			if !matches(s, x.TypeCondition, typ) {
				continue
			}
			text, err := given(s, r, x.SelectionSet)
			if err != nil {
				return "", err
			}
			b.WriteString(text)
		case *ast.Field:
			text, err := canonical(r[x.Name], func(v any) (string, error) {
				o, ok := v.(map[string]any)
				if !ok || len(x.SelectionSet) == 0 {
					return wholeValue(v)
				}
				return given(s, o, x.SelectionSet)
			})
			if err != nil {
				return "", err
			}
			b.WriteString(x.Name + ":" + text + ";")
		}
	}
	return b.String(), nil
}

// canonical writes a value; objects are left to the caller.
func canonical(v any, writeObject func(any) (string, error)) (string, error) {
	switch x := v.(type) {
	case []any:
		var b strings.Builder
		b.WriteString("[")
		for _, item := range x {
			text, err := canonical(item, writeObject)
			if err != nil {
				return "", err
			}
			b.WriteString(text + ",")
		}
		return b.String() + "]", nil
	case map[string]any, object:
		text, err := writeObject(v)
		return "{" + text + "}", err
	default:
		return wholeValue(v)
	}
}

// wholeValue writes a leaf, or a custom scalar that is an object.
func wholeValue(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

func matches(s *SubgraphSchema, condition, typ string) bool {
	def := s.Schema.Types[condition]
	return condition == "" || condition == typ || def != nil && def.IsAbstractType() && isPossible(s.Schema, def, typ)
}
