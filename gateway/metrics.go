package gateway

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sluice-gateway/sluice/mcp"
)

// metrics are the process's Prometheus metrics. They outlive snapshots. Labels hold names of the configuration, codes, and statuses: their
// values are few, whatever clients send.
type metrics struct {
	registry        *prometheus.Registry
	requests        *prometheus.HistogramVec
	operations      *prometheus.HistogramVec
	subgraphs       *prometheus.HistogramVec
	tools           *prometheus.HistogramVec
	tokens          *prometheus.CounterVec
	truncated       *prometheus.CounterVec
	authentications *prometheus.CounterVec
	limits          *prometheus.CounterVec
	reloads         *prometheus.CounterVec
	streams         prometheus.Gauge
	loaded          prometheus.Gauge
	stale           prometheus.Gauge
	documentHits    prometheus.Counter
	documentMisses  prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	seconds := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds}, labels)
		m.registry.MustRegister(h)
		return h
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
		m.registry.MustRegister(g)
		return g
	}
	m.requests = histogram("sluice_http_request_duration_seconds", "HTTP requests by resource and status.", "resource", "status")
	m.operations = histogram("sluice_operation_duration_seconds", "GraphQL operations by kind and outcome: ok, partial, no_data, or the code of the refusal.", "kind", "outcome")
	m.subgraphs = histogram("sluice_subgraph_request_duration_seconds", "Requests to subgraphs by outcome: ok, or the code of the failure.", "subgraph", "outcome")
	m.tools = histogram("sluice_mcp_tool_duration_seconds", "MCP tool calls, by whether they ended in an error.", "tool", "error")
	m.tokens = counter("sluice_mcp_tool_tokens_total", "Estimated tokens of MCP tool results.", "tool")
	m.truncated = counter("sluice_mcp_tool_truncations_total", "MCP tool results that did not fit their budget.", "tool")
	m.authentications = counter("sluice_authentications_total", "Authenticated requests by resource and outcome: ok, anonymous, or the code of the refusal.", "resource", "outcome")
	m.limits = counter("sluice_limits_exceeded_total", "Requests refused by a limit, by its key.", "limit")
	m.reloads = counter("sluice_reloads_total", "Reloads by outcome: ok or failed.", "outcome")
	m.streams = gauge("sluice_subscriptions", "Subscriptions that are streaming now.")
	m.loaded = gauge("sluice_snapshot_loaded_timestamp_seconds", "When the snapshot that is served was loaded.")
	m.stale = gauge("sluice_snapshot_stale", "1 while the configuration or the subgraphs' schemas could not be loaded anew.")
	cache := counter("sluice_document_cache_total", "Operations by whether their text was prepared already: hit or miss.", "result")
	m.documentHits, m.documentMisses = cache.WithLabelValues("hit"), cache.WithLabelValues("miss")
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// planCaches reports the plan cache of the snapshot that is served.
func (m *metrics) planCaches(stats func() (hits, misses uint64)) {
	m.registry.MustRegister(planCacheCollector{
		prometheus.NewDesc("sluice_plan_cache_total", "Plans by whether they were made already, since the snapshot was loaded: hit or miss.", []string{"result"}, nil), stats,
	})
}

type planCacheCollector struct {
	desc  *prometheus.Desc
	stats func() (hits, misses uint64)
}

// Describe implements prometheus.Collector.
func (c planCacheCollector) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

// Collect implements prometheus.Collector.
func (c planCacheCollector) Collect(out chan<- prometheus.Metric) {
	hits, misses := c.stats()
	out <- prometheus.MustNewConstMetric(c.desc, prometheus.CounterValue, float64(hits), "hit")
	out <- prometheus.MustNewConstMetric(c.desc, prometheus.CounterValue, float64(misses), "miss")
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) request(resource string, status int, took time.Duration) {
	m.requests.WithLabelValues(resource, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) operation(kind, outcome string, took time.Duration) {
	m.operations.WithLabelValues(kind, outcome).Observe(took.Seconds())
}

func (m *metrics) fetch(subgraph, code string, took time.Duration) {
	m.subgraphs.WithLabelValues(subgraph, or(code, "ok")).Observe(took.Seconds())
}

func (m *metrics) tool(c mcp.CallStats) {
	m.tools.WithLabelValues(c.Tool, strconv.FormatBool(c.IsError)).Observe(c.Duration.Seconds())
	m.tokens.WithLabelValues(c.Tool).Add(float64(c.Tokens))
	if c.Cut {
		m.truncated.WithLabelValues(c.Tool).Inc()
	}
}

// limit counts a request that a limit refused.
func (m *metrics) limit(key string) { m.limits.WithLabelValues(key).Inc() }

func (m *metrics) reload(ok bool) {
	if !ok {
		m.reloads.WithLabelValues("failed").Inc()
		return
	}
	m.reloads.WithLabelValues("ok").Inc()
	m.loaded.SetToCurrentTime()
}
