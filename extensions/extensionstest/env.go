package extensionstest

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/sluice-gateway/sluice/extensions"
)

// Config returns the configuration that the TOML text makes, the content of a table [extensions.<id>.config]. It
// decodes as strictly as the gateway does: a key without a field is an error.
func Config(text string) extensions.Config { return config(text) }

type config string

func (c config) Decode(v any) error {
	md, err := toml.Decode(string(c), v)
	if err != nil {
		return err
	}
	var errs []error
	for _, key := range md.Undecoded() {
		errs = append(errs, fmt.Errorf("unknown key %s", key))
	}
	return errors.Join(errs...)
}

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
