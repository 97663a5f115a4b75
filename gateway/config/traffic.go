package config

import "time"

// Gateway is the [gateway] table: the budget of a request and its traffic to subgraphs.
type Gateway struct {
	// Longest time that one operation may take, subgraphs included.
	Timeout time.Duration `toml:"timeout"`
	// Longest wait for one response of a subgraph, within `timeout`.
	SubgraphTimeout time.Duration `toml:"subgraph_timeout"`
	// Retries of subgraph requests.
	Retry Retry `toml:"retry"`
	// Rate limits on clients' requests.
	RateLimit RateLimit `toml:"rate_limit"`
	// Several operations in one HTTP request.
	Batching Batching `toml:"batching"`
}

func defaultGateway() Gateway {
	g := Gateway{
		Timeout:         30 * time.Second,
		SubgraphTimeout: 30 * time.Second,
		RateLimit:       RateLimit{Storage: "memory", Redis: Redis{URL: NewSecret("redis://localhost:6379"), KeyPrefix: "sluice"}},
		Batching:        Batching{Limit: 10},
	}
	g.Retry.setDefaults()
	return g
}

func (g Gateway) validate(c *checker, p path) {
	c.positive(p.child("timeout"), g.Timeout)
	c.positive(p.child("subgraph_timeout"), g.SubgraphTimeout)
}

// Retry is a [gateway.retry] or [subgraphs.<name>.retry] table. Only queries are tried again, after network errors and
// the statuses 429, 502, 503 and 504, with jitter and within the time of the operation; a mutation never is.
type Retry struct {
	// Whether failed requests are tried again.
	Enabled bool `toml:"enabled"`
	// Retries per second that are allowed however few requests there are.
	MinPerSecond int `toml:"min_per_second"`
	// Time that an unused retry stays in the budget.
	TTL time.Duration `toml:"ttl"`
	// Share of requests, 0 to 1, that may be retried beyond the minimum.
	RetryPercent float64 `toml:"retry_percent"`
}

func (r *Retry) setDefaults() {
	*r = Retry{MinPerSecond: 10, TTL: 10 * time.Second, RetryPercent: 0.2}
}

func (r Retry) validate(c *checker, p path) { c.unit(p.child("retry_percent"), r.RetryPercent) }

// RateLimit is the [gateway.rate_limit] table.
type RateLimit struct {
	// Where the counters live: `memory` counts for each replica, `redis` for all together.
	Storage string `toml:"storage" oneof:"memory|redis"`
	// The Redis server, for the storage `redis`.
	Redis Redis `toml:"redis"`
	// Limit on all requests together.
	Global *Rate `toml:"global"`
	// Limit on the requests of one caller: the subject of a token, or else the client's address.
	PerCaller *Rate `toml:"per_caller"`
}

// Redis is a [gateway.rate_limit.redis] table.
type Redis struct {
	// Address of the server, with its password if it has one.
	URL Secret `toml:"url"`
	// What the names of all keys start with.
	KeyPrefix string `toml:"key_prefix"`
	// TLS to the server.
	TLS RedisTLS `toml:"tls"`
}

// RedisTLS is a [gateway.rate_limit.redis.tls] table.
type RedisTLS struct {
	// PEM file with the client certificate.
	Cert Path `toml:"cert"`
	// PEM file with its private key.
	Key Path `toml:"key"`
	// PEM file with the certificate authority of the server.
	CA Path `toml:"ca"`
}

func (r RateLimit) validate(c *checker, p path) {
	if r.Storage == "redis" && !checks["redis"].ok(r.Redis.URL.Reveal()) {
		c.add(p.child("redis").child("url"), "must be %s", checks["redis"].form)
	}
	if r.Redis.TLS.Cert.IsZero() != r.Redis.TLS.Key.IsZero() {
		c.add(p.child("redis").child("tls"), "needs both cert and key")
	}
}

// Rate is a number of requests in a time.
type Rate struct {
	// Requests that are let through.
	Limit int `toml:"limit"`
	// The time that they are counted in.
	Duration time.Duration `toml:"duration"`
}

func (r Rate) validate(c *checker, p path) {
	if r.Limit == 0 {
		c.add(p.child("limit"), "must be greater than zero")
	}
	c.positive(p.child("duration"), r.Duration)
}

// Batching is the [gateway.batching] table.
type Batching struct {
	// Whether a request body may be a list of operations.
	Enabled bool `toml:"enabled"`
	// Most operations in one request.
	Limit int `toml:"limit"`
}

func (b Batching) validate(c *checker, p path) {
	if b.Enabled && b.Limit == 0 {
		c.add(p.child("limit"), "must be greater than zero when batching is enabled")
	}
}

// OperationCaching is the [operation_caching] table: prepared operations and their plans.
type OperationCaching struct {
	// Whether prepared operations are kept.
	Enabled bool `toml:"enabled"`
	// Most operations kept.
	Limit int `toml:"limit"`
	// Most memory that they take.
	Size Size `toml:"size"`
	// Whether a new schema is served only once the busiest operations are planned for it.
	WarmOnReload bool `toml:"warm_on_reload"`
	// Share of the kept operations, busiest first, that is planned ahead.
	WarmingPercent int `toml:"warming_percent"`
}

func defaultOperationCaching() OperationCaching {
	return OperationCaching{Enabled: true, Limit: 1000, Size: 64 * MiB, WarmOnReload: true, WarmingPercent: 100}
}

func (o OperationCaching) validate(c *checker, p path) {
	if o.WarmingPercent > 100 {
		c.add(p.child("warming_percent"), "must be between 0 and 100")
	}
	if o.Enabled && (o.Limit == 0 || o.Size == 0) {
		c.add(p, "needs a limit and a size greater than zero, or enabled = false")
	}
}
