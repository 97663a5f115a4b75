package oauthprotectedresource

import (
	"context"
	"fmt"

	"github.com/sluice-gateway/sluice/extensions"
)

func init() { extensions.Register("oauth-protected-resource", open) }

// config is [extensions.oauth-protected-resource.config]: the keys of one document, with those of Grafbase Gateway.
type config struct {
	MetadataPath string                      `toml:"metadata_path"`
	Metadata     extensions.ResourceMetadata `toml:"metadata"`
	// Root says whether the document is at the root well-known path as well; true when not set. A second instance of
	// metadata in one gateway needs it false.
	Root *bool `toml:"root"`
}

// provider holds the documents, made at start-up.
type provider struct {
	documents []extensions.PublicMetadata
}

var _ extensions.MetadataProvider = (*provider)(nil)

func open(_ context.Context, env extensions.Env) (extensions.Extension, error) {
	var c config
	if err := env.Config.Decode(&c); err != nil {
		return nil, err
	}
	resource := extensions.ProtectedResource{
		MetadataPath: c.MetadataPath,
		Metadata:     c.Metadata.WithDefaults("", nil, env.Schema.Scopes),
	}
	documents, err := resource.PublicMetadata(c.Root == nil || *c.Root)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return &provider{documents: documents}, nil
}

// PublicMetadata implements extensions.MetadataProvider.
func (p *provider) PublicMetadata() ([]extensions.PublicMetadata, error) {
	return p.documents, nil
}
