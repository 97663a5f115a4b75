package mcp

import (
	"context"
	"net/http"
	"slices"
	"strings"

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
		Hidden: v.Hidden, HiddenDocument: v.HiddenDocument,
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
	found := v.Index.Introspect(search.IntrospectQuery{
		Types: a.types, Depth: a.depth, MaxTokens: budget(a.maxTokens, s.cfg.MaxTokens.Introspect), KnownTypes: a.knownTypes, Hidden: v.Hidden,
	})
	res := text(found.Text)
	res.isError = !slices.ContainsFunc(a.types, v.knows)
	return res
}

// knows reports whether a name or coordinate starts with a type that the caller sees.
func (v View) knows(name string) bool {
	if i := strings.IndexAny(name, ".#"); i >= 0 { // a coordinate, or a page of a type
		name = name[:i]
	}
	return v.Schema.Types[name] != nil && !v.hidden(name, "")
}

// budget is what a call gets of a limit: what it asks for, between minTokens
// and the limit.
func budget(asked, limit int) int {
	if asked == 0 {
		return limit
	}
	return min(max(asked, minTokens), limit)
}
