package mcp_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/mcp"
)

// talk sends lines to a stdio server and returns its answers as they come, by
// their place when one at a time is sent.
func talk(t *testing.T, su *setup, lines ...string) []string {
	t.Helper()
	in, send := io.Pipe()
	receive, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := su.server.ServeStdio(t.Context(), in, out)
		_ = out.Close()
		done <- err
	}()
	answers := bufio.NewScanner(receive)
	answers.Buffer(nil, 1<<20)
	var got []string
	for _, l := range lines {
		if _, err := io.WriteString(send, l+"\n"); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(l, `"id"`) && answers.Scan() {
			got = append(got, answers.Text())
		}
	}
	_ = send.Close()
	for answers.Scan() {
		got = append(got, answers.Text())
	}
	if err := <-done; err != nil {
		t.Errorf("ServeStdio: %v", err)
	}
	return got
}

func TestStdioConversation(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{Name: "shop", MaxBodyBytes: 400})
	const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	got := talk(t, su,
		`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`,
		``,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}`,
		viewerCall,
		`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"execute","arguments":{"query":"{ viewer { id } }"},`+meta+`}}`,
		`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"nothing"}}`,
		`{"jsonrpc":"2.0","id":4,"method":"server/discover","params":{`+meta+`}}`,
		`{"jsonrpc":"2.0","id":5,"method":"server/discover","params":{`+strings.Replace(meta, "2026-07-28", "1900-01-01", 1)+`}}`,
		`{"jsonrpc":"2.0","id":6,"method":"ping","params":{"x":"`+strings.Repeat("x", 500)+`"}}`,
		`{"id":7`,
	)
	want := []string{
		`"protocolVersion":"2025-11-25"`, `"id":9007199254740993,"result":{}`, `"id":1,"result":{"content":[{"type":"text","text":"{\"data\"`,
		`"resultType":"complete"`, `"code":-32602,"message":"unknown tool"`, `"supportedVersions":["2026-07-28"`, `"code":-32022`, `too long`, `"code":-32700`,
	}
	if len(got) != len(want) {
		t.Fatalf("%d answers, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("answer %d is %s, want it to have %s", i, got[i], want[i])
		}
	}
}

func TestStdioListenIsAcknowledgedAndEnds(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	got := talk(t, su, `{"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`)
	if len(got) != 2 || !strings.Contains(got[0], "acknowledged") || !strings.Contains(got[1], `"id":"s","result"`) {
		t.Errorf("got %q", got)
	}
}

// TestStdioCancellation: over stdio a client cancels its own requests, and gets
// no answer to them.
func TestStdioCancellation(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	started := make(chan struct{})
	su.api.hook = func(ctx context.Context, req mcp.Request) (mcp.Response, bool) {
		if !strings.Contains(req.Query, "slow") {
			return mcp.Response{}, false
		}
		close(started)
		<-ctx.Done()
		return mcp.Response{}, true
	}
	in, send := io.Pipe()
	var out strings.Builder
	done := make(chan error, 1)
	go func() { done <- su.server.ServeStdio(t.Context(), in, &out) }()
	_, _ = io.WriteString(send, strings.Replace(viewerCall, "{ viewer", "query slow { viewer", 1)+"\n")
	<-started
	_, _ = io.WriteString(send, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`+"\n")
	_ = send.Close()
	if err := <-done; err != nil || out.String() != "" {
		t.Errorf("got %v and %q, want no answer", err, out.String())
	}
}

func TestStdioEndsWithItsContext(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	in, send := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- su.server.ServeStdio(ctx, in, io.Discard) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	_ = send.Close()
}
