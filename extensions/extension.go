package extensions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
)

// Extension is an open extension: any value that implements at least one of Authenticator, Authorizer and
// MetadataProvider. An io.Closer among them is closed when its snapshot is retired.
type Extension = any

// HeaderOwner is an extension with headers of its own: those that it reads credentials from, and those that it gives to
// subgraphs. The gateway's pattern rules never carry a client's header of such a name over to a subgraph.
type HeaderOwner interface {
	// OwnedHeaders returns header names, in any letter case. Authorization and Cookie need not be among them.
	OwnedHeaders() []string
}

// Factory opens an extension. The context bounds start-up only: work that outlives the call needs a context of the
// extension's own, ended by Close. A factory reports every mistake in the configuration, with the key at fault.
type Factory func(ctx context.Context, env Env) (Extension, error)

// Env is what the gateway gives to a factory. The fields may be kept and are safe for concurrent use, except Config.
type Env struct {
	// ID is the extension's id, as in [extensions.<id>]. It is the ExtensionID of the tokens it issues.
	ID string
	// Logger is never nil and names the extension in every record.
	Logger *slog.Logger
	// HTTPClient is never nil. It has a timeout and refuses addresses that the gateway's SSRF rules refuse.
	HTTPClient *http.Client
	// Config is the table [extensions.<id>.config], never nil; an absent table decodes as an empty one.
	Config Config
	// Resources are the protected resources by name, as in [authentication.protected_resources.<name>].
	Resources map[string]Resource
	// Schema says what the composed schema asks of its callers.
	Schema Schema
}

// Config decodes the extension's own configuration table, late and strictly.
type Config interface {
	// Decode fills v, a pointer to a struct with `toml` tags; what the struct holds before are the defaults. A key that
	// it lacks is an error that names it. Fields are strings, booleans, numbers, time.Duration ("5s", or whole seconds),
	// encoding.TextUnmarshaler, any, and slices, maps, pointers and structs of those; a list of strings may be written as
	// one string. In any, a list is []any and a table map[string]any.
	Decode(v any) error
}

// Resource is one protected resource of this gateway: an URL that tokens are issued for.
type Resource struct {
	Name string // "graphql", "mcp", or the name of a further MCP endpoint
	URL  string // canonical, absolute, public: "https://graph.example.com/mcp"; empty where no public URL is configured
	Path string // the path it is served at: "/mcp"
}

// MetadataURL returns the absolute URL of the resource's metadata document with the well-known path inserted before
// the resource's own path (RFC 9728 §3.1), or "" where the resource has no absolute URL.
func (r Resource) MetadataURL() string {
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + metadataPath(u)
}

// Schema is what the composed schema asks of its callers. The slices are sorted, free of duplicates, and read-only.
type Schema struct {
	Directives []string // canonical names of the security directives in use: "authenticated", "requiresScopes"
	Scopes     []string // every scope that some @requiresScopes names
	Policies   []string // every policy that some @policy names
}

// Names of the capabilities that Capabilities reports.
const (
	CapabilityAuthenticator = "authenticator"
	CapabilityAuthorizer    = "authorizer"
	CapabilityDirectives    = "directives"
	CapabilityMetadata      = "metadata"
)

// Capabilities returns what an open extension can do, in the order in which a request meets it. An extension without
// any is a mistake that Open refuses. DirectiveEnforcer counts only beside Authorizer, which does the enforcing.
func Capabilities(ext Extension) []string {
	var names []string
	if _, ok := ext.(Authenticator); ok {
		names = append(names, CapabilityAuthenticator)
	}
	if _, ok := ext.(Authorizer); ok {
		names = append(names, CapabilityAuthorizer)
		if _, ok := ext.(DirectiveEnforcer); ok {
			names = append(names, CapabilityDirectives)
		}
	}
	if _, ok := ext.(MetadataProvider); ok {
		names = append(names, CapabilityMetadata)
	}
	return names
}

// errNoCapability is the refusal of a value that would silently do nothing.
var errNoCapability = errors.New("implements none of Authenticator, Authorizer, MetadataProvider")

// Open opens the registered extension env.ID and checks that it can do something. It is an error to name an id that is
// not in this build; the text lists those that are.
func Open(ctx context.Context, env Env) (Extension, error) {
	factory, ok := Lookup(env.ID)
	if !ok {
		return nil, fmt.Errorf("extension %q: not in this build (have %q)", env.ID, IDs())
	}
	ext, err := factory(ctx, env)
	if err != nil {
		return nil, fmt.Errorf("extension %q: %w", env.ID, err)
	}
	if _, enforces := ext.(DirectiveEnforcer); enforces && !slices.Contains(Capabilities(ext), CapabilityAuthorizer) {
		return nil, errors.Join(fmt.Errorf("extension %q: enforces directives without being an Authorizer", env.ID), closeOf(ext))
	}
	if len(Capabilities(ext)) == 0 {
		return nil, errors.Join(fmt.Errorf("extension %q: %w", env.ID, errNoCapability), closeOf(ext))
	}
	return ext, nil
}

// closeOf closes what Open will not hand out.
func closeOf(ext Extension) error {
	if c, ok := ext.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
