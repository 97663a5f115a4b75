package mcp

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzParseMessage holds the envelope scanner against encoding/json, which
// mcp-go reads with: whatever passes must mean the same to both.
func FuzzParseMessage(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`,
		`{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x","arguments":{"a":1},"_meta":{"traceparent":"t"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`,
		`{"jsonrpc":"2.0","id":1,"result":{}}`, `[]`, `{"jsonrpc":"2.0","id":1,"Method":"x"}`, `{"jsonrpc":"2.0","id":1,"method":"x","param\u017f":{}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, fail := parseMessage(body)
		if fail != nil {
			return
		}
		var want struct {
			ID     json.RawMessage
			Method string
			Params struct {
				Name      json.RawMessage
				Arguments json.RawMessage
			}
		}
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatalf("accepted what encoding/json does not read: %v", err)
		}
		if string(want.ID) != string(m.id) || want.Method != m.method && !strings.Contains(m.method, "\uFFFD") {
			t.Fatalf("id %s and method %q, encoding/json has %s and %q", m.id, m.method, want.ID, want.Method)
		}
		if string(want.Params.Name) != string(m.name) || string(want.Params.Arguments) != string(m.arguments) {
			t.Fatalf("name %s and arguments %s, encoding/json has %s and %s", m.name, m.arguments, want.Params.Name, want.Params.Arguments)
		}
		if changed, placeholder := shortenID(body, m.id); placeholder != nil && !json.Valid(changed) {
			t.Fatalf("with another id it is %s", changed)
		}
	})
}
