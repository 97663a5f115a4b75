package mcp_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	mcpgo "github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"github.com/sluice-gateway/sluice/mcp"
)

// regionTool answers with the region that it is called with, and fails in one of two ways.
var regionTool = mcpserver.ServerTool{
	Tool: mcpgo.NewToolWithRawSchema("weather", "The weather.", []byte(`{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}`)),
	Handler: func(_ context.Context, req mcpgo.CallToolRequest) (*mcpgo.CallToolResult, error) {
		switch region := req.GetString("region", ""); region {
		case "error":
			return nil, errors.New("a secret of the tool")
		case "panic":
			panic("another secret of the tool")
		default:
			return mcpgo.NewToolResultText("rain in " + region), nil
		}
	},
}

func withTools(tools ...mcpserver.ServerTool) func(*mcp.Deps) {
	return func(d *mcp.Deps) { d.Tools = tools }
}

func TestAddedToolsAreListedAndCalled(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{}, withTools(regionTool))
	if _, list, _ := su.post(t, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`); !strings.Contains(list, `"name":"weather"`) || !strings.Contains(list, `"name":"search"`) {
		t.Errorf("the list: %s", list)
	}
	if got := su.call(t, "weather", `{"region":"north"}`); got.IsError || got.text() != "rain in north" {
		t.Errorf("got %+v", got)
	}
	for _, way := range []string{"error", "panic"} {
		got := su.call(t, "weather", `{"region":"`+way+`"}`)
		if !got.IsError || !strings.HasPrefix(got.text(), "internal error, correlation id ") {
			t.Errorf("%s: got %+v", way, got)
		}
		id := got.text()[strings.LastIndex(got.text(), " ")+1:]
		if log := su.log.String(); !strings.Contains(log, id) {
			t.Errorf("%s: nothing is logged under %s:\n%s", way, id, log)
		}
	}
}

// TestParametersAgreeWithTheirHeaders is about parameters that a proxy reads in headers, where it cannot read bodies.
func TestParametersAgreeWithTheirHeaders(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{}, withTools(regionTool))
	for name, c := range map[string]struct {
		header []string
		status int
		says   string
	}{
		"the same":           {[]string{"Mcp-Param-Region", "north"}, http.StatusOK, "rain in north"},
		"missing":            {nil, http.StatusBadRequest, `"code":-32020`},
		"another":            {[]string{"Mcp-Param-Region", "south"}, http.StatusBadRequest, `"code":-32020`},
		"the same in base64": {[]string{"Mcp-Param-Region", "=?base64?bm9ydGg=?="}, http.StatusOK, "rain in north"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := append([]string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "weather"}, c.header...)
			status, body, _ := su.post(t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"weather","arguments":{"region":"north"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`, header...)
			if status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("status %d: %s", status, body)
			}
		})
	}
}

func TestAddedToolsThatCannotBe(t *testing.T) {
	t.Parallel()
	named := func(name string) mcpserver.ServerTool {
		return mcpserver.ServerTool{Tool: mcpgo.NewTool(name), Handler: regionTool.Handler}
	}
	for name, c := range map[string]struct {
		tool mcpserver.ServerTool
		says string
	}{
		"the name of a built-in tool that is not offered": {named(mcp.ToolMutate), "another tool has this name"},
		"the name of a document":                          {named("get_user"), "another tool has this name"},
		"a name that clients refuse":                      {named("a b"), "letters, digits"},
		"no handler":                                      {mcpserver.ServerTool{Tool: mcpgo.NewTool("x")}, "no handler"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := loadSchema(t)
			_, err := mcp.New(mcp.Config{DocumentTools: true}, mcp.Deps{
				Executor: &api{schema: schema}, Schemas: newSchemas(schema), Schema: schema, Documents: trusted, Logger: discard(),
				Tools: []mcpserver.ServerTool{c.tool},
			})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}
