package config

import (
	"maps"
	"slices"
)

// Authentication is the [authentication] table: who may come in.
type Authentication struct {
	// What happens to a request that no extension authenticates: `deny` or `anonymous`. Unset: `deny` where authentication extensions are at work, else `anonymous`, which only a loopback listener may be without saying so.
	Default string `toml:"default" oneof:"deny|anonymous"`
	// Settings of single resources: `graphql`, `mcp`, or the name of an MCP endpoint.
	ProtectedResources map[string]ProtectedResource `toml:"protected_resources"`
}

// The values of Authentication.Default, besides the empty one.
const (
	DefaultDeny      = "deny"
	DefaultAnonymous = "anonymous"
)

// ProtectedResource is an [authentication.protected_resources.<name>] table.
type ProtectedResource struct {
	// Extensions that authenticate requests for this resource, in the order of trial. Unset: all that can, sorted by name; an empty list: none.
	Extensions []string `toml:"extensions"`
	// What happens to requests that none authenticates. Unset: `authentication.default`.
	Default string `toml:"default" oneof:"deny|anonymous"`
}

// GraphQLResource is the name of the GraphQL endpoint among the protected resources; [MainEndpoint] is that of [mcp].
const GraphQLResource = "graphql"

// Resources lists the names of the protected resources that the gateway serves: graphql, then the MCP endpoints.
func (c *Config) Resources() []string {
	names := []string{GraphQLResource}
	for _, endpoint := range c.MCPEndpoints() {
		names = append(names, endpoint.Name)
	}
	return names
}

// Resource returns the settings of a protected resource with the general ones filled in. An MCP endpoint of its own
// without settings has those of the main one. Extensions is nil when all are to be tried.
func (c *Config) Resource(name string) ProtectedResource {
	resource, ok := c.Authentication.ProtectedResources[name]
	if !ok && name != GraphQLResource {
		resource = c.Authentication.ProtectedResources[MainEndpoint]
	}
	resource.Default = orElse(resource.Default, c.Authentication.Default)
	return resource
}

// CheckExposure reports each resource that anyone who reaches the listener could use although no key says that this is
// meant: the listener is not a loopback one, none of the authenticators is tried for the resource, and its default is
// not set. Authenticators are the ids of the configured extensions that can authenticate; Validate, which cannot
// know, takes all.
func (c *Config) CheckExposure(authenticators []string) error {
	k := &checker{src: c.src}
	c.checkExposure(k, authenticators)
	return join(k.problems)
}

func (c *Config) checkExposure(k *checker, authenticators []string) {
	if isLoopback(c.Network.ListenAddress) {
		return
	}
	for _, name := range c.Resources() {
		resource := c.Resource(name)
		tried := authenticators
		if resource.Extensions != nil {
			tried = slices.DeleteFunc(slices.Clone(resource.Extensions), func(id string) bool {
				return !slices.Contains(authenticators, id)
			})
		}
		if len(tried) == 0 && resource.Default == "" {
			k.add(path{"authentication", "default"}, "is required: the resource %q listens beyond loopback without authentication; "+
				`say default = "anonymous" if that is meant, or configure an authentication extension`, name)
		}
	}
}

func (c *Config) checkResources(k *checker) {
	at := path{"authentication", "protected_resources"}
	known := c.Resources()
	for _, name := range slices.Sorted(maps.Keys(c.Authentication.ProtectedResources)) {
		if !slices.Contains(known, name) && name != MainEndpoint {
			k.add(at.child(name), "is no resource: known are %s", orList(known))
		}
		seen := map[string]bool{}
		for i, id := range c.Authentication.ProtectedResources[name].Extensions {
			key := at.child(name).child("extensions").index(i)
			if _, ok := c.Extensions[id]; !ok {
				k.add(key, "names the extension %q, which has no [extensions.%s] table", id, path{id})
			}
			if seen[id] {
				k.add(key, "names the extension %q twice", id)
			}
			seen[id] = true
		}
	}
}

// Authorization is the [authorization] table.
type Authorization struct {
	// What becomes of an operation with fields that the caller may not have: `null` leaves them out and adds an error for each, `reject` refuses the operation.
	DeniedFields string `toml:"denied_fields" oneof:"null|reject"`
}

// The values of Authorization.DeniedFields.
const (
	DeniedNull   = "null"
	DeniedReject = "reject"
)

func (a Authorization) validate(c *checker, p path) {
	if a.DeniedFields == "" {
		c.add(p.child("denied_fields"), "must not be empty")
	}
}
