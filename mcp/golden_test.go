package mcp_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/mcp"
)

var update = flag.Bool("update", false, "rewrite the expectations of the golden files")

// shownHeaders are the response headers that the goldens hold.
var shownHeaders = []string{
	"Content-Type", "Allow", "Vary", "WWW-Authenticate", "X-Accel-Buffering", "Mcp-Session-Id",
	"Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers",
}

var iconData = regexp.MustCompile(`data:image/png;base64,[A-Za-z0-9+/=]+`)

// TestExchanges runs every file of testdata/exchanges: an optional `config`
// (JSON of mcp.Config) and then pairs of `request` and `response`, each a start
// line (method and path, or status), headers, an empty line and a body.
func TestExchanges(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/exchanges/*.txtar")
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
			cfg := mcp.Config{Version: "test"}
			var got string
			answered := true
			var handler http.Handler
			for i, f := range ar.Files {
				switch f.Name {
				case "config":
					if err := json.Unmarshal(f.Data, &cfg); err != nil {
						t.Fatal(err)
					}
				case "request":
					if !answered {
						t.Fatal("a request without a response")
					}
					if handler == nil {
						handler = newSetup(t, cfg).server.Handler(asEmployee)
					}
					got, answered = exchange(t, handler, f.Data), false
				case "response":
					answered = true
					if *update {
						ar.Files[i].Data = []byte(got)
					} else if want := string(f.Data); got != want {
						t.Errorf("response %d: got\n%s\nwant\n%s", i, got, want)
					}
				default:
					t.Fatalf("unknown section %q", f.Name)
				}
			}
			if !answered {
				t.Error("the last request has no response")
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// exchange sends one written-down request to a real server and writes the
// answer down.
func exchange(t *testing.T, h http.Handler, raw []byte) string {
	t.Helper()
	ts := httptest.NewServer(h)
	defer ts.Close()
	head, body, _ := strings.Cut(string(raw), "\n\n")
	start, headers, _ := strings.Cut(head, "\n")
	method, path, _ := strings.Cut(strings.TrimSpace(start), " ")
	req, err := http.NewRequestWithContext(t.Context(), method, ts.URL+path, strings.NewReader(strings.TrimSpace(body)))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	lines := bufio.NewScanner(strings.NewReader(headers))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		if value = strings.TrimSpace(value); name == "Host" {
			req.Host = value
		} else {
			req.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", resp.StatusCode)
	for _, name := range shownHeaders {
		for _, v := range resp.Header.Values(name) {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	out := iconData.ReplaceAllString(strings.TrimSpace(text.String()), "ICON")
	if out != "" {
		b.WriteString("\n" + out + "\n")
	}
	return b.String()
}
