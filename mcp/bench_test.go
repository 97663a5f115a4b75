package mcp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/mcp"
)

// BenchmarkEndpoint measures what the MCP side of a call costs, with an
// executor and an index that cost nothing: what is above a bare HTTP handler.
func BenchmarkEndpoint(b *testing.B) {
	su := newSetup(b, mcp.Config{})
	payload := users(80)
	su.api.hook = func(context.Context, mcp.Request) (mcp.Response, bool) {
		return mcp.Response{Body: payload, HasData: true}, true
	}
	h := su.server.Handler()
	query := `query Users($first: Int) { users(first: $first) { id login name reviews { id body } } }`
	for _, bc := range []struct{ name, body, version string }{
		{"tools-list", `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, "2025-11-25"},
		{"search", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"keywords":["login"]}}}`, "2025-11-25"},
		{"execute-8KB", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":{"query":"` + query + `","variables":{"first":80}}}}`, "2025-11-25"},
		{"execute-8KB-2026", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":{"query":"` + query + `","variables":{"first":80}},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"}}}}`, "2026-07-28"},
		{"execute-cut-to-500-tokens", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":{"query":"` + query + `","max_tokens":500}}}`, "2025-11-25"},
		{"execute-87KB-cut-to-10000-tokens", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":{"query":"` + query + `"}}}`, "2025-11-25"},
		{"execute-misspelt", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":{"document_id":"","query":"{ viewer { loginn } }"}}}`, "2025-11-25"},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			hook := su.api.hook
			payload = users(80)
			if strings.Contains(bc.name, "87KB") {
				payload = users(900)
			}
			if bc.name == "execute-misspelt" {
				su.api.hook = func(context.Context, mcp.Request) (mcp.Response, bool) {
					return mcp.Response{Body: []byte(`{"errors":[{"message":"invalid"}]}`)}, true
				}
			}
			defer func() { su.api.hook = hook }()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "http://localhost/mcp", strings.NewReader(bc.body))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Mcp-Protocol-Version", bc.version)
				r.Header.Set("Mcp-Method", "tools/call")
				r.Header.Set("Mcp-Name", "execute")
				w := &sink{header: http.Header{}}
				h.ServeHTTP(w, r)
				if w.status != http.StatusOK {
					b.Fatal(w.status)
				}
			}
		})
	}
}

// users is a response of about 97 bytes a user.
func users(n int) []byte {
	return []byte(`{"data":{"users":[` + strings.TrimSuffix(strings.Repeat(`{"id":"u1","login":"user1","name":"A name","reviews":[{"id":"r1","body":"Text of a review."}]},`, n), ",") + `]}}`)
}

// sink is a response writer that keeps only the status.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header    { return s.header }
func (s *sink) WriteHeader(status int) { s.status = status }
func (s *sink) Write(p []byte) (int, error) {
	s.status = max(s.status, http.StatusOK)
	return len(p), nil
}
func (s *sink) Flush() {}
