package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
)

// extensionTimeout bounds an extension's outbound requests.
const extensionTimeout = 10 * time.Second

// opened are the extensions of a snapshot, by id.
type opened struct {
	ids         []string // sorted
	byID        map[string]extensions.Extension
	authorizers []authorizer
	metadata    map[string]extensions.PublicMetadata // by path
}

// authorizer is an open extensions.Authorizer with its id.
type authorizer struct {
	id string
	extensions.Authorizer
}

// openExtensions opens every configured extension and checks that together they enforce what the schema demands. The error joins all problems.
func openExtensions(ctx context.Context, cfg *config.Config, protected []extensions.Protected, log *slog.Logger) (*opened, error) {
	o := &opened{byID: map[string]extensions.Extension{}, metadata: map[string]extensions.PublicMetadata{}}
	needs := schemaNeeds(protected)
	resources := resourcesOf(cfg)
	client := extensionClient()
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(cfg.Extensions)) {
		ext, err := extensions.Open(ctx, extensions.Env{
			ID: id, Logger: log.With(slog.String("extension", id)), HTTPClient: client, Config: cfg.Extensions[id],
			Resources: triedFor(cfg, resources, id), Schema: needs,
		})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		o.ids = append(o.ids, id)
		o.byID[id] = ext
		if a, ok := ext.(extensions.Authorizer); ok {
			o.authorizers = append(o.authorizers, authorizer{id, a})
		}
		if m, ok := ext.(extensions.MetadataProvider); ok {
			errs = append(errs, o.addMetadata(id, m))
		}
	}
	if errors.Join(errs...) == nil { // what an extension that did not open would have done is not known
		errs = append(errs, o.checkEnforced(needs), o.checkTried(cfg), cfg.CheckExposure(o.authenticators()))
	}
	if err := errors.Join(errs...); err != nil {
		o.close(log)
		return nil, err
	}
	return o, nil
}

// triedFor returns the resources that the configuration tries the extension for.
func triedFor(cfg *config.Config, all map[string]extensions.Resource, id string) map[string]extensions.Resource {
	out := map[string]extensions.Resource{}
	for name, r := range all {
		if ids := cfg.Resource(name).Extensions; ids == nil || slices.Contains(ids, id) {
			out[name] = r
		}
	}
	return out
}

// extensionClient is the HTTP client that extensions get: with a time-out, without redirects, which would lead a key set's address elsewhere,
// and without a way to addresses where no provider lives but a cloud's metadata service does.
func extensionClient() *http.Client {
	dialer := &net.Dialer{Timeout: extensionTimeout, Control: refuseLinkLocal}
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // the standard library's own
	transport.DialContext = dialer.DialContext
	return &http.Client{
		Transport: transport, Timeout: extensionTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// errAddress: the address is one that outbound requests of extensions never go to.
var errAddress = errors.New("link-local, multicast and unspecified addresses are refused")

// refuseLinkLocal looks at the address that a name resolved to, just before the connection.
func refuseLinkLocal(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %s: %w", address, err)
	}
	if ip := at.Addr().Unmap(); ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return fmt.Errorf("dial %s: %w", address, errAddress)
	}
	return nil
}

func (o *opened) addMetadata(id string, m extensions.MetadataProvider) error {
	docs, err := m.PublicMetadata()
	if err != nil {
		return fmt.Errorf("extension %q: metadata: %w", id, err)
	}
	var errs []error
	for _, d := range docs {
		if _, taken := o.metadata[d.Path]; taken {
			errs = append(errs, fmt.Errorf("extension %q: another extension publishes a document at %s already", id, d.Path))
			continue
		}
		o.metadata[d.Path] = d
	}
	return errors.Join(errs...)
}

// checkEnforced refuses a schema with a security directive that nobody enforces.
func (o *opened) checkEnforced(needs extensions.Schema) error {
	var errs []error
	for _, d := range needs.Directives {
		enforced := slices.ContainsFunc(o.authorizers, func(a authorizer) bool {
			e, ok := a.Authorizer.(extensions.DirectiveEnforcer)
			return ok && slices.Contains(e.EnforcedDirectives(), d)
		})
		if !enforced {
			errs = append(errs, fmt.Errorf("the schema uses @%s, and no configured extension enforces it: add [extensions.%s]", d, builtinFor(d)))
		}
	}
	return errors.Join(errs...)
}

// checkTried refuses a resource for which extensions are listed of which none authenticates: it would be open where its operator means it to be
// closed.
func (o *opened) checkTried(cfg *config.Config) error {
	var errs []error
	for _, name := range cfg.Resources() {
		ids := cfg.Resource(name).Extensions
		tried := func(id string) bool { return slices.Contains(o.authenticators(), id) }
		if len(ids) > 0 && !slices.ContainsFunc(ids, tried) {
			errs = append(errs, fmt.Errorf("authentication.protected_resources.%s.extensions: none of %q authenticates, so that everybody could come in", name, ids))
		}
	}
	return errors.Join(errs...)
}

// builtinFor names the built-in extension that enforces a directive.
func builtinFor(directive string) string {
	if directive == extensions.DirectiveRequiresScopes {
		return "requires-scopes"
	}
	return directive
}

// authenticators lists the ids of the extensions that authenticate.
func (o *opened) authenticators() []string {
	var out []string
	for _, id := range o.ids {
		if _, ok := o.byID[id].(extensions.Authenticator); ok {
			out = append(out, id)
		}
	}
	return out
}

func (o *opened) close(log *slog.Logger) {
	for _, id := range o.ids {
		if c, ok := o.byID[id].(io.Closer); ok {
			if err := c.Close(); err != nil {
				log.Warn("closing an extension failed", slog.String("extension", id), slog.Any("error", err))
			}
		}
	}
}

// schemaNeeds gathers what the schema's security directives name.
func schemaNeeds(protected []extensions.Protected) extensions.Schema {
	var s extensions.Schema
	for _, p := range protected {
		s.Directives = append(s.Directives, p.Directive)
		for _, all := range p.Requirement {
			switch p.Directive {
			case extensions.DirectiveRequiresScopes:
				s.Scopes = append(s.Scopes, all...)
			case extensions.DirectivePolicy:
				s.Policies = append(s.Policies, all...)
			}
		}
	}
	for _, list := range []*[]string{&s.Directives, &s.Scopes, &s.Policies} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return s
}

// resourcesOf lists the protected resources with their public URLs.
func resourcesOf(cfg *config.Config) map[string]extensions.Resource {
	out := map[string]extensions.Resource{}
	add := func(name, path string) {
		r := extensions.Resource{Name: name, Path: path}
		if cfg.Network.PublicURL != "" {
			r.URL = strings.TrimSuffix(cfg.Network.PublicURL, "/") + path
		}
		out[name] = r
	}
	add(config.GraphQLResource, cfg.Graph.Path)
	for _, e := range cfg.MCPEndpoints() {
		add(e.Name, e.Path)
	}
	return out
}
