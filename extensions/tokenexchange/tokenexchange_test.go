package tokenexchange

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var reviews = Target{Audience: "reviews", Scopes: []string{"read", "write"}}

// endpoint is a token endpoint that counts and answers as told.
type endpoint struct {
	*httptest.Server
	asked   atomic.Int32
	handler atomic.Value // http.HandlerFunc
}

func startEndpoint(t testing.TB, h http.HandlerFunc) *endpoint {
	t.Helper()
	e := &endpoint{}
	e.handler.Store(h)
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.asked.Add(1)
		e.handler.Load().(http.HandlerFunc)(w, r)
	}))
	t.Cleanup(func() {
		e.CloseClientConnections()
		e.Close()
	})
	return e
}

// answer answers with a status and a body.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// grant answers with a new token each time.
func grant(life string) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"access_token":"new-%d","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"bearer"%s}`, n.Add(1), life)
	}
}

func newExchanger(t testing.TB, e *endpoint, secret string) *Exchanger {
	t.Helper()
	x, err := New(Settings{Endpoint: e.URL, ClientID: "gate way", ClientSecret: secret, Timeout: 2 * time.Second, CacheSize: 16}, e.Client())
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestTheRequestIsThatOfTheSpecification(t *testing.T) {
	for name, secret := range map[string]string{"a confidential client": "s:cret", "a public client": ""} {
		t.Run(name, func(t *testing.T) {
			var got string
			e := startEndpoint(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				id, pass, _ := r.BasicAuth()
				got = r.Method + " " + id + ":" + pass + " " + string(body)
				grant("")(w, r)
			})
			if _, err := newExchanger(t, e, secret).Exchange(t.Context(), "callers", time.Time{}, Target{
				Audience: "reviews", Resource: "https://reviews.example", Scopes: []string{"a", "b"},
			}); err != nil {
				t.Fatal(err)
			}
			const form = "audience=reviews&%sgrant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Atoken-exchange&" +
				"requested_token_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Atoken-type%%3Aaccess_token&resource=https%%3A%%2F%%2Freviews.example&" +
				"scope=a+b&subject_token=callers&subject_token_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Atoken-type%%3Aaccess_token"
			want := "POST gate+way:s%3Acret " + fmt.Sprintf(form, "")
			if secret == "" {
				want = "POST : " + fmt.Sprintf(form, "client_id=gate+way&")
			}
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestAgainstAnAuthorizationServer(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	x, err := New(Settings{Endpoint: as.TokenURL, ClientID: "gateway", ClientSecret: "s"}, &http.Client{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.client.CloseIdleConnections)
	tok, err := x.Exchange(t.Context(), as.Token(map[string]any{"sub": "ada"}), time.Time{}, reviews)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(tok.Value, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	claims, err := extensions.ParseObject(payload)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"sub": `"ada"`, "aud": `"reviews"`, "scope": `"read write"`, "act": `{"sub":"gateway"}`} {
		if got, _ := claims.Raw(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if _, err := x.Exchange(t.Context(), "not-minted", time.Time{}, reviews); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("a stranger's token: got %v, want ErrRefused with the code", err)
	}
}

func TestTokensAreRememberedForCallerAndTarget(t *testing.T) {
	e := startEndpoint(t, grant(`,"expires_in":60`))
	x := newExchanger(t, e, "s")
	now := time.Now()
	x.now = func() time.Time { return now }
	ask := func(subject string, expiry time.Time, to Target) string {
		t.Helper()
		tok, err := x.Exchange(t.Context(), subject, expiry, to)
		if err != nil {
			t.Fatal(err)
		}
		return tok.Value
	}
	first := ask("ada", time.Time{}, reviews)
	if ask("ada", time.Time{}, reviews) != first {
		t.Error("the same question was asked twice")
	}
	if ask("bob", time.Time{}, reviews) == first || ask("ada", time.Time{}, Target{Audience: "users"}) == first ||
		ask("ada", time.Time{}, Target{Audience: "reviews", Scopes: []string{"read write"}}) == first {
		t.Error("another caller, target or scope got the same token")
	}
	now = now.Add(51 * time.Second)
	if ask("ada", time.Time{}, reviews) == first {
		t.Error("a token was used within the margin of its expiry")
	}
	short := ask("eve", now.Add(20*time.Second), reviews)
	now = now.Add(11 * time.Second)
	if ask("eve", now.Add(time.Hour), reviews) == short {
		t.Error("a token was used beyond the expiry of the caller's")
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	e := startEndpoint(t, grant(""))
	x := newExchanger(t, e, "s")
	for i := range 100 {
		if _, err := x.Exchange(t.Context(), fmt.Sprint("caller-", i), time.Time{}, reviews); err != nil {
			t.Fatal(err)
		}
	}
	if len(x.cache) > 16 {
		t.Errorf("%d tokens are kept, want at most 16", len(x.cache))
	}
}

func TestAnswersThatAreNoUse(t *testing.T) {
	const ok = `{"access_token":%q,"token_type":%q}`
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		want    error
	}{
		"a refusal":                  {answer(400, `{"error":"invalid_grant","error_description":"secret detail"}`), ErrRefused},
		"a client that is not known": {answer(401, `{"error":"invalid_client"}`), ErrRefused},
		"a refusal without a code":   {answer(403, `<html>secret detail</html>`), ErrRefused},
		"a code that is none":        {answer(400, `{"error":"secret detail\r\n"}`), ErrRefused},
		"an endpoint out of order":   {answer(503, `secret detail`), ErrUnavailable},
		"too many requests":          {answer(429, ``), ErrUnavailable},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, ErrUnavailable},
		"no JSON":                         {answer(200, `secret detail`), ErrUnavailable},
		"a huge answer":                   {answer(200, strings.Repeat(" ", 1<<20)), ErrUnavailable},
		"no token":                        {answer(200, `{"token_type":"Bearer"}`), ErrUnavailable},
		"a token that is no text":         {answer(200, `{"access_token":1,"token_type":"Bearer"}`), ErrUnavailable},
		"a token with a line break":       {answer(200, `{"access_token":"a\r\nX: secret","token_type":"Bearer"}`), ErrUnavailable},
		"a token with a space in front":   {answer(200, `{"access_token":" a","token_type":"Bearer"}`), ErrUnavailable},
		"a token of another type":         {answer(200, fmt.Sprintf(ok, "a", "DPoP")), ErrRefused},
		"a token that is no access token": {answer(200, fmt.Sprintf(ok, "a", "N_A")), ErrRefused},
		"the caller's own token":          {answer(200, fmt.Sprintf(ok, "callers", "Bearer")), ErrRefused},
		"an expired token":                {answer(200, `{"access_token":"a","token_type":"Bearer","expires_in":0}`), ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			e := startEndpoint(t, tt.handler)
			x := newExchanger(t, e, "s")
			tok, err := x.Exchange(t.Context(), "callers", time.Time{}, reviews)
			if !errors.Is(err, tt.want) || tok.Value != "" {
				t.Fatalf("got %+v, %v, want %v", tok, err, tt.want)
			}
			if text := err.Error(); strings.Contains(text, "secret") || strings.Contains(text, "callers") {
				t.Errorf("the error tells too much: %s", text)
			}
			if e.asked.Load() != 1 {
				t.Errorf("the endpoint was asked %d times, want once", e.asked.Load())
			}
			e.handler.Store(grant(""))
			if tok, err := x.Exchange(t.Context(), "callers", time.Time{}, reviews); err != nil || tok.Value == "" {
				t.Errorf("after it recovered: got %+v, %v", tok, err)
			}
		})
	}
}

func TestCallersShareAnExchangeAndMayLeave(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	e := startEndpoint(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived) // a second request would panic
		<-release
		grant("")(w, r)
	})
	x := newExchanger(t, e, "s")
	leaving, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := x.Exchange(leaving, "ada", time.Time{}, reviews)
		left <- err
	}()
	<-arrived
	var wg sync.WaitGroup
	var failed atomic.Int32
	for range 20 {
		wg.Go(func() {
			if _, err := x.Exchange(t.Context(), "ada", time.Time{}, reviews); err != nil {
				failed.Add(1)
			}
		})
	}
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller who left got %v", err)
	}
	close(release)
	wg.Wait()
	if failed.Load() != 0 || e.asked.Load() != 1 {
		t.Errorf("%d of the others failed, the endpoint was asked %d times", failed.Load(), e.asked.Load())
	}
}

func TestAnEndpointThatHangsIsLeft(t *testing.T) {
	e := startEndpoint(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	x := newExchanger(t, e, "s")
	x.settings.Timeout = 20 * time.Millisecond
	if _, err := x.Exchange(t.Context(), "ada", time.Time{}, reviews); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}

func TestSettingsAndTargetsThatCannotBeMeant(t *testing.T) {
	for name, s := range map[string]Settings{
		"plain HTTP":         {Endpoint: "http://auth.example.com/token", ClientID: "c"},
		"no URL":             {Endpoint: "token", ClientID: "c"},
		"a password":         {Endpoint: "https://u:p@auth.example.com/token", ClientID: "c"},
		"no client":          {Endpoint: "https://auth.example.com/token"},
		"a negative timeout": {Endpoint: "https://auth.example.com/token", ClientID: "c", Timeout: -1},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(s, http.DefaultClient); err == nil {
				t.Error("no error")
			}
		})
	}
	x, err := New(Settings{Endpoint: "https://auth.example.com/token", ClientID: "c"}, http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Exchange(t.Context(), "ada", time.Time{}, Target{}); !errors.Is(err, ErrRefused) {
		t.Errorf("a target without audience and resource: got %v", err)
	}
}

func BenchmarkExchangeCached(b *testing.B) {
	e := startEndpoint(b, grant(`,"expires_in":3600`))
	x := newExchanger(b, e, "s")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Exchange(b.Context(), "ada", time.Time{}, reviews); err != nil {
			b.Fatal(err)
		}
	}
}
