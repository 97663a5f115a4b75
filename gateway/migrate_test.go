package gateway

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/gateway/config"
)

func TestAGrafbaseConfigurationStarts(t *testing.T) {
	tenant := ""
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tenant = r.Header.Get("X-Tenant")
		_, _ = io.WriteString(w, `{"data":{"reviews":["good"]}}`)
	}))
	t.Cleanup(upstream.Close)
	text, err := os.ReadFile("testdata/migration/grafbase.toml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "reviews.graphql"), "type Query { reviews: [String!]! }")
	env := map[string]string{"REVIEWS_URL": upstream.URL, "BYPASS": "secret"}
	cfg, err := config.Parse("grafbase.toml", text, dir, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	var logs bytes.Buffer
	g, err := New(t.Context(), cfg, Options{Version: "test", Logger: slog.New(slog.NewTextHandler(&logs, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.close)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(bodyOf("{reviews}")))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Tenant", "t1")
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	if w.Code != 200 || w.Body.String() != `{"data":{"reviews":["good"]}}` || tenant != "t1" {
		t.Errorf("got %d %s, tenant %q", w.Code, w.Body, tenant)
	}
	for _, key := range []string{"entity_caching", "subgraphs.reviews.entity_caching", "graph.contracts.cache"} {
		if !strings.Contains(logs.String(), key) {
			t.Errorf("%s is ignored without a word", key)
		}
	}
}
