package mcp

import (
	"fmt"
	"strings"
)

// builtins are the tools that the configuration offers.
func (s *Server) builtins() []*tool {
	ways := "query, or document_id"
	if s.cfg.DocumentsEnforced {
		ways = "document_id: only trusted documents run here"
	}
	all := []*tool{{
		name: ToolSearch, title: "Search the schema", readOnly: true, run: s.search,
		description: "Finds the fields of the GraphQL API that match keywords. Returns, best first, each field with the path that reaches it from a root type, and the part of the schema (SDL) needed to write the query: arguments, input types, enum values. Start here; one search with several keywords beats several searches.",
		schema: schemaOf([]string{"keywords"},
			property("keywords", `"type":"array","items":{"type":"string"},"minItems":1`, `Words or short phrases for what is wanted, for example ["pull request", "reviewer"].`),
			s.tokensProperty(s.cfg.MaxTokens.Search),
			knownTypesProperty),
	}, {
		name: ToolIntrospect, title: "Read types of the schema", readOnly: true, run: s.introspect,
		description: "Returns the SDL of types or of single fields of the GraphQL API. Use it for what search left out.",
		schema: schemaOf([]string{"types"},
			property("types", `"type":"array","items":{"type":"string"},"minItems":1`, `Names of types ("User") or coordinates ("User.posts").`),
			property("depth", fmt.Sprintf(`"type":"integer","minimum":0,"maximum":%d`, maxDepth), "How many steps to follow to the types that these refer to. Default 0."),
			s.tokensProperty(s.cfg.MaxTokens.Introspect),
			knownTypesProperty),
	}, {
		name: ToolExecute, title: "Run a GraphQL query", readOnly: true, openWorld: true, run: s.executeTool(true),
		description: "Runs a GraphQL query and returns its JSON. Read-only: " + s.mutationWay() + " Pass " + ways + ". When something is wrong the answer says how to correct it. Lists that are too long lose their tail, which extensions.truncated tells.",
		schema:      s.executeSchema(),
	}, {
		name: ToolMutate, title: "Run a GraphQL mutation", destructive: true, openWorld: true, run: s.executeTool(false),
		description: "Runs a GraphQL mutation, which changes data, and returns its JSON. Takes what execute takes; use dry_run first when in doubt.",
		schema:      s.executeSchema(),
	}}
	var out []*tool
	for _, t := range all {
		if s.cfg.offers(t.name) {
			out = append(out, t)
		}
	}
	return out
}

// mutationWay says how mutations are run here, if at all.
func (s *Server) mutationWay() string {
	if s.cfg.ExecuteMutations {
		return "mutations are run by the tool mutate."
	}
	return "mutations are switched off here ([mcp] execute_mutations = false)."
}

// executeSchema has no query where only trusted documents run.
func (s *Server) executeSchema() []byte {
	properties := []string{
		property("query", `"type":"string"`, "GraphQL document with the operation to run. Declare variables instead of writing values into it."),
		property("document_id", `"type":"string"`, "Id of a trusted document, in the place of query."),
		property("variables", `"type":"object","additionalProperties":true`, "Values of the operation's variables."),
		property("operationName", `"type":"string"`, "The operation to run, when the document has several."),
		property("dry_run", `"type":"boolean"`, "Only judge the operation: validity, limits, subgraph requests, scopes, deprecated fields."),
		s.tokensProperty(s.cfg.MaxTokens.Execute),
	}
	if s.cfg.DocumentsEnforced {
		return schemaOf([]string{"document_id"}, properties[1:]...)
	}
	return schemaOf(nil, properties...)
}

func (s *Server) tokensProperty(limit int) string {
	return property("max_tokens", `"type":"integer","minimum":1`, fmt.Sprintf("The most tokens that the answer may take. Default, and at most, %d.", limit))
}

var knownTypesProperty = property("known_types", `"type":"array","items":{"type":"string"}`, "Types that you have seen already and that need not be sent again.")

// schemaOf writes the JSON Schema of an arguments object. It keeps to what every
// client accepts: an object at the root, one type per property, no combinators.
func schemaOf(required []string, properties ...string) []byte {
	var b strings.Builder
	b.WriteString(`{"type":"object","properties":{` + strings.Join(properties, ",") + `}`)
	if len(required) > 0 {
		b.WriteString(`,"required":["` + strings.Join(required, `","`) + `"]`)
	}
	b.WriteString(`,"additionalProperties":false}`)
	return []byte(b.String())
}
