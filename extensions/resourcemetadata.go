package extensions

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// WellKnownPath is where a client looks for the metadata of a protected resource (RFC 9728 §3).
const WellKnownPath = "/.well-known/oauth-protected-resource"

// ProtectedResource is the configuration of one metadata document, [...oauth.protected_resource] in extensions that
// publish one.
type ProtectedResource struct {
	// MetadataPath replaces the path-inserted well-known path. The document is published at the root well-known path
	// beside it.
	MetadataPath string `toml:"metadata_path"`
	// Metadata is the document.
	Metadata ResourceMetadata `toml:"metadata"`
}

// ResourceMetadata is a metadata document (RFC 9728 §2). Members it has no field for are published as configured.
type ResourceMetadata struct {
	Resource             string
	AuthorizationServers []string
	ScopesSupported      []string
	BearerMethods        []string // bearer_methods_supported

	other map[string]json.RawMessage
}

// UnmarshalTOML reads the document from a decoded TOML table.
func (m *ResourceMetadata) UnmarshalTOML(v any) error {
	table, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("metadata: want a table, got %T", v)
	}
	*m = ResourceMetadata{other: map[string]json.RawMessage{}}
	fields := map[string]any{
		"resource":                 &m.Resource,
		"authorization_servers":    &m.AuthorizationServers,
		"scopes_supported":         &m.ScopesSupported,
		"bearer_methods_supported": &m.BearerMethods,
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		raw, err := json.Marshal(table[name])
		if err != nil {
			return fmt.Errorf("metadata.%s: %w", name, err)
		}
		field, known := fields[name]
		if !known {
			m.other[name] = raw
			continue
		}
		if err := json.Unmarshal(raw, field); err != nil {
			return fmt.Errorf("metadata.%s: %w", name, err)
		}
	}
	return nil
}

// Validate reports every fault of the configuration, by key.
func (p ProtectedResource) Validate() error {
	var errs []error
	if _, err := resourceURL(p.Metadata.Resource); err != nil {
		errs = append(errs, fmt.Errorf("metadata.resource: %w", err))
	}
	if len(p.Metadata.AuthorizationServers) == 0 {
		errs = append(errs, errors.New("metadata.authorization_servers: name at least one, or no MCP client can log in"))
	}
	for _, s := range p.Metadata.AuthorizationServers {
		if absoluteURL(s) == "" {
			errs = append(errs, fmt.Errorf("metadata.authorization_servers: %q is not an absolute URL", s))
		}
	}
	for _, s := range p.Metadata.ScopesSupported {
		if !ValidScope(s) {
			errs = append(errs, fmt.Errorf("metadata.scopes_supported: %q is not a scope", s))
		}
	}
	if p.MetadataPath != "" && !validPath(p.MetadataPath) {
		errs = append(errs, fmt.Errorf("metadata_path: %q is not an absolute path", p.MetadataPath))
	}
	return errors.Join(errs...)
}

// URL returns the absolute URL of the document, for challenges. It is built from the configured resource, never from a
// request: behind a proxy that ends TLS the two differ. The configuration must be valid.
func (p ProtectedResource) URL() string {
	u, err := resourceURL(p.Metadata.Resource)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + p.path(u)
}

// PublicMetadata returns the document at its own path and, where root is true, at the root well-known path too: clients
// exist that look nowhere else. At most one resource of a gateway can have the root.
func (p ProtectedResource) PublicMetadata(root bool) ([]PublicMetadata, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	body, err := p.Metadata.marshal()
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	u, err := resourceURL(p.Metadata.Resource)
	if err != nil {
		return nil, err
	}
	paths := []string{p.path(u)}
	if root && paths[0] != WellKnownPath {
		paths = append(paths, WellKnownPath)
	}
	documents := make([]PublicMetadata, len(paths))
	for i, path := range paths {
		documents[i] = PublicMetadata{
			Path:   path,
			Header: http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"public, max-age=300"}},
			Body:   slices.Clone(body),
		}
	}
	return documents, nil
}

func (p ProtectedResource) path(resource *url.URL) string {
	if p.MetadataPath != "" {
		return p.MetadataPath
	}
	return metadataPath(resource)
}

// metadataPath inserts the well-known path before the path of the resource (RFC 9728 §3.1).
func metadataPath(resource *url.URL) string {
	return WellKnownPath + strings.TrimRight(resource.EscapedPath(), "/")
}

// marshal returns the document, members sorted by name. An empty list is left out: clients read "scopes_supported": []
// as "no scope will do".
func (m ResourceMetadata) marshal() ([]byte, error) {
	document := make(map[string]any, len(m.other)+4)
	for name, raw := range m.other {
		document[name] = raw
	}
	document["resource"] = m.Resource
	methods := m.BearerMethods
	if len(methods) == 0 {
		methods = []string{"header"}
	}
	document["bearer_methods_supported"] = methods
	if len(m.AuthorizationServers) > 0 {
		document["authorization_servers"] = m.AuthorizationServers
	}
	scopes := slices.DeleteFunc(slices.Clone(m.ScopesSupported), func(s string) bool { return s == "offline_access" })
	if len(scopes) > 0 {
		document["scopes_supported"] = scopes
	}
	return json.Marshal(document)
}

// resourceURL parses a resource identifier: an absolute URL without fragment (RFC 8707 §2) and without user.
func resourceURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return nil, errors.New("is missing; it is the public URL that tokens are issued for")
	case err != nil || absoluteURL(s) == "":
		return nil, fmt.Errorf("%q is not an absolute URL", s)
	case u.Fragment != "" || u.User != nil:
		return nil, fmt.Errorf("%q has a fragment or a user, which a resource identifier may not", s)
	}
	return u, nil
}

// validPath reports whether s is a path that a router can mount.
func validPath(s string) bool {
	u, err := url.Parse(s)
	return err == nil && strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && u.Path == s && printable(s) == s
}
