package gateway

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// exchangeBench is a spy subgraph behind a token exchange.
func exchangeBench(t *testing.T, endpoint http.HandlerFunc) (fetcher, *http.Header) {
	t.Helper()
	seen := &http.Header{}
	spy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = r.Header.Clone()
		_, _ = w.Write([]byte(`{"data":{}}`))
	}))
	t.Cleanup(spy.Close)
	as := httptest.NewServer(endpoint)
	t.Cleanup(as.Close)
	cfg := config.Default()
	cfg.Subgraphs = map[string]config.Subgraph{"a": {
		URL: spy.URL, Retry: &config.Retry{}, TokenExchange: &config.TokenExchange{Endpoint: as.URL, ClientID: "sluice", Audience: "a"},
	}}
	s := &schema.Schema{Subgraphs: []schema.Subgraph{{Name: "a"}}}
	clients, err := newClients(&cfg, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(clients.Close)
	f, err := withExchange(&cfg, s, clients)
	if err != nil {
		t.Fatal(err)
	}
	return f, seen
}

func callerContext(tok extensions.Token) context.Context {
	return context.WithValue(context.Background(), callerKey{}, tok)
}

func TestTheSubgraphGetsTheExchangedToken(t *testing.T) {
	f, seen := exchangeBench(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("subject_token") != "callers" || r.FormValue("audience") != "a" {
			t.Errorf("exchange asked with %v", r.Form)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"exchanged","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":300}`))
	})
	req := &exec.Request{Kind: operation.Query, Body: []byte(`{}`), Header: http.Header{"Authorization": {"Bearer forwarded"}}}
	res, err := f.Fetch(callerContext(extensions.Token{ExtensionID: "jwt", Subject: "u1", Credential: "callers"}), req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Release()
	if got := seen.Values("Authorization"); len(got) != 1 || got[0] != "Bearer exchanged" {
		t.Errorf("the subgraph saw %q", got)
	}
	if req.Header.Get("Authorization") != "Bearer forwarded" {
		t.Error("the shared request was changed")
	}
}

func TestNobodysRequestGoesWithoutAuthorization(t *testing.T) {
	f, seen := exchangeBench(t, func(http.ResponseWriter, *http.Request) { t.Error("nothing is to be exchanged") })
	res, err := f.Fetch(callerContext(extensions.Anonymous("")), &exec.Request{Kind: operation.Query, Body: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Release()
	if seen.Get("Authorization") != "" {
		t.Errorf("the subgraph saw %q", seen.Get("Authorization"))
	}
}

func TestARefusedExchangeFailsTheRequest(t *testing.T) {
	f, seen := exchangeBench(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_target"}`))
	})
	_, err := f.Fetch(callerContext(extensions.Token{ExtensionID: "jwt", Subject: "u1", Credential: "callers"}), &exec.Request{Kind: operation.Query, Body: []byte(`{}`)})
	if err == nil {
		t.Fatal("the request was sent without a token")
	}
	if len(*seen) > 0 {
		t.Error("the subgraph was asked")
	}
}

func TestACallerWithoutACredentialToExchangeIsNotSentAsNobody(t *testing.T) {
	f, seen := exchangeBench(t, func(http.ResponseWriter, *http.Request) { t.Error("nothing is to be exchanged") })
	req := &exec.Request{Kind: operation.Query, Body: []byte(`{}`), Header: http.Header{"Authorization": {"Bearer unverified"}}}
	if _, err := f.Fetch(callerContext(extensions.Token{ExtensionID: "api-key", Subject: "machine"}), req); err == nil {
		t.Error("the request was sent without a token")
	}
	if len(*seen) > 0 {
		t.Error("the subgraph was asked")
	}
}
