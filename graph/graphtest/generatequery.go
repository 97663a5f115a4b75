package graphtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Operation is a generated operation.
type Operation struct {
	Text      string
	Variables map[string]any
}

// VariablesJSON returns the variables as a client sends them.
func (o Operation) VariablesJSON() json.RawMessage {
	text, err := json.Marshal(o.Variables)
	if err != nil || len(o.Variables) == 0 {
		return json.RawMessage("{}")
	}
	return text
}

// GenerateQuery draws a valid operation over an API schema: aliases, arguments as literals and variables, repeated and
// nested fragments with all kinds of type conditions, __typename everywhere, @skip and @include, the same field with different arguments.
func GenerateQuery(rng *rand.Rand, api *ast.Schema) Operation {
	for range 50 {
		g := &queryGenerator{rng: rng, api: api, budget: 4 + rng.IntN(28)*(1+rng.IntN(8)/7*3), variables: map[string]any{}, types: map[string]string{}}
		op := g.operation()
		if _, errs := gqlparser.LoadQueryWithRules(api, op.Text, rules.NewDefaultRules()); len(errs) == 0 {
			return op
		}
	}
	return Operation{Text: "{ __typename }"}
}

type queryGenerator struct {
	rng       *rand.Rand
	api       *ast.Schema
	budget    int // fields left
	variables map[string]any
	types     map[string]string // of variables
	fragments []string
	count     int
}

func (g *queryGenerator) chance(percent int) bool { return g.rng.IntN(100) < percent }

func (g *queryGenerator) name(prefix string) string {
	g.count++
	return fmt.Sprintf("%s%d", prefix, g.count)
}

func (g *queryGenerator) operation() Operation {
	keyword, root := "query", g.api.Query
	if g.api.Mutation != nil && g.chance(15) {
		keyword, root = "mutation", g.api.Mutation
	}
	body := g.selectionSet(root, 0)
	var declared []string
	for _, name := range slices.Sorted(maps.Keys(g.types)) {
		declared = append(declared, "$"+name+": "+g.types[name])
	}
	head := keyword + " Q"
	if len(declared) > 0 {
		head += "(" + strings.Join(declared, ", ") + ")"
	}
	return Operation{Text: head + " " + body + strings.Join(g.fragments, ""), Variables: g.variables}
}

const maxDepth = 6

// selectionSet draws what is asked of a composite type.
func (g *queryGenerator) selectionSet(def *ast.Definition, depth int) string {
	var parts []string
	for range 1 + g.rng.IntN(5) {
		if part := g.selection(def, depth); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "__typename")
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

func (g *queryGenerator) selection(def *ast.Definition, depth int) string {
	draw := g.rng.IntN(100)
	abstract := def.IsAbstractType()
	switch {
	case abstract && g.chance(15):
		return g.memberwise(def, depth)
	case draw < 6:
		return g.alias(5) + "__typename" + g.directives(10)
	case draw < 16 || abstract && draw < 50:
		return g.fragment(def, depth)
	default:
		return g.field(def, depth)
	}
}

func (g *queryGenerator) alias(percent int) string {
	if g.chance(percent) {
		return fmt.Sprintf("a%d: ", g.rng.IntN(6))
	}
	return ""
}

func (g *queryGenerator) field(def *ast.Definition, depth int) string {
	var fields, deep []*ast.FieldDefinition
	for _, f := range def.Fields {
		leaf := g.api.Types[f.Type.Name()].IsLeafType()
		if !strings.HasPrefix(f.Name, "__") && (leaf || depth < maxDepth) {
			fields = append(fields, f)
			if !leaf {
				deep = append(deep, f)
			}
		}
	}
	if len(deep) > 0 && g.chance(35) {
		fields = deep
	}
	if len(fields) == 0 || g.budget <= 0 {
		return ""
	}
	g.budget--
	f := fields[g.rng.IntN(len(fields))]
	arguments := g.arguments(f)
	alias := g.alias(10)
	if arguments != "" && g.chance(60) {
		alias = g.name("c") + ": "
	}
	text := alias + f.Name + arguments + g.directives(10)
	if child := g.api.Types[f.Type.Name()]; child.IsCompositeType() {
		text += " " + g.selectionSet(child, depth+1)
	}
	return text
}

// memberwise asks every member of an abstract type for one response key, each for a field and with arguments of its own. Whether
// the types go together is left to validation.
func (g *queryGenerator) memberwise(def *ast.Definition, depth int) string {
	key := fmt.Sprintf("k%d", g.rng.IntN(3))
	var parts []string
	var shape *ast.Type // of the first member's field: the others look for one like it
	var same *ast.FieldDefinition
	for _, member := range sorted(g.api.GetPossibleTypes(def)) {
		var fields []*ast.FieldDefinition
		for _, f := range member.Fields {
			if !strings.HasPrefix(f.Name, "__") && (shape == nil || f.Type.String() == shape.String()) {
				fields = append(fields, f)
			}
		}
		if len(fields) == 0 || g.budget <= 0 || depth >= maxDepth {
			continue
		}
		g.budget--
		f := fields[g.rng.IntN(len(fields))]
		for _, other := range fields { // the same field with other arguments is the hardest
			if same == nil && len(other.Arguments) > 0 || same != nil && other.Name == same.Name {
				f = other
			}
		}
		same, shape = f, f.Type
		text := key + ": " + f.Name + g.arguments(f)
		if child := g.api.Types[f.Type.Name()]; child.IsCompositeType() {
			text += " " + g.selectionSet(child, depth+2)
		}
		parts = append(parts, "... on "+member.Name+" { "+text+" }")
	}
	return strings.Join(parts, " ")
}

// sorted is for lists whose order a map made: the seed alone is to decide.
func sorted(defs []*ast.Definition) []*ast.Definition {
	return slices.SortedFunc(slices.Values(defs), func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
}

// fragment draws an inline fragment or a spread, on the type itself or one that overlaps it.
func (g *queryGenerator) fragment(def *ast.Definition, depth int) string {
	on := g.condition(def)
	set := func() string { return g.selectionSet(on, depth+1) }
	if depth >= maxDepth {
		return ""
	}
	if g.chance(25) {
		name := g.name("F")
		g.fragments = append(g.fragments, "") // keep the order of names
		at := len(g.fragments) - 1
		g.fragments[at] = fmt.Sprintf(" fragment %s on %s %s", name, on.Name, set())
		spread := "..." + name
		if g.chance(20) {
			return spread + g.directives(50) + " " + spread + g.directives(50)
		}
		return spread + g.directives(15)
	}
	if on == def && g.chance(50) {
		return "..." + g.directives(60) + " " + set()
	}
	return "... on " + on.Name + g.directives(15) + " " + set()
}

func (g *queryGenerator) condition(def *ast.Definition) *ast.Definition {
	if g.chance(10) {
		return def
	}
	possible := g.api.GetPossibleTypes(def)
	if len(possible) == 0 {
		return def
	}
	member := sorted(possible)[g.rng.IntN(len(possible))]
	if wider := g.api.GetImplements(member); len(wider) > 0 && g.chance(30) {
		return sorted(wider)[g.rng.IntN(len(wider))]
	}
	return member
}

func (g *queryGenerator) directives(percent int) string {
	if !g.chance(percent) {
		return ""
	}
	var out strings.Builder
	for _, name := range []string{" @skip", " @include"} {
		if g.chance(60) {
			fmt.Fprintf(&out, "%s(if: %s)", name, g.ifValue(name == " @skip"))
		}
	}
	return out.String()
}

// ifValue draws a condition that mostly keeps its field.
func (g *queryGenerator) ifValue(skip bool) string {
	keep := g.chance(70)
	value := keep != skip
	if g.chance(30) {
		return fmt.Sprint(value)
	}
	name := fmt.Sprintf("b%d", g.rng.IntN(2))
	if value {
		name = "t" + name
	}
	switch {
	case g.types[name] != "":
	case g.chance(30):
		g.types[name] = fmt.Sprintf("Boolean = %t", value)
	default:
		g.types[name] = "Boolean!"
		g.variables[name] = value
	}
	return "$" + name
}

func (g *queryGenerator) arguments(f *ast.FieldDefinition) string {
	var out []string
	for _, a := range f.Arguments {
		required := a.Type.NonNull && a.DefaultValue == nil
		if !required && g.chance(40) {
			continue
		}
		literal, value := g.input(a.Type, 0)
		if g.chance(40) && literal != "null" {
			literal = "$" + g.variable(a.Type, literal, value)
		}
		out = append(out, a.Name+": "+literal)
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// variable declares a variable with a value. One for a non-null position may be nullable when it has a default (§5.8.5).
func (g *queryGenerator) variable(t *ast.Type, literal string, value any) string {
	name := g.name("v")
	g.types[name] = t.String()
	if t.NonNull && g.chance(40) {
		g.types[name] = strings.TrimSuffix(t.String(), "!") + " = " + literal
		if g.chance(50) {
			return name
		}
	}
	g.variables[name] = value
	return name
}

// input draws a value of an input type, as GraphQL text and as JSON.
func (g *queryGenerator) input(t *ast.Type, depth int) (string, any) {
	if !t.NonNull && g.chance(10) {
		return "null", nil
	}
	if t.Elem != nil {
		var texts []string
		values := []any{}
		for range g.rng.IntN(3) {
			text, value := g.input(t.Elem, depth)
			texts, values = append(texts, text), append(values, value)
		}
		return "[" + strings.Join(texts, ", ") + "]", values
	}
	def := g.api.Types[t.NamedType]
	switch def.Kind {
	case ast.Enum:
		v := def.EnumValues[g.rng.IntN(len(def.EnumValues))].Name
		return v, v
	case ast.InputObject:
		return g.inputObject(def, depth)
	default: // a scalar
	}
	n := g.rng.IntN(4)
	switch def.Name {
	case "Int":
		return fmt.Sprint(n), n
	case "Float":
		return fmt.Sprintf("%d.5", n), float64(n) + 0.5
	case "Boolean":
		return fmt.Sprint(n > 1), n > 1
	default:
		s := fmt.Sprintf("s%d", n)
		return `"` + s + `"`, s
	}
}

func (g *queryGenerator) inputObject(def *ast.Definition, depth int) (string, any) {
	var texts []string
	values := map[string]any{}
	for _, f := range def.Fields {
		if !f.Type.NonNull && (depth > 2 || g.chance(50)) {
			continue
		}
		text, value := g.input(f.Type, depth+1)
		texts = append(texts, f.Name+": "+text)
		values[f.Name] = value
	}
	return "{" + strings.Join(texts, ", ") + "}", values
}
