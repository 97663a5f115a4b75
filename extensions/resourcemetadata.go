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

// ResourceMetadata is a metadata document (RFC 9728 §2), by member. Members that nobody here knows are published as
// configured.
type ResourceMetadata map[string]any

// The members that have a meaning here.
const (
	memberResource = "resource"
	memberServers  = "authorization_servers"
	memberScopes   = "scopes_supported"
	memberMethods  = "bearer_methods_supported"
)

// Resource returns the identifier of the resource, "" where it is missing.
func (m ResourceMetadata) Resource() string {
	s, _ := m[memberResource].(string)
	return s
}

// ScopesSupported returns the scopes, nil where the member is missing and empty where it is.
func (m ResourceMetadata) ScopesSupported() []string {
	scopes, _ := stringsOf(m[memberScopes])
	return scopes
}

// WithDefaults returns a copy with the members filled in that are missing: an empty or nil default is none.
func (m ResourceMetadata) WithDefaults(resource string, servers, scopes []string) ResourceMetadata {
	full := maps.Clone(m)
	if full == nil {
		full = ResourceMetadata{}
	}
	if _, ok := full[memberResource]; !ok && resource != "" {
		full[memberResource] = resource
	}
	if _, ok := full[memberServers]; !ok && len(servers) > 0 {
		full[memberServers] = servers
	}
	if _, ok := full[memberScopes]; !ok && len(scopes) > 0 {
		full[memberScopes] = scopes
	}
	return full
}

// stringsOf returns a list of strings, however it was decoded.
func stringsOf(v any) ([]string, bool) {
	switch v := v.(type) {
	case nil:
		return nil, true
	case []string:
		return v, true
	case []any:
		list := make([]string, len(v))
		for i, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, false
			}
			list[i] = s
		}
		return list, true
	}
	return nil, false
}

// Validate reports every fault of the configuration, by key.
func (p ProtectedResource) Validate() error {
	var errs []error
	fault := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf(key+": "+format, args...))
	}
	m := p.Metadata
	if _, err := resourceURL(m.Resource()); err != nil {
		fault("metadata."+memberResource, "%w", err)
	}
	for _, member := range []string{memberServers, memberScopes, memberMethods} {
		if _, ok := stringsOf(m[member]); !ok {
			fault("metadata."+member, "want a list of strings")
		}
	}
	servers, _ := stringsOf(m[memberServers])
	if len(servers) == 0 {
		fault("metadata."+memberServers, "name at least one, or no MCP client can log in")
	}
	for _, s := range servers {
		if absoluteURL(s) == "" {
			fault("metadata."+memberServers, "%q is not an absolute URL", s)
		}
	}
	for _, s := range m.ScopesSupported() {
		if !ValidScope(s) {
			fault("metadata."+memberScopes, "%q is not a scope", s)
		}
	}
	if p.MetadataPath != "" && !validPath(p.MetadataPath) {
		fault("metadata_path", "%q is not an absolute path", p.MetadataPath)
	}
	return errors.Join(errs...)
}

// URL returns the absolute URL of the document, for challenges. It is built from the configured resource, never from a
// request: behind a proxy that ends TLS the two differ. The configuration must be valid.
func (p ProtectedResource) URL() string {
	u, err := resourceURL(p.Metadata.Resource())
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
	u, err := resourceURL(p.Metadata.Resource())
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
	document := maps.Clone(m)
	scopes := slices.DeleteFunc(slices.Clone(m.ScopesSupported()), func(s string) bool { return s == "offline_access" })
	if document[memberScopes] = scopes; len(scopes) == 0 {
		delete(document, memberScopes)
	}
	if methods, _ := stringsOf(m[memberMethods]); len(methods) == 0 {
		document[memberMethods] = []string{"header"}
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
