package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/mcp"
)

func TestAPanicBehindCompressionIsAnInternalError(t *testing.T) {
	g := &Gateway{log: slog.New(slog.DiscardHandler)}
	served := compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"data":`)
		panic("oops")
	}))
	for _, accepted := range []string{"gzip", "identity"} {
		rec := httptest.NewRecorder()
		out := &statusWriter{ResponseWriter: rec}
		r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
		r.Header.Set("Accept-Encoding", accepted)
		func() {
			defer func() { g.fault(out, r, recover()) }()
			served.ServeHTTP(out, r)
		}()
		held := accepted == "gzip" // what is written to the client already cannot be taken back
		if held && (rec.Code != http.StatusInternalServerError || codeOf(rec.Body.String()) != string(codeInternal) || rec.Header().Get("Content-Length") != "") {
			t.Errorf("%s: got %d %q", accepted, rec.Code, rec.Body)
		}
		if !held && rec.Body.String() != `{"data":` {
			t.Errorf("%s: got %d %q", accepted, rec.Code, rec.Body)
		}
	}
}

func TestAPanicOfASubscriptionEndsItsStreamOnly(t *testing.T) {
	h := &graphqlHandler{pipeline: &pipeline{log: slog.New(slog.DiscardHandler)}}
	events, stop, done := make(chan event), make(chan struct{}), make(chan struct{})
	go h.receive(t.Context(), &graph.Subscription{}, events, stop, done) // without events, which panics
	if e := <-events; !errors.Is(e.err, errPanicked) {
		t.Errorf("got %v", e.err)
	}
	<-done
}

func TestAPanicOfAReloadLeavesTheOldSnapshot(t *testing.T) {
	b := newBench(t, benchSetup{})
	b.g.opts.Supergraph = func(context.Context, *config.Config) (string, error) { panic("oops") }
	if err := b.g.Reload(t.Context()); !errors.Is(err, errPanicked) {
		t.Errorf("got %v", err)
	}
	if a := b.query(`{brands{id}}`); a.status != http.StatusOK || codeOf(a.body) != "" {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if b.g.supergraphChanged(t.Context()) {
		t.Error("a poll that panicked says that the supergraph changed")
	}
}

func TestAClosedGatewayServesNoStdio(t *testing.T) {
	b := newBench(t, benchSetup{})
	if err := b.g.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := b.g.ServeStdio(t.Context(), strings.NewReader(""), io.Discard); err == nil {
		t.Error("a closed gateway serves")
	}
}

func TestAFailureToAuthorizeIsNoLackOfScopes(t *testing.T) {
	x := &executor{&pipeline{}}
	for _, c := range []struct {
		auth *extensions.Error
		want mcp.Refusal
	}{
		{extensions.AsError(errors.New("oops")), mcp.RefusedOther},
		{extensions.InsufficientScope(extensions.Token{}, []string{"read"}), mcp.RefusedScopes},
		{extensions.Unauthenticated(), mcp.RefusedScopes},
	} {
		if got := x.refusal(&refused{auth: c.auth}).Refused; got != c.want {
			t.Errorf("%v: got %v, want %v", c.auth, got, c.want)
		}
	}
}

func TestADryRunRefusesWhatTheRunWould(t *testing.T) {
	b := newBench(t, benchSetup{})
	a := b.tool("/mcp", "execute", args{"query": `subscription{reviewAdded{id}}`, "dry_run": true})
	if !strings.Contains(a.text, "subscription") || !strings.Contains(a.text, "valid: no") {
		t.Errorf("got %s", a.text)
	}
}
