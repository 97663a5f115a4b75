package mcp

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// variablesSchema writes the JSON Schema of an operation's variables, which is
// the input schema of a document tool. A variable is described by described, or
// else the operation (GraphQL September 2025 §2.10), or else by the argument that
// it is passed to. Order is that of the document and of the schema, so the text
// is stable.
func variablesSchema(s *ast.Schema, op *ast.OperationDefinition, described map[string]string) []byte {
	w := schemaWriter{schema: s, shared: map[string]bool{}}
	seen := map[string]int{}
	for _, v := range op.VariableDefinitions {
		w.count(s.Types[v.Type.Name()], seen)
	}
	uses := argumentUses(op)
	var properties, required []string
	for _, v := range op.VariableDefinitions {
		properties = append(properties, quote(v.Variable)+":"+w.value(v.Type, or(or(described[v.Variable], v.Description), uses[v.Variable]), v.DefaultValue))
		if v.Type.NonNull && v.DefaultValue == nil {
			required = append(required, v.Variable)
		}
	}
	return []byte(object(properties, required, "", w.definitions()))
}

// schemaWriter turns input types into JSON Schema. An input object that is
// used more than once, or within itself, stands in $defs; others stand where
// they are used, which every client can read.
type schemaWriter struct {
	schema *ast.Schema
	shared map[string]bool
	order  []string // shared types in the order they were met
}

// count finds the shared input objects: those met twice.
func (w *schemaWriter) count(def *ast.Definition, seen map[string]int) {
	if def == nil || def.Kind != ast.InputObject {
		return
	}
	seen[def.Name]++
	if seen[def.Name] > 1 {
		if !w.shared[def.Name] {
			w.shared[def.Name] = true
			w.order = append(w.order, def.Name)
		}
		return
	}
	for _, f := range def.Fields {
		w.count(w.schema.Types[f.Type.Name()], seen)
	}
}

func (w *schemaWriter) definitions() string {
	if len(w.order) == 0 {
		return ""
	}
	var out []string
	for _, name := range w.order {
		out = append(out, quote(name)+":"+w.input(w.schema.Types[name], ""))
	}
	return `"$defs":{` + strings.Join(out, ",") + `}`
}

// value writes the schema of one type. Null is not offered where GraphQL would
// take it: leaving the property out means the same, and clients differ on
// lists of types.
func (w *schemaWriter) value(t *ast.Type, description string, fallback *ast.Value) string {
	var parts []string
	if t.Elem != nil {
		parts = append(parts, `"type":"array"`, `"items":`+w.value(t.Elem, "", nil))
	} else {
		def := w.schema.Types[t.NamedType]
		switch {
		case def == nil:
		case w.shared[def.Name]:
			parts = append(parts, `"$ref":`+quote("#/$defs/"+def.Name))
		case def.Kind == ast.InputObject:
			return w.input(def, description)
		case def.Kind == ast.Enum:
			parts = append(parts, enumParts(def)...)
			description = or(description, def.Description)
		default:
			parts = append(parts, scalarParts(def, &description)...)
		}
	}
	if description != "" {
		parts = append(parts, `"description":`+quote(description))
	}
	if fallback != nil {
		if v, err := fallback.Value(nil); err == nil && v != nil {
			if text, err := json.Marshal(v); err == nil {
				parts = append(parts, `"default":`+string(text))
			}
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// input writes the schema of an input object. @oneOf is said with property
// counts, since several clients refuse combinators.
func (w *schemaWriter) input(def *ast.Definition, description string) string {
	var properties, required []string
	for _, f := range def.Fields {
		properties = append(properties, quote(f.Name)+":"+w.value(f.Type, f.Description, f.DefaultValue))
		if f.Type.NonNull && f.DefaultValue == nil {
			required = append(required, f.Name)
		}
	}
	description = or(description, def.Description)
	var extra []string
	if def.Directives.ForName("oneOf") != nil {
		extra = append(extra, `"minProperties":1,"maxProperties":1`)
		description = strings.TrimSpace(description + " Exactly one of the properties.")
	}
	return object(properties, required, description, extra...)
}

func object(properties, required []string, description string, extra ...string) string {
	parts := []string{`"type":"object"`, `"properties":{` + strings.Join(properties, ",") + `}`}
	if len(required) > 0 {
		parts = append(parts, `"required":[`+strings.Join(quoteAll(required), ",")+`]`)
	}
	parts = append(parts, `"additionalProperties":false`)
	for _, e := range extra {
		if e != "" {
			parts = append(parts, e)
		}
	}
	if description != "" {
		parts = append(parts, `"description":`+quote(description))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func enumParts(def *ast.Definition) []string {
	var values []string
	for _, v := range def.EnumValues {
		values = append(values, v.Name)
	}
	return []string{`"type":"string"`, `"enum":[` + strings.Join(quoteAll(values), ",") + `]`}
}

// scalars maps scalars by name: the built-in ones by GraphQL October 2021 §3.5,
// custom ones by common use. A custom scalar that is not here takes any value.
var scalars = map[string]string{
	"Int": `"type":"integer"`, "Float": `"type":"number"`, "String": `"type":"string"`, "Boolean": `"type":"boolean"`, "ID": `"type":"string"`,
	"DateTime": `"type":"string","format":"date-time"`, "Date": `"type":"string","format":"date"`, "Time": `"type":"string","format":"time"`,
	"Duration": `"type":"string","format":"duration"`, "UUID": `"type":"string","format":"uuid"`, "URI": `"type":"string","format":"uri"`,
	"URL": `"type":"string","format":"uri"`, "EmailAddress": `"type":"string","format":"email"`, "Email": `"type":"string","format":"email"`,
	"JSONObject": `"type":"object","additionalProperties":true`,
}

func scalarParts(def *ast.Definition, description *string) []string {
	if !def.BuiltIn {
		note := or(def.Description, "The scalar "+def.Name+".")
		if d := def.Directives.ForName("specifiedBy"); d != nil && d.Arguments.ForName("url") != nil {
			note += " See " + d.Arguments.ForName("url").Value.Raw
		}
		*description = strings.TrimSpace(*description + " " + note)
	}
	if known, ok := scalars[def.Name]; ok {
		return []string{known}
	}
	return nil
}

// argumentUses maps each variable to the description of the argument that it is
// first passed to; op has been validated.
func argumentUses(op *ast.OperationDefinition) map[string]string {
	out := map[string]string{}
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				for _, a := range s.Arguments {
					if a.Value.Kind == ast.Variable && out[a.Value.Raw] == "" && s.Definition != nil {
						if def := s.Definition.Arguments.ForName(a.Name); def != nil {
							out[a.Value.Raw] = def.Description
						}
					}
				}
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if s.Definition != nil {
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(op.SelectionSet)
	return out
}

// property writes one member of a schema's properties.
func property(name, keywords, description string) string {
	return quote(name) + ":{" + keywords + `,"description":` + quote(description) + "}"
}

func quote(s string) string { return string(rawjson.AppendQuoted(nil, s)) }

func quoteAll(list []string) []string {
	out := slices.Clone(list)
	for i := range out {
		out[i] = quote(out[i])
	}
	return out
}
