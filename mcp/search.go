package mcp

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/mcp/search"
)

func (s *Server) search(ctx context.Context, args []byte, _ http.Header) result {
	a, err := parseArguments(args, searchArguments)
	if err != nil {
		return errorText(err.Error())
	}
	if len(a.keywords) == 0 {
		return errorText(`Argument "keywords" is empty: pass words for what is wanted.`)
	}
	v := s.deps.Schemas.Schema(ctx)
	found := v.Index.Search(search.Query{
		Keywords: a.keywords, MaxTokens: budget(a.maxTokens, s.cfg.MaxTokens.Search), KnownTypes: a.knownTypes,
		Hidden: s.callable(v), HiddenDocument: s.callableDocuments(v),
	})
	return text(found.Text)
}

func (s *Server) introspect(ctx context.Context, args []byte, _ http.Header) result {
	a, err := parseArguments(args, introspectArguments)
	if err != nil {
		return errorText(err.Error())
	}
	if len(a.types) == 0 {
		return errorText(`Argument "types" is empty: pass names of types or coordinates.`)
	}
	v := s.deps.Schemas.Schema(ctx)
	note := s.rootNote(v, a.types)
	found := v.Index.Introspect(search.IntrospectQuery{
		Types: a.types, Depth: a.depth, KnownTypes: a.knownTypes, Hidden: v.Hidden,
		MaxTokens: budget(a.maxTokens, s.cfg.MaxTokens.Introspect) - search.EstimateTokens(note),
	})
	res := text(note + found.Text)
	res.isError = !slices.ContainsFunc(a.types, v.knows)
	return res
}

// rootNote says of a root that was asked for that its operations are not run here.
func (s *Server) rootNote(v View, types []string) string {
	asked := func(root *ast.Definition) bool {
		return root != nil && slices.ContainsFunc(types, func(name string) bool { return typeOf(name) == root.Name && v.knows(name) })
	}
	switch {
	case asked(v.Schema.Mutation) && !s.cfg.ExecuteMutations:
		return "# Mutations are switched off here ([mcp] execute_mutations = false).\n"
	case asked(v.Schema.Subscription):
		return "# No tool runs subscriptions.\n"
	}
	return ""
}

// callable is what search hides: beside what the caller may not see, the roots
// whose operations no tool runs. Naming them would have an agent try.
func (s *Server) callable(v View) search.Hidden {
	var mutation, subscription string
	if v.Schema.Mutation != nil && !s.cfg.ExecuteMutations {
		mutation = v.Schema.Mutation.Name
	}
	if v.Schema.Subscription != nil {
		subscription = v.Schema.Subscription.Name
	}
	if mutation == "" && subscription == "" {
		return v.Hidden
	}
	return func(typeName, member string) bool {
		return typeName != "" && (typeName == mutation || typeName == subscription) || v.hidden(typeName, member)
	}
}

// callableDocuments is callable for documents.
func (s *Server) callableDocuments(v View) func(name string) bool {
	if len(s.unoffered) == 0 {
		return v.HiddenDocument
	}
	return func(name string) bool {
		return s.unoffered[name] || v.HiddenDocument != nil && v.HiddenDocument(name)
	}
}

// knows reports whether a name or coordinate starts with a type that the caller sees.
func (v View) knows(name string) bool {
	name = typeOf(name)
	return v.Schema.Types[name] != nil && !v.hidden(name, "")
}

// typeOf is the type of a coordinate, or of a page of a type.
func typeOf(name string) string {
	if i := strings.IndexAny(name, ".#"); i >= 0 {
		return name[:i]
	}
	return name
}

// budget is what a call gets of a limit: what it asks for, between minTokens
// and the limit.
func budget(asked, limit int) int {
	if asked == 0 {
		return limit
	}
	return min(max(asked, minTokens), limit)
}
