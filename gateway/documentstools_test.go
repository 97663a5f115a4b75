package gateway

import (
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
		"text that is no document is refused":              {"execute", `{"query":"{ now }"}`, true, "document_id"},
		"a dry run says the same":                          {"execute", `{"query":"{ now }","dry_run":true}`, true, "document_id"},
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
