package config

import (
	"regexp"
	"time"
)

// Subgraph is a [subgraphs.<name>] table. The name may be any string.
type Subgraph struct {
	// Address that the gateway sends operations to. Optional when a supergraph names it; else `introspection_url` stands in.
	URL string `toml:"url" check:"url"`
	// File with the SDL. Empty: the SDL is asked from the subgraph at start-up.
	SchemaPath Path `toml:"schema_path"`
	// Address to ask for the SDL, by `_service { sdl }` or by introspection. Empty: `url`.
	IntrospectionURL string `toml:"introspection_url" check:"url"`
	// Headers sent with that question: `name = "value"`.
	IntrospectionHeaders map[string]Secret `toml:"introspection_headers"`
	// Longest wait for one response. Unset: `gateway.subgraph_timeout`.
	Timeout time.Duration `toml:"timeout"`
	// Header rules for this subgraph, applied after the global `[[headers]]`.
	Headers []HeaderRule `toml:"headers"`
	// Retries for this subgraph. Unset: `gateway.retry`.
	Retry *Retry `toml:"retry"`
	// Most requests in flight to this subgraph at one time; the others wait, within the time of their operation. 0: no limit.
	MaxConcurrentRequests int `toml:"max_concurrent_requests"`
	// Most connections to this subgraph. 0: no limit.
	MaxConnections int `toml:"max_connections"`
	// Greatest response that is read, after decompression. 0: no limit.
	ResponseBodyLimit Size `toml:"response_body_limit"`
	// Whether fetches of one round to this subgraph are sent as one operation.
	Batching bool `toml:"batching"`
	// Rate limit for requests to this subgraph.
	RateLimit *Rate `toml:"rate_limit"`
	// Client certificate and trusted authorities for TLS to this subgraph.
	MTLS MTLS `toml:"mtls"`
	// Exchange of the caller's token for one that this subgraph accepts (RFC 8693), sent as its Authorization header.
	TokenExchange *TokenExchange `toml:"token_exchange"`
	// How subscriptions are opened at this subgraph.
	SubscriptionProtocol string `toml:"subscription_protocol" oneof:"server_sent_events|websocket"`
	// Address for WebSocket subscriptions (`graphql-transport-ws`). Empty: `url` with the ws scheme.
	WebsocketURL string `toml:"websocket_url" check:"wsurl"`
}

// The values of Subgraph.SubscriptionProtocol.
const (
	SubscribeSSE       = "server_sent_events"
	SubscribeWebsocket = "websocket"
)

func (s *Subgraph) setDefaults() {
	*s = Subgraph{
		IntrospectionHeaders:  map[string]Secret{},
		Headers:               []HeaderRule{},
		MaxConcurrentRequests: 200,
		MaxConnections:        100,
		ResponseBodyLimit:     32 * MiB,
		Batching:              true,
		SubscriptionProtocol:  SubscribeSSE,
	}
}

func (s Subgraph) validate(c *checker, p path) {
	if s.SubscriptionProtocol == "" {
		c.add(p.child("subscription_protocol"), "must not be empty")
	}
	for name := range s.IntrospectionHeaders {
		if !isHeaderName(name) {
			c.add(p.child("introspection_headers").child(name), "is not a header name")
		}
	}
}

// TokenExchange is a [subgraphs.<name>.token_exchange] table. A request of a caller without a token is sent without an Authorization header.
type TokenExchange struct {
	// Token endpoint of the authorization server.
	Endpoint string `toml:"endpoint" check:"url"`
	// Client id of the gateway there.
	ClientID string `toml:"client_id"`
	// Its secret. Empty for a public client.
	ClientSecret Secret `toml:"client_secret"`
	// Name of this subgraph at the authorization server.
	Audience string `toml:"audience"`
	// Address of this subgraph as a protected resource (RFC 8707).
	Resource string `toml:"resource" check:"url"`
	// Scopes to ask for. Empty: what the server gives by default.
	Scopes []string `toml:"scopes"`
}

func (t TokenExchange) validate(c *checker, p path) {
	if t.Endpoint == "" {
		c.add(p.child("endpoint"), "is required")
	}
	if t.ClientID == "" {
		c.add(p.child("client_id"), "is required")
	}
	if t.Audience == "" && t.Resource == "" {
		c.add(p, "needs audience or resource")
	}
}

// MTLS is a [subgraphs.<name>.mtls] table.
type MTLS struct {
	// PEM file with the client certificate and its private key.
	Identity Path `toml:"identity"`
	// Certificate authorities that may vouch for the subgraph, in place of the system's.
	Root RootCertificate `toml:"root"`
	// Whether any certificate of the subgraph is accepted. Never use this outside of development.
	AcceptInvalidCerts bool `toml:"accept_invalid_certs"`
}

// RootCertificate is a [subgraphs.<name>.mtls.root] table.
type RootCertificate struct {
	// PEM file with the certificate, or with several.
	Certificate Path `toml:"certificate"`
	// Whether the file holds several certificates.
	IsBundle bool `toml:"is_bundle"`
}

// HeaderRule is a [[headers]] or [[subgraphs.<name>.headers]] element: what happens to a header on its way from the
// client to a subgraph. Nothing is forwarded unless a rule says so.
type HeaderRule struct {
	// What to do: `forward` a client's header, `insert` one of the gateway, `remove` one that an earlier rule let through, or `rename_duplicate`: forward under its own and a second name.
	Rule string `toml:"rule" oneof:"forward|insert|remove|rename_duplicate"`
	// Header that the rule is for.
	Name string `toml:"name" check:"header"`
	// Regular expression on header names, in any letter case, in place of `name` (forward and remove). It never matches `Authorization`, `Cookie`, the header of `trusted_documents.bypass_header_name` or one that an extension reads or sets, which a rule must name.
	Pattern string `toml:"pattern"`
	// Value to send when the client sent none (forward and rename_duplicate).
	Default Secret `toml:"default"`
	// Name to send the header under (forward), or its second name (rename_duplicate).
	Rename string `toml:"rename" check:"header"`
	// Value to insert.
	Value Secret `toml:"value"`
}

// The values of HeaderRule.Rule.
const (
	HeaderForward         = "forward"
	HeaderInsert          = "insert"
	HeaderRemove          = "remove"
	HeaderRenameDuplicate = "rename_duplicate"
)

// CompilePattern compiles the pattern, which matches in any letter case and anywhere in a name.
func (h HeaderRule) CompilePattern() (*regexp.Regexp, error) {
	return regexp.Compile("(?i)" + h.Pattern)
}

func (h HeaderRule) validate(c *checker, p path) {
	byName, byPattern := h.Name != "", h.Pattern != ""
	switch h.Rule {
	case "":
		c.add(p.child("rule"), "is required: %s", orList([]string{HeaderForward, HeaderInsert, HeaderRemove, HeaderRenameDuplicate}))
		return
	case HeaderForward, HeaderRemove:
		if byName == byPattern {
			c.add(p, "needs either name or pattern")
		}
	case HeaderInsert, HeaderRenameDuplicate:
		if !byName {
			c.add(p.child("name"), "is required for the rule %q", h.Rule)
		}
	default: // the tag of Rule tells
		return
	}
	if byPattern {
		if _, err := h.CompilePattern(); err != nil {
			c.add(p.child("pattern"), "is not a regular expression")
		}
	}
	if h.Rule == HeaderRenameDuplicate && h.Rename == "" {
		c.add(p.child("rename"), "is required for the rule %q", h.Rule)
	}
	h.refuse(c, p)
}

// refuse reports the keys that have no meaning for the rule.
func (h HeaderRule) refuse(c *checker, p path) {
	only := func(key string, set bool, rules ...string) {
		for _, rule := range rules {
			set = set && h.Rule != rule
		}
		if set {
			c.add(p.child(key), "has no meaning for the rule %q", h.Rule)
		}
	}
	only("pattern", h.Pattern != "", HeaderForward, HeaderRemove)
	only("default", !h.Default.IsZero(), HeaderForward, HeaderRenameDuplicate)
	only("rename", h.Rename != "", HeaderForward, HeaderRenameDuplicate)
	only("value", !h.Value.IsZero(), HeaderInsert)
	if h.Pattern != "" && h.Rename != "" {
		c.add(p.child("rename"), "needs name: several headers cannot share one new name")
	}
}
