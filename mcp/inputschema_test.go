package mcp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	mcpgo "github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/mcp"
)

// TestInputSchemas runs every file of testdata/inputschema: `schema.graphql`,
// `document.graphql`, the expected `input.json`, and arguments that the schema
// must take (`accepted`) or must not (`refused`), one a line.
func TestInputSchemas(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/inputschema/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range ar.Files {
				parts[f.Name] = string(f.Data)
			}
			schema, err := gqlparser.LoadSchema(&ast.Source{Input: parts["schema.graphql"]})
			if err != nil {
				t.Fatal(err)
			}
			raw := inputSchema(t, schema, parts["document.graphql"])
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			pretty.WriteByte('\n')
			if *update {
				i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == "input.json" })
				ar.Files[i].Data = pretty.Bytes()
				if err := os.WriteFile(file, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if pretty.String() != parts["input.json"] {
				t.Errorf("got\n%s\nwant\n%s", pretty.String(), parts["input.json"])
			}
			checkInstances(t, raw, parts["accepted"], parts["refused"])
		})
	}
}

// inputSchema asks a server for the schema of a document tool, since order and
// text matter as clients get them.
func inputSchema(t *testing.T, schema *ast.Schema, document string) json.RawMessage {
	t.Helper()
	su := newSetup(t, mcp.Config{DocumentTools: true, ExecuteMutations: true, Tools: []string{}}, func(d *mcp.Deps) {
		d.Schema, d.Documents = schema, []mcp.Document{{ID: "1", Name: "doc", Query: document}}
	})
	_, body, _ := su.post(t, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	var answer struct {
		Result struct {
			Tools []struct{ InputSchema json.RawMessage }
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || len(answer.Result.Tools) != 1 {
		t.Fatalf("%v: %s", err, body)
	}
	return answer.Result.Tools[0].InputSchema
}

// checkInstances lets mcp-go, whose validator knows JSON Schema 2020-12, judge
// arguments by the schema.
func checkInstances(t *testing.T, raw json.RawMessage, accepted, refused string) {
	t.Helper()
	judge := mcpserver.NewMCPServer("judge", "1", mcpserver.WithInputSchemaValidation())
	judge.AddTool(mcpgo.NewToolWithRawSchema("doc", "", raw), func(context.Context, mcpgo.CallToolRequest) (*mcpgo.CallToolResult, error) {
		return mcpgo.NewToolResultText("accepted"), nil
	})
	for want, lines := range map[bool]string{true: accepted, false: refused} {
		for line := range strings.Lines(lines) {
			call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"doc","arguments":` + line + `}}`
			answer, err := json.Marshal(judge.HandleMessage(t.Context(), json.RawMessage(call)))
			if err != nil || strings.Contains(string(answer), "schema compil") {
				t.Fatalf("%v: %s", err, answer)
			}
			if got := strings.Contains(string(answer), `"text":"accepted"`); got != want {
				t.Errorf("%s: accepted %v, want %v (%s)", strings.TrimSpace(line), got, want, answer)
			}
		}
	}
}
