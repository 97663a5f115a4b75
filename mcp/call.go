package mcp

import (
	"context"
	"net/http"
	"time"

	mcpgo "github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// tool is one entry of tools/list with what answers its calls.
type tool struct {
	name, title, description string
	schema                   []byte                // JSON Schema 2020-12 of the arguments
	readOnly                 bool                  // changes nothing
	destructive              bool                  // may change what is there
	openWorld                bool                  // reaches beyond the schema
	document                 *Document             // that it runs; nil for a built-in tool
	added                    *mcpserver.ServerTool // mcp-go runs it; nil for tools of ours
	run                      func(ctx context.Context, arguments []byte, h http.Header) result
}

// annotations states all four hints, since a missing one means its default,
// which is the worst case: MCP, Tools, ToolAnnotations.
func (t *tool) annotations() mcpgo.ToolAnnotation {
	return mcpgo.ToolAnnotation{
		Title:           t.title,
		ReadOnlyHint:    new(t.readOnly),
		DestructiveHint: new(t.destructive),
		IdempotentHint:  new(t.readOnly),
		OpenWorldHint:   new(t.openWorld),
	}
}

// restricted reports whether the tool is there for some callers only.
func (t *tool) restricted() bool { return t.document != nil && t.document.Restricted }

// called returns the tool that a message calls, or nil when it calls none. A
// tool that the caller may not see is as unknown as one that there is not: MCP,
// Tools, Error Handling.
func (s *Server) called(ctx context.Context, m *message) (*tool, *rpcError) {
	if m.id == nil || m.reply || m.method != string(mcpgo.MethodToolsCall) {
		return nil, nil
	}
	if rawjson.KindOf(m.name) == rawjson.String {
		t := s.tools[rawjson.Text(m.name)]
		if t != nil && !(t.restricted() && s.deps.Schemas.Schema(ctx).hiddenDocument(t.document)) {
			return t, nil
		}
	}
	return nil, badRequest(codeInvalidParams, "unknown tool")
}

// call runs a tool. Whatever happens within ends as a result.
func (s *Server) call(ctx context.Context, t *tool, arguments []byte, h http.Header) (res result) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, s.cfg.CallTimeout)
	defer cancel()
	defer func() {
		if s.deps.Observe != nil {
			s.deps.Observe(ctx, CallStats{Tool: t.name, Duration: time.Since(start), IsError: res.isError, Cut: res.cut, Tokens: res.tokens()})
		}
	}()
	defer s.recoverInto(ctx, func(text string) { res = errorText(text) })
	switch rawjson.KindOf(arguments) {
	case rawjson.Invalid, rawjson.Null: // none given
		arguments = []byte("{}")
	case rawjson.Object:
	case rawjson.Bool, rawjson.Number, rawjson.String, rawjson.Array:
		return errorText("arguments must be an object, not " + rawjson.KindOf(arguments).String() + ".")
	}
	return t.run(ctx, arguments, h)
}
