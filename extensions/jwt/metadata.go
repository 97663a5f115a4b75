package jwt

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sluice-gateway/sluice/extensions"
)

// resource is what the extension knows of one protected resource.
type resource struct {
	audience  []string // of its own; may be empty
	challenge extensions.Challenge
}

// resources are the protected resources of the gateway. It is immutable.
type resources struct {
	byName    map[string]*resource
	other     *resource // stands for every resource of another name
	documents []extensions.ProtectedResource
	root      int // the document that is at the root well-known path too
}

// of returns the resource of that name.
func (r *resources) of(name string) *resource {
	if known, ok := r.byName[name]; ok {
		return known
	}
	return r.other
}

// resourcesOf joins the resources of the gateway with the configuration. A resource's metadata is its own oauth table's;
// else that of the shared oauth table, where this names a resource; else the shared table with the resource's URL filled
// in. The root well-known path belongs to the shared document, else to that of "mcp", else to the first by name.
func resourcesOf(c *config, env extensions.Env) (*resources, error) {
	names := slices.Collect(maps.Keys(env.Resources))
	for name := range c.ProtectedResources {
		if _, ok := env.Resources[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	rs := &resources{byName: map[string]*resource{}, other: &resource{}}
	var errs []error
	publish := func(o *oauthConfig, url, key string) extensions.Challenge {
		document := documentOf(o, url, c, env)
		if err := document.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s.protected_resource: %w", key, err))
		}
		rs.documents = append(rs.documents, document)
		return c.challenge(o, document)
	}
	shared := c.OAuth != nil && (c.OAuth.ProtectedResource.Metadata.Resource() != "" || len(names) == 0)
	rs.other.challenge = extensions.Challenge{Scope: c.ChallengeScopes}
	if shared {
		rs.other.challenge = publish(c.OAuth, "", "oauth")
	}
	for _, name := range names {
		own := c.ProtectedResources[name]
		r := &resource{audience: own.Audience, challenge: rs.other.challenge}
		rs.byName[name] = r
		switch {
		case own.OAuth != nil:
			r.challenge = publish(own.OAuth, env.Resources[name].URL, "protected_resources."+name+".oauth")
		case c.OAuth != nil && !shared:
			r.challenge = publish(c.OAuth, env.Resources[name].URL, "oauth")
		default:
			continue
		}
		if name == "mcp" && !shared {
			rs.root = len(rs.documents) - 1
		}
	}
	return rs, errors.Join(errs...)
}

// documentOf completes a configured document: the issuers are the authorization servers, and the schema's scopes those
// supported, where it does not say otherwise.
func documentOf(o *oauthConfig, url string, c *config, env extensions.Env) extensions.ProtectedResource {
	var servers []string
	for _, i := range c.issuers() {
		if i.Issuer != "" {
			servers = append(servers, i.Issuer)
		}
	}
	document := o.ProtectedResource
	document.Metadata = document.Metadata.WithDefaults(url, servers, env.Schema.Scopes)
	return document
}

// challenge returns what 401 says: where the document is, and the scopes to log in with. Scopes taken from the schema
// are not among them: a login asks for little, and more is asked for when it is needed (MCP 2025-11-25, Security Best
// Practices, Scope Minimization).
func (c *config) challenge(o *oauthConfig, document extensions.ProtectedResource) extensions.Challenge {
	scopes := c.ChallengeScopes
	if len(scopes) == 0 {
		scopes = o.ProtectedResource.Metadata.ScopesSupported()
	}
	return extensions.Challenge{ResourceMetadata: document.URL(), Scope: scopes}
}

// publicMetadata returns every document at its paths.
func (r *resources) publicMetadata() ([]extensions.PublicMetadata, error) {
	var all []extensions.PublicMetadata
	for i, document := range r.documents {
		published, err := document.PublicMetadata(i == r.root)
		if err != nil {
			return nil, err
		}
		for _, p := range published {
			if slices.ContainsFunc(all, func(q extensions.PublicMetadata) bool { return q.Path == p.Path }) {
				return nil, fmt.Errorf("oauth.protected_resource.metadata_path: two resources have their metadata at %s", p.Path)
			}
			all = append(all, p)
		}
	}
	return all, nil
}
