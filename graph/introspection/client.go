package introspection

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Query asks a GraphQL server for its whole schema, deprecated elements included. SDL reads the answer. It uses only what servers of the
// October 2021 edition know; QueryFor asks each server for as much as it can tell.
var Query = features{specifiedBy: true, repeatable: true}.query()

// Probe asks a server what its introspection types have. QueryFor reads the answer.
const Probe = `query Probe{type:__type(name:"__Type"){...Members}field:__type(name:"__Field"){...Members}` +
	`input:__type(name:"__InputValue"){...Members}directive:__type(name:"__Directive"){...Members}}` +
	`fragment Members on __Type{fields{name args{name}}}`

// features are the parts of introspection that not every server has.
type features struct {
	specifiedBy, repeatable bool // GraphQL October 2021
	oneOf                   bool // GraphQL September 2025
	deprecatedInputs        bool // GraphQL September 2025: on arguments and input fields
}

// QueryFor returns the query for the whole schema that a server understands, given its answer to Probe: the "data" member, or the whole
// response. Without an answer that can be read it asks for no more than every server has.
func QueryFor(probe []byte) string {
	type members struct {
		Fields []struct {
			Name string
			Args []struct{ Name string }
		}
	}
	type probeJSON struct{ Type, Field, Input, Directive *members }
	var envelope struct {
		Data *probeJSON
		probeJSON
	}
	if json.Unmarshal(probe, &envelope) != nil {
		return features{}.query()
	}
	found := envelope.probeJSON
	if envelope.Data != nil {
		found = *envelope.Data
	}
	has := func(m *members, field, arg string) bool {
		if m == nil {
			return false
		}
		for _, f := range m.Fields {
			if f.Name == field {
				return arg == "" || slices.ContainsFunc(f.Args, func(a struct{ Name string }) bool { return a.Name == arg })
			}
		}
		return false
	}
	const includeDeprecated = "includeDeprecated"
	return features{
		specifiedBy: has(found.Type, "specifiedByURL", ""),
		repeatable:  has(found.Directive, "isRepeatable", ""),
		oneOf:       has(found.Type, "isOneOf", ""),
		deprecatedInputs: has(found.Input, "isDeprecated", "") && has(found.Type, "inputFields", includeDeprecated) &&
			has(found.Field, "args", includeDeprecated) && has(found.Directive, "args", includeDeprecated),
	}.query()
}

func (f features) query() string {
	when := func(on bool, text string) string {
		if on {
			return text
		}
		return ""
	}
	all := when(f.deprecatedInputs, "(includeDeprecated:true)")
	return `query Introspection{__schema{queryType{name}mutationType{name}subscriptionType{name}` +
		`types{kind name description` + when(f.specifiedBy, " specifiedByURL") + when(f.oneOf, " isOneOf") +
		` fields(includeDeprecated:true){name description args` + all + `{...Input}type{...Ref}isDeprecated deprecationReason}` +
		`inputFields` + all + `{...Input}interfaces{name}enumValues(includeDeprecated:true){name description isDeprecated deprecationReason}possibleTypes{name}}` +
		`directives{name description` + when(f.repeatable, " isRepeatable") + ` locations args` + all + `{...Input}}}}` +
		`fragment Input on __InputValue{name description type{...Ref}defaultValue` + when(f.deprecatedInputs, " isDeprecated deprecationReason") + `}` +
		`fragment Ref on __Type{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name}}}}}}}}`
}

// The introspection types of the specification (GraphQL September 2025 §4.2 Schema Introspection Schema), as far as Query asks.
type (
	schemaJSON struct {
		QueryType, MutationType, SubscriptionType *struct{ Name string }
		Types                                     []typeJSON
		Directives                                []directiveJSON
	}
	typeJSON struct {
		Kind, Name, Description string
		SpecifiedByURL          string
		IsOneOf                 bool
		Fields                  []fieldJSON
		InputFields             []inputJSON
		Interfaces              []struct{ Name string }
		EnumValues              []valueJSON
		PossibleTypes           []struct{ Name string }
	}
	fieldJSON struct {
		Name, Description string
		Args              []inputJSON
		Type              refJSON
		IsDeprecated      bool
		DeprecationReason string
	}
	inputJSON struct {
		Name, Description string
		Type              refJSON
		DefaultValue      *string
		IsDeprecated      bool
		DeprecationReason string
	}
	valueJSON struct {
		Name, Description string
		IsDeprecated      bool
		DeprecationReason string
	}
	directiveJSON struct {
		Name, Description string
		IsRepeatable      bool
		Locations         []string
		Args              []inputJSON
	}
	refJSON struct {
		Kind, Name string
		OfType     *refJSON
	}
)

// SDL writes the schema that a server's answer to Query describes: data is the "data" member, or the whole response. Built-in scalars,
// directives and introspection types are left out.
func SDL(data []byte) (string, error) {
	var envelope struct {
		Data *struct {
			Schema *schemaJSON `json:"__schema"`
		}
		Schema *schemaJSON `json:"__schema"`
	}
	if err := json.Unmarshal(data, &envelope); err != nil {
		return "", fmt.Errorf("introspection result: %w", err)
	}
	s := envelope.Schema
	if s == nil && envelope.Data != nil {
		s = envelope.Data.Schema
	}
	if s == nil || s.QueryType == nil {
		return "", fmt.Errorf("introspection result: it has no __schema with a queryType")
	}
	w := sdlWriter{}
	w.schema(s)
	for i := range s.Directives {
		if !builtinDirectives[s.Directives[i].Name] {
			w.directive(&s.Directives[i])
		}
	}
	for i := range s.Types {
		if t := &s.Types[i]; !builtinScalars[t.Name] && !strings.HasPrefix(t.Name, "__") {
			w.typ(t)
		}
	}
	return w.b.String(), nil
}

var (
	builtinDirectives = map[string]bool{"skip": true, "include": true, "deprecated": true, "specifiedBy": true, "oneOf": true, "defer": true}
	builtinScalars    = map[string]bool{"Int": true, "Float": true, "String": true, "Boolean": true, "ID": true}
)

type sdlWriter struct{ b strings.Builder }

func (w *sdlWriter) schema(s *schemaJSON) {
	w.b.WriteString("schema {\n  query: " + s.QueryType.Name + "\n")
	if s.MutationType != nil {
		w.b.WriteString("  mutation: " + s.MutationType.Name + "\n")
	}
	if s.SubscriptionType != nil {
		w.b.WriteString("  subscription: " + s.SubscriptionType.Name + "\n")
	}
	w.b.WriteString("}\n")
}

func (w *sdlWriter) directive(d *directiveJSON) {
	w.b.WriteByte('\n')
	w.description(d.Description, "")
	w.b.WriteString("directive @" + d.Name)
	w.args(d.Args)
	if d.IsRepeatable {
		w.b.WriteString(" repeatable")
	}
	w.b.WriteString(" on " + strings.Join(d.Locations, " | ") + "\n")
}

func (w *sdlWriter) typ(t *typeJSON) {
	w.b.WriteByte('\n')
	w.description(t.Description, "")
	switch t.Kind {
	case "SCALAR":
		w.b.WriteString("scalar " + t.Name)
		if t.SpecifiedByURL != "" {
			w.b.WriteString(" @specifiedBy(url: " + quote(t.SpecifiedByURL) + ")")
		}
		w.b.WriteByte('\n')
	case "UNION":
		w.b.WriteString("union " + t.Name + " = " + names(t.PossibleTypes, " | ") + "\n")
	case "ENUM":
		w.b.WriteString("enum " + t.Name + " {\n")
		for _, v := range t.EnumValues {
			w.description(v.Description, "  ")
			w.b.WriteString("  " + v.Name)
			w.deprecated(v.IsDeprecated, v.DeprecationReason)
			w.b.WriteByte('\n')
		}
		w.b.WriteString("}\n")
	case "INPUT_OBJECT":
		w.b.WriteString("input " + t.Name)
		if t.IsOneOf {
			w.b.WriteString(" @oneOf")
		}
		w.b.WriteString(" {\n")
		for i := range t.InputFields {
			w.description(t.InputFields[i].Description, "  ")
			w.b.WriteString("  ")
			w.input(&t.InputFields[i])
			w.b.WriteByte('\n')
		}
		w.b.WriteString("}\n")
	case "OBJECT", "INTERFACE":
		w.b.WriteString(map[string]string{"OBJECT": "type ", "INTERFACE": "interface "}[t.Kind] + t.Name)
		if len(t.Interfaces) > 0 {
			w.b.WriteString(" implements " + names(t.Interfaces, " & "))
		}
		w.b.WriteString(" {\n")
		for i := range t.Fields {
			f := &t.Fields[i]
			w.description(f.Description, "  ")
			w.b.WriteString("  " + f.Name)
			w.args(f.Args)
			w.b.WriteString(": " + f.Type.text())
			w.deprecated(f.IsDeprecated, f.DeprecationReason)
			w.b.WriteByte('\n')
		}
		w.b.WriteString("}\n")
	}
}

func (w *sdlWriter) args(args []inputJSON) {
	if len(args) == 0 {
		return
	}
	w.b.WriteByte('(')
	for i := range args {
		if i > 0 {
			w.b.WriteString(", ")
		}
		if args[i].Description != "" {
			w.b.WriteString(quote(args[i].Description) + " ")
		}
		w.input(&args[i])
	}
	w.b.WriteByte(')')
}

func (w *sdlWriter) input(in *inputJSON) {
	w.b.WriteString(in.Name + ": " + in.Type.text())
	if in.DefaultValue != nil {
		w.b.WriteString(" = " + *in.DefaultValue)
	}
	w.deprecated(in.IsDeprecated, in.DeprecationReason)
}

func (w *sdlWriter) deprecated(is bool, reason string) {
	if !is {
		return
	}
	w.b.WriteString(" @deprecated")
	if reason != "" {
		w.b.WriteString("(reason: " + quote(reason) + ")")
	}
}

func (w *sdlWriter) description(text, indent string) {
	if text != "" {
		w.b.WriteString(indent + quote(text) + "\n")
	}
}

// quote writes a GraphQL string; its escapes are those of JSON (GraphQL September 2025 §2.9.4 String Value).
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

func (r *refJSON) text() string {
	switch {
	case r.OfType == nil:
		return r.Name
	case r.Kind == "NON_NULL":
		return r.OfType.text() + "!"
	default:
		return "[" + r.OfType.text() + "]"
	}
}

func names(list []struct{ Name string }, separator string) string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].Name
	}
	return strings.Join(out, separator)
}
