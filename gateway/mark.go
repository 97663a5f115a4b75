package gateway

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/extensions"
)

// marked returns the schema with the security directives at the elements that they protect, for endpoints that show agents what they would need
// ([mcp] hidden_fields = "mark"). The schema itself is left as it is.
func marked(s *ast.Schema, protected []extensions.Protected) *ast.Schema {
	at := map[string]ast.DirectiveList{}
	for _, p := range protected {
		at[p.Coordinate] = append(at[p.Coordinate], directiveOf(p))
	}
	out := *s
	out.Types = maps.Clone(s.Types)
	for name, def := range s.Types {
		own := *def
		own.Directives = slices.Concat(def.Directives, at[name])
		own.Fields = slices.Clone(def.Fields)
		for i, f := range own.Fields {
			if more := at[name+"."+f.Name]; more != nil {
				field := *f
				field.Directives = slices.Concat(f.Directives, more)
				own.Fields[i] = &field
			}
		}
		out.Types[name] = &own
	}
	root := func(def *ast.Definition) *ast.Definition {
		if def == nil {
			return nil
		}
		return out.Types[def.Name]
	}
	out.Query, out.Mutation, out.Subscription = root(s.Query), root(s.Mutation), root(s.Subscription)
	return &out
}

// directiveOf writes a directive as it stands in a schema.
func directiveOf(p extensions.Protected) *ast.Directive {
	d := &ast.Directive{Name: p.Directive}
	name := map[string]string{extensions.DirectiveRequiresScopes: "scopes", extensions.DirectivePolicy: "policies"}[p.Directive]
	if name == "" {
		return d
	}
	outer := &ast.Value{Kind: ast.ListValue}
	for _, all := range p.Requirement {
		inner := &ast.Value{Kind: ast.ListValue}
		for _, s := range all {
			inner.Children = append(inner.Children, &ast.ChildValue{Value: &ast.Value{Kind: ast.StringValue, Raw: s}})
		}
		outer.Children = append(outer.Children, &ast.ChildValue{Value: inner})
	}
	d.Arguments = ast.ArgumentList{{Name: name, Value: outer}}
	return d
}
