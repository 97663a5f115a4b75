package extensionstest

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
)

// Env returns an environment for the extension of that id: the given configuration, a logger that drops everything, a
// client with a timeout, and the two resources that Resources returns.
func Env(id, config string) extensions.Env {
	return extensions.Env{
		ID:         id,
		Logger:     slog.New(slog.DiscardHandler),
		HTTPClient: &http.Client{Timeout: 5 * time.Second},
		Config:     Config(config),
		Resources:  Resources(),
	}
}

// Resources returns the protected resources "graphql" and "mcp" of https://graph.example.com.
func Resources() map[string]extensions.Resource {
	return map[string]extensions.Resource{
		"graphql": {Name: "graphql", URL: "https://graph.example.com/graphql", Path: "/graphql"},
		"mcp":     {Name: "mcp", URL: "https://graph.example.com/mcp", Path: "/mcp"},
	}
}
