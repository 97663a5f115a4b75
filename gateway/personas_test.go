package gateway

import (
	"strings"
	"testing"
)

const personas = `
[operation_limits]
depth = 6
[mcp]
execute_mutations = true
[trusted_documents]
manifests = ["docs"]
mcp_tools = true
[[mcp.endpoints]]
name = "support"
path = "/mcp/support"
tools = ["search", "execute"]
execute_mutations = false
instructions = "You are the support desk."
documents = ["support"]
max_tokens = { execute = 300 }
[mcp.endpoints.operation_limits]
depth = 2
[mcp.endpoints.contract]
exclude = ["internal"]
[[mcp.endpoints]]
name = "desk"
path = "/mcp/desk"
[mcp.endpoints.contract]
exclude = ["internal"]
`

// taggedBench has the personas, and lowStock tagged as internal.
func taggedBench(t *testing.T) *bench {
	t.Helper()
	return newBench(t, benchSetup{
		config: personas,
		files: map[string]string{
			"docs/all.graphql":     "query Stock { lowStock { id stock } }",
			"docs/one.graphql":     "query Brand { brand(id: \"b1\") { id } }",
			"support/mine.graphql": "query Mine { brands { id } }",
		},
		sdl: func(name, sdl string) string {
			if name != "inventory" {
				return sdl
			}
			sdl = strings.Replace(sdl, `"@requires"`, `"@requires", "@tag"`, 1)
			return strings.Replace(sdl, "): [Product!]!", "): [Product!]! @tag(name: \"internal\")", 1)
		},
	})
}

func TestPersonas(t *testing.T) {
	b := taggedBench(t)
	tools := func(path string) string { return b.mcp(path, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`).body }
	for path, c := range map[string]struct{ has, lacks []string }{
		"/mcp":         {[]string{`"name":"search"`, `"name":"introspect"`, `"name":"mutate"`, `"name":"Stock"`, `"name":"Brand"`}, []string{`"name":"Mine"`}},
		"/mcp/support": {[]string{`"name":"search"`, `"name":"execute"`, `"name":"Mine"`}, []string{`"name":"introspect"`, `"name":"mutate"`, `"name":"Brand"`}},
		"/mcp/desk":    {[]string{`"name":"introspect"`, `"name":"Brand"`}, []string{`"name":"Stock"`, `"name":"Mine"`}},
	} {
		list := tools(path)
		for _, want := range c.has {
			if !strings.Contains(list, want) {
				t.Errorf("%s has no %s", path, want)
			}
		}
		for _, not := range c.lacks {
			if strings.Contains(list, not) {
				t.Errorf("%s has %s", path, not)
			}
		}
	}
	if a := b.mcp("/mcp/support", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`); !strings.Contains(a.body, "You are the support desk.") {
		t.Errorf("the instructions are %s", a.body)
	}
	run := func(path, query string) toolAnswer { return b.tool(path, "execute", args{"query": query}) }
	if a := run("/mcp", `{lowStock{id}}`); a.isError {
		t.Errorf("the main endpoint has the whole graph: %s", a.text)
	}
	for _, path := range []string{"/mcp/support", "/mcp/desk"} {
		if a := run(path, `{lowStock{id}}`); !a.isError || !strings.Contains(a.text, "OPERATION_VALIDATION_ERROR") || strings.Contains(a.text, "Did you mean") && strings.Contains(a.text, `"lowStock"`) {
			t.Errorf("%s answers what its contract hides: %s", path, a.text)
		}
		if a := b.tool(path, "search", args{"keywords": []string{"low stock"}}); strings.Contains(a.text, "Query.lowStock") {
			t.Errorf("%s finds what its contract hides: %s", path, a.text)
		}
	}
	const deep = `{brands{products{name}}}`
	if a := run("/mcp/support", deep); !a.isError || !strings.Contains(a.text, "depth") {
		t.Errorf("the endpoint's own limit: %s", a.text)
	}
	if a := run("/mcp/desk", deep); a.isError {
		t.Errorf("the general limit: %s", a.text)
	}
	if a := run("/mcp/desk", `mutation{restock(input:{productId:"p1",warehouse:"N1",country:"DE",quantity:1}){level{quantity}}}`); !a.isError {
		t.Errorf("execute ran a mutation: %s", a.text)
	}
	// Views and engines are shared where they can be.
	s := b.g.current.Load()
	if len(s.graphs.views) != 2 || len(s.graphs.main.engines) != 1 {
		t.Errorf("%d views, %d engines of the main one", len(s.graphs.views), len(s.graphs.main.engines))
	}
}

func TestAContractForEverybody(t *testing.T) {
	b := taggedBench(t)
	b.edit("[operation_limits]", "[graph.contracts]\nexclude = [\"internal\"]\n[operation_limits]")
	b.edit(`manifests = ["docs"]`, `manifests = ["docs/one.graphql"]`)
	if err := b.g.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := b.query(`{lowStock{id}}`); codeOf(a.body) != "OPERATION_VALIDATION_ERROR" {
		t.Errorf("/graphql answers what the contract hides: %s", a.body)
	}
	if a := b.query(`{brands{id}}`); codeOf(a.body) != "" {
		t.Errorf("got %s", a.body)
	}
}
