package gateway

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the process's Prometheus metrics. They outlive snapshots.
type metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.HistogramVec
	operations *prometheus.HistogramVec
	subgraphs  *prometheus.HistogramVec
	tools      *prometheus.HistogramVec
	truncated  *prometheus.CounterVec
	reloads    *prometheus.CounterVec
	loaded     prometheus.Gauge
}

func newMetrics() *metrics {
	seconds := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds}, labels)
	}
	m := &metrics{
		registry:   prometheus.NewRegistry(),
		requests:   histogram("sluice_http_request_duration_seconds", "HTTP requests by resource and status.", "resource", "status"),
		operations: histogram("sluice_operation_duration_seconds", "GraphQL operations by kind and outcome: ok, partial, no_data, or the code of the refusal.", "kind", "outcome"),
		subgraphs:  histogram("sluice_subgraph_request_duration_seconds", "Requests to subgraphs by outcome: ok, or the code of the failure.", "subgraph", "outcome"),
		tools:      histogram("sluice_mcp_tool_duration_seconds", "MCP tool calls.", "tool", "error"),
		truncated: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_mcp_tool_truncations_total", Help: "MCP tool results that did not fit their budget.",
		}, []string{"tool"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_reloads_total", Help: "Reloads by outcome: ok or failed.",
		}, []string{"outcome"}),
		loaded: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_snapshot_loaded_timestamp_seconds", Help: "When the snapshot that is served was loaded.",
		}),
	}
	m.registry.MustRegister(m.requests, m.operations, m.subgraphs, m.tools, m.truncated, m.reloads, m.loaded,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
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

func (m *metrics) tool(name string, failed, cut bool, took time.Duration) {
	m.tools.WithLabelValues(name, strconv.FormatBool(failed)).Observe(took.Seconds())
	if cut {
		m.truncated.WithLabelValues(name).Inc()
	}
}

func (m *metrics) reload(ok bool) {
	if !ok {
		m.reloads.WithLabelValues("failed").Inc()
		return
	}
	m.reloads.WithLabelValues("ok").Inc()
	m.loaded.SetToCurrentTime()
}
