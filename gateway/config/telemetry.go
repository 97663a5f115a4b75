package config

import (
	"strings"
	"time"
)

// Telemetry is the [telemetry] table. Values, tokens and bodies never appear in any signal.
type Telemetry struct {
	// Name of this service in traces and metrics.
	ServiceName string `toml:"service_name"`
	// More attributes of the service: `name = "value"`.
	ResourceAttributes map[string]string `toml:"resource_attributes"`
	// Exporters for every signal that does not name its own.
	Exporters Exporters `toml:"exporters"`
	// Traces.
	Tracing Tracing `toml:"tracing"`
	// Metrics.
	Metrics Metrics `toml:"metrics"`
	// Logs.
	Logs Logs `toml:"logs"`
}

// Exporters is a [telemetry.exporters] table, or the one of a signal.
type Exporters struct {
	// OpenTelemetry protocol.
	OTLP OTLP `toml:"otlp"`
	// Text on standard error, for development.
	Stdout Stdout `toml:"stdout"`
}

// OTLP is an `otlp` exporter table.
type OTLP struct {
	// Whether signals are sent.
	Enabled bool `toml:"enabled"`
	// Address of the collector.
	Endpoint string `toml:"endpoint" check:"url"`
	// Transport of the protocol.
	Protocol string `toml:"protocol" oneof:"http|grpc"`
	// Longest wait for the collector.
	Timeout time.Duration `toml:"timeout"`
	// Settings of the http transport.
	HTTP OTLPHTTP `toml:"http"`
	// Settings of the grpc transport.
	GRPC OTLPGRPC `toml:"grpc"`
	// How signals are gathered before they are sent.
	BatchExport BatchExport `toml:"batch_export"`
}

// OTLPHTTP is an `otlp.http` table.
type OTLPHTTP struct {
	// Headers sent with each export: `name = "value"`.
	Headers map[string]Secret `toml:"headers"`
}

// OTLPGRPC is an `otlp.grpc` table.
type OTLPGRPC struct {
	// Metadata sent with each export: `name = "value"`.
	Headers map[string]Secret `toml:"headers"`
}

// BatchExport is a `batch_export` table.
type BatchExport struct {
	// Longest time that a signal waits for others.
	ScheduledDelay time.Duration `toml:"scheduled_delay"`
	// Most signals that wait; more are dropped.
	MaxQueueSize int `toml:"max_queue_size"`
	// Most signals in one export.
	MaxExportBatchSize int `toml:"max_export_batch_size"`
	// Most exports at one time.
	MaxConcurrentExports int `toml:"max_concurrent_exports"`
}

// Stdout is a `stdout` exporter table.
type Stdout struct {
	// Whether signals are written.
	Enabled bool `toml:"enabled"`
}

// Tracing is the [telemetry.tracing] table.
type Tracing struct {
	// Share of requests, 0 to 1, that is traced.
	Sampling float64 `toml:"sampling"`
	// Whether the caller's decision to trace is followed.
	ParentBasedSampler bool `toml:"parent_based_sampler"`
	// Which headers carry the trace from the caller and on to subgraphs.
	Propagation Propagation `toml:"propagation"`
	// Most events, attributes and links of one span.
	Collect Collect `toml:"collect"`
	// Exporters of traces. Unset: `telemetry.exporters`.
	Exporters *Exporters `toml:"exporters"`
}

// Propagation is the [telemetry.tracing.propagation] table.
type Propagation struct {
	// W3C `traceparent` and `tracestate`.
	TraceContext bool `toml:"trace_context"`
	// W3C `baggage`.
	Baggage bool `toml:"baggage"`
	// `x-amzn-trace-id`.
	AWSXRay bool `toml:"aws_xray"`
}

// Collect is the [telemetry.tracing.collect] table.
type Collect struct {
	// Most events of a span.
	MaxEventsPerSpan int `toml:"max_events_per_span"`
	// Most attributes of a span.
	MaxAttributesPerSpan int `toml:"max_attributes_per_span"`
	// Most links of a span.
	MaxLinksPerSpan int `toml:"max_links_per_span"`
	// Most attributes of an event.
	MaxAttributesPerEvent int `toml:"max_attributes_per_event"`
	// Most attributes of a link.
	MaxAttributesPerLink int `toml:"max_attributes_per_link"`
}

// Metrics is the [telemetry.metrics] table.
type Metrics struct {
	// Metrics for Prometheus to collect.
	Prometheus Prometheus `toml:"prometheus"`
	// Exporters of metrics. Unset: `telemetry.exporters`.
	Exporters *Exporters `toml:"exporters"`
}

// Prometheus is the [telemetry.metrics.prometheus] table.
type Prometheus struct {
	// Whether metrics are served.
	Enabled bool `toml:"enabled"`
	// Path that they are served at.
	Path string `toml:"path" check:"path"`
	// Address of a listener of its own. Empty: the public listener, without authentication.
	Listen string `toml:"listen" check:"address"`
}

// Logs is the [telemetry.logs] table.
type Logs struct {
	// Least level that is written.
	Level string `toml:"level" oneof:"debug|info|warn|error"`
	// Form of the lines on standard error.
	Format string `toml:"format" oneof:"text|json"`
	// Whether each request is logged, on one line.
	Access bool `toml:"access"`
	// Exporters of logs, besides standard error. Unset: `telemetry.exporters`.
	Exporters *Exporters `toml:"exporters"`
}

func defaultTelemetry() Telemetry {
	t := Telemetry{
		ServiceName:        "sluice",
		ResourceAttributes: map[string]string{},
		Tracing: Tracing{
			Sampling:    0.15,
			Propagation: Propagation{TraceContext: true},
			Collect:     Collect{128, 128, 128, 128, 128},
		},
		Metrics: Metrics{Prometheus: Prometheus{Path: "/metrics", Listen: "127.0.0.1:9464"}},
		Logs:    Logs{Level: "info", Format: "text", Access: true},
	}
	t.Exporters.setDefaults()
	return t
}

func (e *Exporters) setDefaults() {
	*e = Exporters{OTLP: OTLP{
		Endpoint: "http://localhost:4318",
		Protocol: "http",
		Timeout:  time.Minute,
		HTTP:     OTLPHTTP{Headers: map[string]Secret{}},
		GRPC:     OTLPGRPC{Headers: map[string]Secret{}},
		BatchExport: BatchExport{
			ScheduledDelay:       5 * time.Second,
			MaxQueueSize:         2048,
			MaxExportBatchSize:   512,
			MaxConcurrentExports: 1,
		},
	}}
}

func (t Tracing) validate(c *checker, p path) { c.unit(p.child("sampling"), t.Sampling) }

func (t Telemetry) validate(c *checker, p path) {
	if strings.TrimSpace(t.ServiceName) == "" {
		c.add(p.child("service_name"), "must not be empty")
	}
}

func (l Logs) validate(c *checker, p path) {
	if l.Level == "" {
		c.add(p.child("level"), "must not be empty")
	}
	if l.Format == "" {
		c.add(p.child("format"), "must not be empty")
	}
}

func (o OTLP) validate(c *checker, p path) {
	if o.Enabled && (o.Endpoint == "" || o.Protocol == "") {
		c.add(p, "needs endpoint and protocol")
	}
	for transport, headers := range map[string]map[string]Secret{"http": o.HTTP.Headers, "grpc": o.GRPC.Headers} {
		for name := range headers {
			if !isHeaderName(name) {
				c.add(p.child(transport).child("headers").child(name), "is not a header name")
			}
		}
	}
}
