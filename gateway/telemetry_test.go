package gateway

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector is an OpenTelemetry collector that keeps what it is sent.
type collector struct {
	mu      sync.Mutex
	spans   []*tracepb.Span
	metrics []string
	raw     strings.Builder
	header  http.Header
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	c.header = r.Header.Clone()
	switch r.URL.Path { // the requests have the form of these messages on the wire
	case "/v1/traces":
		var data tracepb.TracesData
		if proto.Unmarshal(body, &data) == nil {
			for _, rs := range data.GetResourceSpans() {
				for _, ss := range rs.GetScopeSpans() {
					c.spans = append(c.spans, ss.GetSpans()...)
				}
			}
		}
	case "/v1/metrics":
		var data metricspb.MetricsData
		if proto.Unmarshal(body, &data) == nil {
			for _, rm := range data.GetResourceMetrics() {
				for _, sm := range rm.GetScopeMetrics() {
					for _, m := range sm.GetMetrics() {
						c.metrics = append(c.metrics, m.GetName())
					}
				}
			}
		}
	}
}

func TestTracesAndMetricsAreExported(t *testing.T) {
	c := &collector{}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	b := newBench(t, benchSetup{config: fmt.Sprintf(`
[telemetry.tracing]
sampling = 1.0
[telemetry.exporters.otlp]
enabled = true
endpoint = %q
[telemetry.exporters.otlp.http.headers]
x-collector = "key"
`, server.URL)})
	const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	const other = "11111111111111111111111111111111"
	b.query(`query Named{user(id:"u7"){id}}`, "Traceparent", "00-"+trace+"-"+parent+"-01", "Authorization", "Bearer hidden-token")
	b.mcp("/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"traceparent":"00-`+other+`-`+parent+`-01"},"name":"execute","arguments":{"query":"{brand(id:\"b1\"){id}}"}}}`)
	seen := b.spies["accounts"].take()
	if len(seen) != 1 || !strings.HasPrefix(seen[0].header.Get("Traceparent"), "00-"+trace+"-") || strings.Contains(seen[0].header.Get("Traceparent"), parent) {
		t.Errorf("the subgraph is told %v", seen)
	}
	if seen := b.spies["products"].take(); len(seen) != 1 || !strings.HasPrefix(seen[0].header.Get("Traceparent"), "00-"+other+"-") {
		t.Errorf("the trace of _meta is not told: %v", seen)
	}
	if err := b.g.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, s := range c.spans {
		names = append(names, s.GetName())
	}
	for _, want := range []string{"POST graphql", "graphql query", "subgraph accounts", "POST mcp", "tools/call execute", "subgraph products"} {
		if !slices.Contains(names, want) {
			t.Errorf("no span %q in %q", want, names)
		}
	}
	for _, want := range []string{"sluice_http_request_duration_seconds", "sluice_mcp_tool_tokens_total", "sluice_document_cache_total", "sluice_plan_cache_total", "sluice_authentications_total"} {
		if !slices.Contains(c.metrics, want) {
			t.Errorf("no metric %q", want)
		}
	}
	if c.header.Get("X-Collector") != "key" {
		t.Error("the exporter's header is not sent")
	}
	for _, secret := range []string{"u7", "hidden-token", "brand(id"} {
		if strings.Contains(c.raw.String(), secret) || strings.Contains(b.logs.String(), secret) {
			t.Errorf("%q is in the telemetry", secret)
		}
	}
}

func TestMetrics(t *testing.T) {
	b := newBench(t, benchSetup{config: "[telemetry.metrics.prometheus]\nenabled = true\nlisten = \"\"\n"})
	for range 2 {
		b.query(`{brands{id}}`)
	}
	b.query(`{nope}`)
	b.tool("/mcp", "search", args{"keywords": []string{"brand"}})
	b.do("GET", "/secret-path", "")
	for _, c := range []struct {
		name  string
		parts []string
		least float64
	}{
		{"sluice_http_request_duration_seconds_count", []string{`resource="graphql"`, `status="200"`}, 3},
		{"sluice_http_request_duration_seconds_count", []string{`resource="other"`, `status="404"`}, 1},
		{"sluice_operation_duration_seconds_count", []string{`kind="query"`, `outcome="ok"`}, 2},
		{"sluice_operation_duration_seconds_count", []string{`outcome="OPERATION_VALIDATION_ERROR"`}, 1},
		{"sluice_subgraph_request_duration_seconds_count", []string{`subgraph="products"`, `outcome="ok"`}, 2},
		{"sluice_mcp_tool_tokens_total", []string{`tool="search"`}, 10},
		{"sluice_document_cache_total", []string{`result="hit"`}, 1},
		{"sluice_plan_cache_total", []string{`result="hit"`}, 1},
		{"sluice_plan_cache_total", []string{`result="miss"`}, 1},
		{"sluice_authentications_total", []string{`resource="mcp"`, `outcome="anonymous"`}, 1},
		{"sluice_reloads_total", []string{`outcome="ok"`}, 1},
	} {
		if got := b.metric(c.name, c.parts...); got < c.least {
			t.Errorf("%s%v is %v, want at least %v", c.name, c.parts, got, c.least)
		}
	}
	if a := b.do("GET", "/metrics", ""); a.status != 200 || !strings.Contains(a.body, "sluice_") || strings.Contains(a.body, "secret-path") {
		t.Errorf("/metrics: %d", a.status)
	}
	log := b.logs.String()
	if !strings.Contains(log, "msg=request method=POST resource=graphql status=200 duration_ms=") || strings.Contains(log, "secret-path") {
		t.Errorf("the access log is %s", log)
	}
}

func TestExportersThatThereAreNotAreRefused(t *testing.T) {
	for config, want := range map[string]string{
		"[telemetry.exporters.otlp]\nenabled = true\nprotocol = \"grpc\"\n":      "telemetry.exporters.otlp.protocol",
		"[telemetry.logs.exporters.otlp]\nenabled = true\nprotocol = \"http\"\n": "standard error",
	} {
		if _, err := openBench(t, benchSetup{config: config}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", config, err)
		}
	}
}
