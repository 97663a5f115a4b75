package mcp

import (
	"context"
	"net/http"
	"slices"
	"strings"
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
	return text(v.Index.Search(a.keywords, v.window(a, s.cfg.MaxTokens.Search)))
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
	res := text(v.Index.Introspect(a.types, a.depth, v.window(a, s.cfg.MaxTokens.Introspect)))
	res.isError = !slices.ContainsFunc(a.types, v.knows)
	return res
}

// window is the part of the budget and of the schema that a call may see.
func (v View) window(a arguments, limit int) Window {
	return Window{MaxTokens: budget(a.maxTokens, limit), KnownTypes: a.knownTypes, Hidden: v.Hidden}
}

// knows reports whether a name or coordinate starts with a type that the caller sees.
func (v View) knows(name string) bool {
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "@"), ".")
	return (v.Schema.Types[name] != nil || v.Schema.Directives[name] != nil) && !v.hidden(name, "")
}

// budget is what a call gets of a limit: what it asks for, between minTokens
// and the limit.
func budget(asked, limit int) int {
	if asked == 0 {
		return limit
	}
	return min(max(asked, minTokens), limit)
}
