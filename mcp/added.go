package mcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	mcpgo "github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// addTools takes in the tools of the program that embeds the server. mcp-go
// answers their calls, after the checks that every message passes.
func (s *Server) addTools() error {
	var errs []error
	for i := range s.deps.Tools {
		added := &s.deps.Tools[i]
		name := added.Tool.Name
		switch {
		case !validToolName(name):
			errs = append(errs, fmt.Errorf("tool %q: %w", name, errToolName))
		case s.tools[name] != nil || reserved(name):
			errs = append(errs, fmt.Errorf("tool %q: %w", name, errNameTaken))
		case added.Handler == nil:
			errs = append(errs, fmt.Errorf("tool %q: it has no handler", name))
		default:
			s.tools[name] = &tool{name: name, added: added}
		}
	}
	return errors.Join(errs...)
}

// handler runs an added tool as ours are run: within the time of a call, and
// without the text of an error or panic reaching the caller.
func (s *Server) handler(t *tool) mcpserver.ToolHandlerFunc {
	return func(ctx context.Context, req mcpgo.CallToolRequest) (res *mcpgo.CallToolResult, err error) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(ctx, s.cfg.CallTimeout)
		defer cancel()
		defer func() {
			if s.deps.Observe != nil {
				s.deps.Observe(ctx, CallStats{Tool: t.name, Duration: time.Since(start), IsError: res.IsError})
			}
		}()
		defer s.recoverInto(ctx, func(text string) { res, err = mcpgo.NewToolResultError(text), nil })
		res, err = t.added.Handler(ctx, req)
		if err != nil || res == nil {
			id := correlationID()
			s.deps.Logger.ErrorContext(ctx, "mcp: an added tool failed", slog.String("tool", t.name), slog.String("correlation_id", id), slog.Any("error", err))
			return mcpgo.NewToolResultError("internal error, correlation id " + id), nil
		}
		return res, nil
	}
}

// checkParameters holds arguments against the headers that repeat them: MCP
// 2026-07-28, Transports, Custom Headers from Tool Parameters. Tools of ours ask
// for none.
func (t *tool) checkParameters(m *message, h http.Header) *rpcError {
	if t.added == nil {
		return nil
	}
	sent := func(name string) (string, bool) { return h.Get(name), len(h.Values(name)) > 0 }
	if mcpgo.ValidateParamHeadersLookup(sent, &t.added.Tool, m.params) != nil {
		return badRequest(codeHeaderMismatch, "header mismatch: an Mcp-Param header is missing, malformed or differs from its argument")
	}
	return nil
}
