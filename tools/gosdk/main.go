// Command gosdk uses an MCP endpoint as the official Go SDK's client does, and
// prints what it got as one JSON object, for the end-to-end tests to judge.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// answer is what a tool said.
type answer struct {
	Text    string `json:"text"`
	IsError bool   `json:"isError"`
}

// report is all that the client saw.
type report struct {
	Protocol string            `json:"protocol"`
	Tools    []string          `json:"tools"`
	Answers  map[string]answer `json:"answers"`
	Unknown  string            `json:"unknown"` // the error of a tool that there is not
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gosdk URL QUERY")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := run(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "gosdk:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, query string) error {
	client := mcp.NewClient(&mcp.Implementation{Name: "gosdk", Version: "1"}, nil)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: url}, nil)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	out := report{Protocol: session.InitializeResult().ProtocolVersion, Answers: map[string]answer{}}
	listed, err := session.ListTools(ctx, nil)
	if err != nil {
		return fmt.Errorf("list tools: %w", err)
	}
	for _, t := range listed.Tools {
		out.Tools = append(out.Tools, t.Name)
	}
	for _, call := range []*mcp.CallToolParams{
		{Name: "search", Arguments: map[string]any{"keywords": []string{"review", "rating"}}},
		{Name: "introspect", Arguments: map[string]any{"types": []string{"Review"}}},
		{Name: "execute", Arguments: map[string]any{"query": query}},
	} {
		res, err := session.CallTool(ctx, call)
		if err != nil {
			return fmt.Errorf("call %s: %w", call.Name, err)
		}
		var a answer
		for _, c := range res.Content {
			if t, ok := c.(*mcp.TextContent); ok {
				a.Text += t.Text
			}
		}
		a.IsError = res.IsError
		out.Answers[call.Name] = a
	}
	if _, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "nothing"}); err != nil {
		out.Unknown = err.Error()
	}
	if err := session.Close(); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return json.NewEncoder(os.Stdout).Encode(out) //nolint:wrapcheck // main names the program
}
