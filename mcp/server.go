package mcp

import (
	"encoding/json"
	"errors"
	"fmt"

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
	unoffered  map[string]bool      // documents that no tool runs, by key
	library    *mcpserver.MCPServer
	modernTail []byte // what revision 2026-07-28 adds to the result of a tool call
}

// New builds an endpoint. The error joins every problem of cfg and of the
// documents and tools.
func New(cfg Config, deps Deps) (*Server, error) {
	if deps.Executor == nil || deps.Schemas == nil || deps.Logger == nil {
		return nil, errors.New("mcp: Executor, Schemas and Logger are required")
	}
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("mcp: %w", err)
	}
	s := &Server{cfg: cfg, deps: deps, tools: map[string]*tool{}, documents: map[string]*Document{}, unoffered: map[string]bool{}}
	s.addDocuments()
	for _, t := range s.builtins() {
		s.tools[t.name] = t
	}
	if err := errors.Join(s.addDocumentTools(), s.addTools()); err != nil {
		return nil, fmt.Errorf("mcp: %w", err)
	}
	s.modernTail, err = modernTail(cfg)
	if err != nil {
		return nil, fmt.Errorf("mcp: %w", err)
	}
	s.library = s.openLibrary()
	return s, nil
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
