package mcp

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	mcpgo "github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// Server is one MCP endpoint. It is immutable and safe for concurrent use.
type Server struct {
	cfg        Config
	deps       Deps
	tools      map[string]*tool
	documents  map[string]*Document // by id
	lib        *mcpserver.MCPServer
	http       http.Handler
	modernTail []byte // what revision 2026-07-28 adds to the result of a tool call
}

//go:embed icon.png
var iconPNG []byte

// New builds an endpoint. The error joins every problem of cfg and of the
// documents that are to be tools.
func New(cfg Config, deps Deps) (*Server, error) {
	if deps.Executor == nil || deps.Schemas == nil || deps.Logger == nil {
		return nil, errors.New("mcp: Executor, Schemas and Logger are required")
	}
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("mcp: %w", err)
	}
	s := &Server{cfg: cfg, deps: deps, tools: map[string]*tool{}, documents: map[string]*Document{}}
	for i := range deps.Documents {
		s.documents[deps.Documents[i].ID] = &deps.Documents[i]
	}
	for _, t := range s.builtins() {
		s.tools[t.name] = t
	}
	if err := s.addDocumentTools(); err != nil {
		return nil, fmt.Errorf("mcp: %w", err)
	}
	s.modernTail, err = modernTail(cfg)
	if err != nil {
		return nil, fmt.Errorf("mcp: %w", err)
	}
	s.openLibrary()
	return s, nil
}

// openLibrary sets mcp-go up. The options are what makes it safe: stateless,
// since a session would be shared by all; without streaming, since any GET
// would read the notifications of others; without logging, whose level is
// shared too; and without listChanged, so that a listen stream ends at once and
// does not hold up a shutdown.
func (s *Server) openLibrary() {
	icon := mcpgo.Icon{Src: "data:image/png;base64," + base64.StdEncoding.EncodeToString(iconPNG), MIMEType: "image/png", Sizes: []string{"48x48"}}
	s.lib = mcpserver.NewMCPServer(s.cfg.Name, s.cfg.Version,
		mcpserver.WithTitle(s.cfg.Title),
		mcpserver.WithDescription(s.cfg.Description),
		mcpserver.WithWebsiteURL(s.cfg.WebsiteURL),
		mcpserver.WithIcons(icon),
		mcpserver.WithInstructions(s.instructions()),
		mcpserver.WithToolCapabilities(false),
		mcpserver.WithCacheHints(s.cfg.ListTTL.Milliseconds(), mcpgo.CacheScopePrivate),
	)
	for _, t := range s.tools {
		def := mcpgo.NewToolWithRawSchema(t.name, t.description, t.schema)
		def.Title, def.Icons, def.Annotations = t.title, []mcpgo.Icon{icon}, t.annotations()
		s.lib.AddTool(def, answeredElsewhere)
	}
	s.http = mcpserver.NewStreamableHTTPServer(s.lib,
		mcpserver.WithStateLess(true),
		mcpserver.WithDisableStreaming(true),
		mcpserver.WithDisableLocalhostProtection(true), // guard does it, with the operator's list
		mcpserver.WithStreamableHTTPProtocolVersions(revisions...),
		mcpserver.WithStreamableHTTPLogger(slog.New(slog.DiscardHandler)),
	)
}

// answeredElsewhere stands for a tool in mcp-go, which lists it; calls are
// answered by dispatch before they get here.
func answeredElsewhere(context.Context, mcpgo.CallToolRequest) (*mcpgo.CallToolResult, error) {
	return mcpgo.NewToolResultError("tool calls are not answered here"), nil
}

// modernTail renders the members that MCP 2026-07-28 wants in every result.
func modernTail(cfg Config) ([]byte, error) {
	info, err := json.Marshal(mcpgo.Implementation{Name: cfg.Name, Version: cfg.Version, Title: cfg.Title})
	if err != nil {
		return nil, err
	}
	b := append([]byte(`,"resultType":"complete","_meta":{`), rawjson.AppendQuoted(nil, metaServerInfo)...)
	return append(append(append(b, ':'), info...), '}'), nil
}
