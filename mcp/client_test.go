package mcp_test

import (
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"
	mcpgo "github.com/mark3labs/mcp-go/mcp"

	"github.com/sluice-gateway/sluice/mcp"
)

// TestLibraryClient goes through a whole conversation with mcp-go's client on
// each revision.
func TestLibraryClient(t *testing.T) {
	t.Parallel()
	for _, revision := range []string{mcpgo.ProtocolVersion20250618, mcpgo.ProtocolVersion20251125, mcpgo.ProtocolVersion20260728} {
		t.Run(revision, func(t *testing.T) {
			t.Parallel()
			su := newSetup(t, mcp.Config{Name: "shop", DocumentTools: true})
			c, err := mcpclient.NewStreamableHttpClient(su.url)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			if err := c.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			var hello mcpgo.InitializeRequest
			hello.Params.ProtocolVersion = revision
			hello.Params.ClientInfo = mcpgo.Implementation{Name: "test", Version: "1"}
			info, err := c.Initialize(t.Context(), hello)
			if err != nil {
				t.Fatal(err)
			}
			if info.ProtocolVersion != revision || info.ServerInfo.Name != "shop" || !strings.Contains(info.Instructions, "3. execute") {
				t.Errorf("got revision %s, server %s, instructions %q", info.ProtocolVersion, info.ServerInfo.Name, info.Instructions)
			}
			list, err := c.ListTools(t.Context(), mcpgo.ListToolsRequest{})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, tool := range list.Tools {
				names = append(names, tool.Name)
			}
			if got, want := strings.Join(names, " "), "execute get_user introspect search"; got != want {
				t.Errorf("tools %s, want %s", got, want)
			}
			var call mcpgo.CallToolRequest
			call.Params.Name = "get_user"
			call.Params.Arguments = map[string]any{"login": "a"}
			res, err := c.CallTool(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			if text, ok := mcpgo.AsTextContent(res.Content[0]); !ok || res.IsError || !strings.Contains(text.Text, "user1") {
				t.Errorf("got %+v", res)
			}
			call.Params.Arguments = map[string]any{"logn": "a"}
			if res, err = c.CallTool(t.Context(), call); err != nil || !res.IsError {
				t.Errorf("wrong arguments: %+v, %v; want a result with isError", res, err)
			}
		})
	}
}
