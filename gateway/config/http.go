package config

import (
	"slices"
	"time"
)

// CORS is the [cors] table: which web pages may read responses. None may unless named here.
type CORS struct {
	// Origins that may read responses; `*` within one stands for any label, `"*"` or `"any"` alone for every origin.
	AllowOrigins []string `toml:"allow_origins" check:"pattern"`
	// Whether pages may send cookies and credentials. Not together with every origin.
	AllowCredentials bool `toml:"allow_credentials"`
	// Methods that pages may use.
	AllowMethods []string `toml:"allow_methods" check:"method"`
	// Request headers that pages may send; `"*"` or `"any"` for all.
	AllowHeaders []string `toml:"allow_headers"`
	// Response headers that pages may read.
	ExposeHeaders []string `toml:"expose_headers"`
	// Time for which browsers may keep the answer to a preflight.
	MaxAge time.Duration `toml:"max_age"`
	// Whether pages of public sites may reach the gateway in a private network.
	AllowPrivateNetwork bool `toml:"allow_private_network"`
}

func defaultCORS() CORS {
	return CORS{
		AllowOrigins: []string{},
		AllowMethods: []string{"GET", "POST", "OPTIONS"},
		AllowHeaders: []string{
			"Accept", "Authorization", "Content-Type", "Last-Event-ID", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name",
			"traceparent", "tracestate", "baggage", "X-Grafbase-CSRF-Protection", "X-Grafbase-Client-Name",
		},
		ExposeHeaders: []string{"WWW-Authenticate"},
		MaxAge:        10 * time.Minute,
	}
}

// AnyOrigin reports whether every origin is allowed.
func (o CORS) AnyOrigin() bool {
	return slices.Contains(o.AllowOrigins, "*") || slices.Contains(o.AllowOrigins, "any")
}

func (o CORS) validate(c *checker, p path) {
	if o.AllowCredentials && o.AnyOrigin() {
		c.add(p.child("allow_credentials"), "cannot be true when every origin is allowed")
	}
	for _, list := range []struct {
		key     string
		headers []string
	}{{"allow_headers", o.AllowHeaders}, {"expose_headers", o.ExposeHeaders}} {
		for i, name := range list.headers {
			if !isHeaderName(name) {
				c.add(p.child(list.key).index(i), "must be a header name")
			}
		}
	}
}

// CSRF is the [csrf] table: requests must carry a header that a foreign page cannot send without a preflight.
type CSRF struct {
	// Whether the header is demanded on the GraphQL endpoint.
	Enabled bool `toml:"enabled"`
	// Name of the header; its value does not matter.
	HeaderName string `toml:"header_name" check:"header"`
}

func defaultCSRF() CSRF { return CSRF{HeaderName: "X-Grafbase-CSRF-Protection"} }

func (o CSRF) validate(c *checker, p path) {
	if o.Enabled && o.HeaderName == "" {
		c.add(p.child("header_name"), "must not be empty")
	}
}
