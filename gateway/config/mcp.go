package config

import "slices"

// MCP is the [mcp] table: the graph as tools for agents.
type MCP struct {
	// Whether the MCP endpoint is served.
	Enabled bool `toml:"enabled"`
	// Path of the endpoint.
	Path string `toml:"path" check:"path"`
	// Whether agents may run mutations; with it there is a tool `mutate`.
	ExecuteMutations bool `toml:"execute_mutations"`
	// Tools that are offered.
	Tools []string `toml:"tools" oneof:"search|introspect|execute"`
	// Budgets of the tools' answers.
	MaxTokens MaxTokens `toml:"max_tokens"`
	// Text that tells agents how to use the server. Empty: a built-in one.
	Instructions string `toml:"instructions"`
	// How an agent learns that its token lacks scopes: `http` answers 403 with a challenge, `in_band` puts it into the tool's result, for clients that cannot step up.
	StepUp string `toml:"step_up" oneof:"http|in_band"`
	// What agents see of fields that their token does not allow: `hide` nothing, `mark` the field with the scopes it needs.
	HiddenFields string `toml:"hidden_fields" oneof:"hide|mark"`
	// Origins of web pages that may call the endpoint, besides those of `[cors]`. Requests of any other page are refused.
	AllowedOrigins []string `toml:"allowed_origins" check:"pattern"`
	// Host headers that are accepted, besides the host of `network.public_url` and, on a loopback listener, localhost. Empty with neither: any.
	AllowedHosts []string `toml:"allowed_hosts" check:"host"`
	// More endpoints on the same listener, each with its own view of the graph.
	Endpoints []MCPEndpoint `toml:"endpoints"`
}

// The values of MCP.StepUp and MCP.HiddenFields.
const (
	StepUpHTTP   = "http"
	StepUpInBand = "in_band"
	FieldsHide   = "hide"
	FieldsMark   = "mark"
)

// MaxTokens is the `max_tokens` table of an MCP endpoint. A call may ask for less, never for more.
type MaxTokens struct {
	// Most tokens of a search result.
	Search int `toml:"search"`
	// Most tokens of an introspect result.
	Introspect int `toml:"introspect"`
	// Most tokens of an execute or mutate result.
	Execute int `toml:"execute"`
}

// MCPEndpoint is an [[mcp.endpoints]] element. Keys that it does not set have the value of `[mcp]`.
type MCPEndpoint struct {
	// Name of the endpoint, for logs and for `[authentication.protected_resources.<name>]`.
	Name string `toml:"name"`
	// Path of the endpoint.
	Path string `toml:"path" check:"path"`
	// Whether agents may run mutations here.
	ExecuteMutations *bool `toml:"execute_mutations"`
	// Tools that are offered here.
	Tools []string `toml:"tools" oneof:"search|introspect|execute"`
	// Budgets of the tools' answers here.
	MaxTokens MaxTokens `toml:"max_tokens"`
	// Text that tells agents how to use this endpoint.
	Instructions string `toml:"instructions"`
	// How an agent learns here that its token lacks scopes.
	StepUp string `toml:"step_up" oneof:"http|in_band"`
	// What agents see here of fields that their token does not allow.
	HiddenFields string `toml:"hidden_fields" oneof:"hide|mark"`
	// The part of the graph that is offered here.
	Contract *Contract `toml:"contract"`
	// Files, folders or patterns with the trusted documents of this endpoint, in place of `trusted_documents.manifests`.
	Documents []Path `toml:"documents"`
	// Limits that hold here in place of those of `[operation_limits]`; 0 keeps the general one.
	OperationLimits OperationLimits `toml:"operation_limits"`
}

func defaultMCP() MCP {
	return MCP{
		Enabled:        true,
		Path:           "/mcp",
		Tools:          []string{"search", "introspect", "execute"},
		MaxTokens:      MaxTokens{Search: 2000, Introspect: 4000, Execute: 10000},
		StepUp:         StepUpHTTP,
		HiddenFields:   FieldsHide,
		AllowedOrigins: []string{},
		AllowedHosts:   []string{},
		Endpoints:      []MCPEndpoint{},
	}
}

// MainEndpoint is the name of the endpoint that the [mcp] table itself describes.
const MainEndpoint = "mcp"

// resolve returns the endpoint with what it does not set itself filled in from [mcp].
func (m MCP) resolve(e MCPEndpoint) MCPEndpoint {
	if e.ExecuteMutations == nil {
		e.ExecuteMutations = &m.ExecuteMutations
	}
	if e.Tools == nil {
		e.Tools = m.Tools
	}
	e.MaxTokens.Search = orElse(e.MaxTokens.Search, m.MaxTokens.Search)
	e.MaxTokens.Introspect = orElse(e.MaxTokens.Introspect, m.MaxTokens.Introspect)
	e.MaxTokens.Execute = orElse(e.MaxTokens.Execute, m.MaxTokens.Execute)
	e.Instructions = orElse(e.Instructions, m.Instructions)
	e.StepUp = orElse(e.StepUp, m.StepUp)
	e.HiddenFields = orElse(e.HiddenFields, m.HiddenFields)
	return e
}

func orElse[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

func (m MCP) validate(c *checker, p path) {
	if m.Path == "" {
		c.add(p.child("path"), "must not be empty")
	}
	if m.Enabled && len(m.Tools) == 0 {
		c.add(p.child("tools"), "must name at least one tool")
	}
	if m.StepUp == "" || m.HiddenFields == "" {
		c.add(p, "needs step_up and hidden_fields")
	}
	for _, budget := range []struct {
		key    string
		tokens int
	}{{"search", m.MaxTokens.Search}, {"introspect", m.MaxTokens.Introspect}, {"execute", m.MaxTokens.Execute}} {
		if budget.tokens < minTokens {
			c.add(p.child("max_tokens").child(budget.key), "must be at least %d", minTokens)
		}
	}
	names := []entry{}
	for i, endpoint := range m.Endpoints {
		names = append(names, entry{p.child("endpoints").index(i).child("name"), endpoint.Name})
	}
	c.unique("name", names)
}

// minTokens is the smallest budget that still holds a useful answer and the note on what was left out.
const minTokens = 200

func (e MCPEndpoint) validate(c *checker, p path) {
	if e.Name == "" {
		c.add(p.child("name"), "is required")
	}
	if slices.Contains([]string{MainEndpoint, "graphql"}, e.Name) {
		c.add(p.child("name"), "is taken: %q names the built-in resource", e.Name)
	}
	if e.Path == "" {
		c.add(p.child("path"), "is required")
	}
	if e.Tools != nil && len(e.Tools) == 0 {
		c.add(p.child("tools"), "must name at least one tool")
	}
}
