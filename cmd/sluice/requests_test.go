package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	mcpgo "github.com/mark3labs/mcp-go/mcp"
	"github.com/rogpeppe/go-internal/testscript"
)

// options takes "-H header" and "-d body" out of arguments.
func options(ts *testscript.TestScript, args []string) (rest []string, headers map[string]string, body string) {
	headers = map[string]string{}
	for len(args) > 0 {
		if len(args) > 1 && args[0] == "-H" {
			name, value, ok := strings.Cut(args[1], ":")
			if !ok {
				ts.Fatalf("a header has a name and a value: %s", args[1])
			}
			headers[name] = strings.TrimSpace(value)
			args = args[2:]
		} else if len(args) > 1 && args[0] == "-d" {
			body = args[1]
			if file, ok := strings.CutPrefix(body, "@"); ok {
				body = ts.ReadFile(file)
			}
			args = args[2:]
		} else {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return rest, headers, body
}

func request(ts *testscript.TestScript, neg bool, args []string) {
	args, headers, body := options(ts, args)
	if len(args) != 2 {
		ts.Fatalf("usage: http METHOD URL [-H HEADER] [-d BODY]")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, args[0], args[1], strings.NewReader(body))
	ts.Check(err)
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	ts.Check(err)
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), res.StatusCode)
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		for _, value := range res.Header[name] {
			fmt.Fprintf(ts.Stdout(), "%s: %s\n", strings.ToLower(name), value)
		}
	}
	fmt.Fprintf(ts.Stdout(), "\n%s\n", content)
	if (res.StatusCode >= http.StatusBadRequest) != neg {
		ts.Fatalf("%s %s: %s\n%s", args[0], args[1], res.Status, content)
	}
}

func callMCP(ts *testscript.TestScript, neg bool, args []string) {
	args, headers, _ := options(ts, args)
	listing := len(args) == 2 && args[1] == "tools"
	calling := len(args) == 4 && args[1] == "call"
	if !listing && !calling {
		ts.Fatalf("usage: mcp URL [-H HEADER] tools | call TOOL JSON")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	text, err := askMCP(ctx, args[0], headers, args[2:])
	fmt.Fprintln(ts.Stdout(), text)
	if (err != nil) != neg {
		ts.Fatalf("%v\n%s", err, text)
	}
}

// askMCP lists the tools, or calls one when there are a name and arguments. A failed call gives its text and an error.
func askMCP(ctx context.Context, url string, headers map[string]string, call []string) (string, error) {
	c, err := mcpclient.NewStreamableHttpClient(url, transport.WithHTTPHeaders(headers))
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := c.Start(ctx); err != nil {
		return "", err
	}
	var hello mcpgo.InitializeRequest
	hello.Params.ProtocolVersion = "2025-11-25"
	hello.Params.ClientInfo = mcpgo.Implementation{Name: "script", Version: "1.0.0"}
	if _, err := c.Initialize(ctx, hello); err != nil {
		return err.Error(), err
	}
	if len(call) == 0 {
		list, err := c.ListTools(ctx, mcpgo.ListToolsRequest{})
		if err != nil {
			return err.Error(), err
		}
		names := make([]string, len(list.Tools))
		for i, tool := range list.Tools {
			names[i] = tool.Name
		}
		return strings.Join(names, "\n"), nil
	}
	var req mcpgo.CallToolRequest
	req.Params.Name = call[0]
	req.Params.Arguments = json.RawMessage(call[1])
	res, err := c.CallTool(ctx, req)
	if err != nil {
		return err.Error(), err
	}
	var text strings.Builder
	for _, content := range res.Content {
		if t, ok := content.(mcpgo.TextContent); ok {
			text.WriteString(t.Text)
		}
	}
	if res.IsError {
		return text.String(), fmt.Errorf("tool %s has failed", call[0])
	}
	return text.String(), nil
}
