package mcp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/mcp"
	"github.com/sluice-gateway/sluice/mcp/search"
)

// greeter runs every operation the same way.
type greeter struct{}

func (greeter) Execute(context.Context, mcp.Request) mcp.Response {
	return mcp.Response{Body: []byte(`{"data":{"hello":"world"}}`), HasData: true}
}

func (greeter) DryRun(context.Context, mcp.Request) mcp.DryRun { return mcp.DryRun{} }

// open shows everything to everybody.
type open struct{ view mcp.View }

func (o open) Schema(context.Context) mcp.View { return o.view }

// An endpoint needs something that runs operations and something that shows the
// schema. Authentication is middleware of Handler.
func ExampleNew() {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { hello: String }`})
	server, err := mcp.New(mcp.Config{Title: "Greetings"}, mcp.Deps{
		Executor: greeter{},
		Schemas:  open{mcp.View{Schema: schema, Index: search.Build(schema, search.BuildOptions{})}},
		Schema:   schema,
		Logger:   discard(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	call := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/mcp", strings.NewReader(
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":{"query":"{ hello }"}}}`))
	call.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	server.Handler().ServeHTTP(answer, call)
	fmt.Println(answer.Body)
	// Output: {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"{\"data\":{\"hello\":\"world\"}}"}]}}
}
