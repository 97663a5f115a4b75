package operation

import (
	"math"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// parseArguments reads a canonical argument list back.
func parseArguments(text string) ast.ArgumentList {
	if text == "" {
		return nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: "{f" + text + "}"})
	if err != nil {
		return nil // canonical text always parses
	}
	return doc.Operations[0].SelectionSet[0].(*ast.Field).Arguments
}

func newSizing(l *schema.ListSize, args ast.ArgumentList, defs ast.ArgumentDefinitionList) *sizing {
	out := &sizing{known: -1, assumed: l.AssumedSize, names: l.SizedFields, requireOne: l.RequireOne && len(l.SlicingArguments) > 0}
	for _, name := range l.SlicingArguments {
		if a := args.ForName(name); a != nil {
			switch a.Value.Kind {
			case ast.Variable:
				out.variables = append(out.variables, a.Value.Raw)
			case ast.IntValue:
				out.given++
				out.known = max(out.known, parseSize(a.Value.Raw))
			default:
			}
			continue
		}
		if d := defs.ForName(name); d != nil && d.DefaultValue != nil && d.DefaultValue.Kind == ast.IntValue {
			out.given++
			out.known = max(out.known, parseSize(d.DefaultValue.Raw))
		}
	}
	return out
}

// parseSize reads a slicing argument. A negative one is no size: the subgraph will refuse it.
func parseSize(text string) int {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return math.MaxInt32
	}
	return int(min(max(n, 0), math.MaxInt32))
}

// literal returns the cost of the input objects in a literal, and the variables whose values may hold more.
func (c *costCompiler) literal(typeName string, v *ast.Value) (int, []costVariable) {
	switch v.Kind {
	case ast.Variable:
		if t := c.s.TypeByName(typeName); t != 0 && c.s.Type(t).Kind == schema.InputObject {
			return 0, []costVariable{{v.Raw, typeName}}
		}
		return 0, nil
	case ast.ListValue:
		cost := 0
		var variables []costVariable
		for _, item := range v.Children {
			n, more := c.literal(typeName, item.Value)
			cost, variables = addUp(cost, n), append(variables, more...)
		}
		return cost, variables
	case ast.ObjectValue:
		t := c.s.TypeByName(typeName)
		def := c.s.API.Types[typeName]
		if t == 0 || c.s.Type(t).Kind != schema.InputObject {
			return 0, nil
		}
		cost := objectWeight(c.s.Type(t))
		var variables []costVariable
		for _, member := range v.Children {
			cost = addUp(cost, max(0, c.s.Type(t).InputWeights[member.Name]))
			if f := def.Fields.ForName(member.Name); f != nil {
				n, more := c.literal(f.Type.Name(), member.Value)
				cost, variables = addUp(cost, n), append(variables, more...)
			}
		}
		return cost, slices.Clip(variables)
	default:
		return 0, nil
	}
}

func objectWeight(t *schema.Type) int {
	if t.Weight != nil {
		return max(0, *t.Weight)
	}
	return 1
}

// value returns the cost of the input objects in a variable's value.
func (e *costEvaluator) value(typeName string, b []byte) int {
	cost, _ := e.valueAt(typeName, b, 0)
	return cost
}

func (e *costEvaluator) valueAt(typeName string, b []byte, i int) (cost, end int) {
	t := e.s.TypeByName(typeName)
	switch {
	case t == 0 || e.s.Type(t).Kind != schema.InputObject:
	case b[i] == '[':
		end, _ = scanItems(b, i, func(item int) (int, bool) {
			n, end := e.valueAt(typeName, b, item)
			cost = addUp(cost, n)
			return end, true
		})
		return cost, end
	case b[i] == '{':
		cost = objectWeight(e.s.Type(t))
		def := e.s.API.Types[typeName]
		end, _ = scanMembers(b, i, func(key, value int) (int, bool) {
			keyEnd, _ := scanString(b, key)
			name := string(b[key+1 : keyEnd-1])
			cost = addUp(cost, max(0, e.s.Type(t).InputWeights[name]))
			fieldType := ""
			if f := def.Fields.ForName(name); f != nil {
				fieldType = f.Type.Name()
			}
			n, end := e.valueAt(fieldType, b, value)
			cost = addUp(cost, n)
			return end, true
		})
		return cost, end
	}
	_, end = scanValue(b, i, 0)
	return 0, end
}
