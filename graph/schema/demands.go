package schema

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// loadDemands reads what types and fields demand of the caller (@authenticated, @requiresScopes, @policy) and what they cost
// (@cost, @listSize).
func (ld *loader) loadDemands() {
	for id := range ld.s.Types {
		t, d := &ld.s.Types[id], ld.defs[id]
		if d == nil {
			continue
		}
		t.Security = ld.security(d.Directives, typeAt(t.Name), d.Position)
		t.Weight = ld.weight(d.Directives, typeAt(t.Name))
		if t.Kind != InputObject {
			continue
		}
		for _, f := range d.Fields {
			if w := ld.weight(f.Directives, fieldAt(t.Name, f.Name)); w != nil {
				if t.InputWeights == nil {
					t.InputWeights = map[string]int{}
				}
				t.InputWeights[f.Name] = *w
			}
		}
	}
	for id := range ld.s.Fields {
		if id > 0 {
			ld.fieldDemands(&ld.s.Fields[id], ld.fields[id])
		}
	}
}

func (ld *loader) fieldDemands(f *Field, d *ast.FieldDefinition) {
	at := ld.at(f)
	f.Security = ld.security(d.Directives, at, d.Position)
	f.Weight = ld.weight(d.Directives, at)
	for _, a := range d.Arguments {
		if w := ld.weight(a.Directives, at.Argument(a.Name)); w != nil {
			if f.ArgumentWeights == nil {
				f.ArgumentWeights = map[string]int{}
			}
			f.ArgumentWeights[a.Name] = *w
		}
	}
	if dir := d.Directives.ForName(ld.names.listSize); dir != nil {
		f.ListSize = &ListSize{
			AssumedSize:      ld.argInt(dir, "assumedSize", at),
			SlicingArguments: rawStrings(argList(dir, "slicingArguments")),
			SizedFields:      rawStrings(argList(dir, "sizedFields")),
			RequireOne:       argBool(dir, "requireOneSlicingArgument", true),
		}
	}
}

func (ld *loader) security(list ast.DirectiveList, at Coordinate, p *ast.Position) *Security {
	authenticated := list.ForName(ld.names.authenticated) != nil
	scopes := ld.requirement(list, ld.names.requiresScopes, "scopes", at, p)
	policies := ld.requirement(list, ld.names.policy, "policies", at, p)
	if !authenticated && scopes == nil && policies == nil {
		return nil
	}
	return &Security{Authenticated: authenticated, Scopes: scopes, Policies: policies}
}

// requirement reads the argument of @requiresScopes or @policy. What cannot be read is an error, for it cannot be enforced.
func (ld *loader) requirement(list ast.DirectiveList, directive, argument string, at Coordinate, p *ast.Position) [][]string {
	dir := list.ForName(directive)
	if dir == nil {
		return nil
	}
	v := argValue(dir, argument)
	if v == nil || v.Kind == ast.NullValue {
		ld.errorf(p, at, "@%s has no argument %s", directive, argument)
		return nil
	}
	out := [][]string{}
	for _, alternative := range items(v) {
		all := []string{}
		for _, name := range items(alternative) {
			if name.Kind != ast.StringValue && name.Kind != ast.BlockValue {
				ld.errorf(p, at, "@%s: %s must be a list of lists of strings", directive, argument)
				return nil
			}
			all = append(all, name.Raw)
		}
		out = append(out, all)
	}
	return out
}

func (ld *loader) weight(list ast.DirectiveList, at Coordinate) *int {
	if dir := list.ForName(ld.names.cost); dir != nil {
		return ld.argInt(dir, "weight", at)
	}
	return nil
}

func (ld *loader) argInt(dir *ast.Directive, name string, at Coordinate) *int {
	v := argValue(dir, name)
	if v == nil || v.Kind == ast.NullValue {
		return nil
	}
	n, err := strconv.ParseInt(v.Raw, 10, 32)
	if err != nil {
		ld.errorf(dir.Position, at, "@%s: %s must be an Int", dir.Name, name)
		return nil
	}
	i := int(n)
	return &i
}

func rawStrings(values []*ast.Value) []string {
	var out []string
	for _, v := range values {
		out = append(out, v.Raw)
	}
	return out
}
