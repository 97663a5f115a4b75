package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestTrustedDocumentsThroughTools is about agents: what holds for /graphql holds for them, and the way out is named.
func TestTrustedDocumentsThroughTools(t *testing.T) {
	g, _, err := documentsGateway(t, "[trusted_documents]\nenforced = true\nmcp_tools = true\nmanifests = [\"docs\"]\n", documentsManifest)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		tool, arguments string
		failed          bool
		says            string
	}{
		"text that is no document is refused":              {"execute", `{"query":"{ now }"}`, true, "documentId"},
		"a dry run says the same":                          {"execute", `{"query":"{ now }","dry_run":true}`, false, "document_id"},
		"the text of a document runs":                      {"execute", `{"query":"query Now { now }"}`, false, `{"data":{"now":"x"}}`},
		"a document runs by its id":                        {"execute", `{"document_id":"now"}`, false, `{"data":{"now":"x"}}`},
		"the manifest says which operation runs":           {"execute", `{"document_id":"two"}`, false, `{"data":{"now":"x"}}`},
		"an unknown id is refused":                         {"execute", `{"document_id":"none"}`, true, "no trusted document"},
		"a document is a tool":                             {"Now", `{}`, false, `{"data":{"now":"x"}}`},
		"a document's own scopes are demanded":             {"execute", `{"document_id":"scoped"}`, true, "authentication is required"},
		"a document that the caller may not run is unseen": {"search", `{"keywords":["scoped"]}`, false, ""},
		"one that the caller may run is found first":       {"search", `{"keywords":["now"]}`, false, `"now"`},
	} {
		t.Run(name, func(t *testing.T) {
			text, failed := call(t, g, c.tool, c.arguments)
			if failed != c.failed || !strings.Contains(text, c.says) {
				t.Errorf("failed = %v, %s", failed, text)
			}
			if c.tool == "search" && strings.Contains(text, "Scoped") {
				t.Errorf("the scoped document is shown:\n%s", text)
			}
		})
	}
}

// TestAToolThatTheCallerMayNotCallIsUnknown is about documents that demand scopes: without them there is no tool.
func TestAToolThatTheCallerMayNotCallIsUnknown(t *testing.T) {
	g, _, err := documentsGateway(t, "[trusted_documents]\nmcp_tools = true\nmanifests = [\"docs\"]\n", documentsManifest)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, params string) string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/mcp", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`))
		r.Header.Set("Content-Type", "application/json")
		r.Host = "127.0.0.1"
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		return w.Body.String()
	}
	if list := ask("tools/list", `{}`); !strings.Contains(list, `"name":"Now"`) || strings.Contains(list, "Scoped") {
		t.Errorf("the list: %s", list)
	}
	if answer := ask("tools/call", `{"name":"Scoped","arguments":{}}`); !strings.Contains(answer, `"code":-32602,"message":"unknown tool"`) {
		t.Errorf("the call: %s", answer)
	}
}
