package extensions_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
)

func TestErrorsAnswerAsTheirSpecificationsSay(t *testing.T) {
	caller := extensions.Token{Scopes: []string{"graph:read", "openid"}}
	for name, tt := range map[string]struct {
		err       *extensions.Error
		status    int
		challenge string // empty: no WWW-Authenticate
	}{
		"no credentials, no error parameter": {
			extensions.Unauthenticated(), 401, `Bearer`,
		},
		"a bad token": {
			extensions.InvalidToken("the token is expired", errors.New("exp 12")), 401,
			`Bearer error="invalid_token", error_description="the token is expired"`,
		},
		"a malformed request": {
			extensions.InvalidRequest("sent twice"), 400,
			`Bearer error="invalid_request", error_description="sent twice"`,
		},
		"lacking scopes name what is needed and what is held": {
			extensions.InsufficientScope(caller, []string{"reviews:read", "graph:read"}), 403,
			`Bearer error="insufficient_scope", error_description="the operation needs more scopes than the token grants", scope="graph:read openid reviews:read"`,
		},
		"forbidden has no challenge": {
			extensions.Forbidden("the tenant is not allowed"), 403, ``,
		},
		"unavailable has no challenge": {
			extensions.Unavailable(1500*time.Millisecond, io.EOF), 503, ``,
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			tt.err.SetHeaders(h)
			if got := h.Get("WWW-Authenticate"); got != tt.challenge {
				t.Errorf("got challenge %q, want %q", got, tt.challenge)
			}
			if tt.err.Status != tt.status {
				t.Errorf("got status %d, want %d", tt.err.Status, tt.status)
			}
			if want := map[bool]string{true: "2"}[tt.status == 503]; h.Get("Retry-After") != want {
				t.Errorf("got Retry-After %q, want %q", h.Get("Retry-After"), want)
			}
		})
	}
}

func TestCauseReachesTheLogAndNobodyElse(t *testing.T) {
	err := extensions.InvalidToken("the token is no good", errors.New("key 17 on host 10.0.0.8"))
	h := http.Header{}
	err.SetHeaders(h)
	if public := fmt.Sprint(err, h); strings.Contains(public, "10.0.0.8") {
		t.Errorf("the cause is public: %s", public)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("refused", slog.Any("error", err))
	if !strings.Contains(log.String(), "10.0.0.8") {
		t.Errorf("the cause is not logged: %s", log.String())
	}
}

func TestAsErrorFailsClosed(t *testing.T) {
	own := extensions.Forbidden("no")
	var null *extensions.Error
	for name, tt := range map[string]struct {
		err    error
		status int
	}{
		"an Error within another error":      {fmt.Errorf("guard: %w", own), 403},
		"any other error is an internal one": {errors.New("secret"), 500},
		"a deadline":                         {fmt.Errorf("ask: %w", context.DeadlineExceeded), 503},
		"a typed nil":                        {null, 500},
		"an Error that forgot its status":    {&extensions.Error{Message: "secret"}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			got := extensions.AsError(tt.err)
			if got.Status != tt.status || strings.Contains(got.Message, "secret") {
				t.Errorf("got %d %q, want %d", got.Status, got.Message, tt.status)
			}
		})
	}
	if extensions.AsError(nil) != nil {
		t.Error("AsError(nil) is an error")
	}
}

func TestCompleteFillsOnlyWhatIsEmpty(t *testing.T) {
	err := extensions.InsufficientScope(extensions.Token{}, []string{"own"})
	done := err.Complete(extensions.Challenge{
		Realm: "graph", ResourceMetadata: "https://g.example/.well-known/oauth-protected-resource/mcp", Scope: []string{"other"},
	})
	got := done.Challenges[0].String()
	for _, want := range []string{`realm="graph"`, `scope="own"`, `resource_metadata="https://g.example/.well-known/oauth-protected-resource/mcp"`} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want it to hold %s", got, want)
		}
	}
	if err.Challenges[0].Realm != "" {
		t.Error("Complete changed its receiver")
	}
}

func TestChallengeCannotBeMadeToInject(t *testing.T) {
	hostile := "x\"\r\nSet-Cookie: a=b\\\x00é"
	got := extensions.Challenge{
		Scheme: "Bea rer\r\n", Realm: hostile, Error: hostile, ErrorDescription: hostile,
		Scope: []string{"fine", hostile, "two words", "", "offline_access", "fine"}, ResourceMetadata: "https://a/" + hostile,
	}.String()
	const want = `Bearer realm="xSet-Cookie: a=b", error="xSet-Cookie: a=b", error_description="xSet-Cookie: a=b", scope="fine"`
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestChallengeLeavesOutARelativeMetadataURL(t *testing.T) {
	if got := (extensions.Challenge{ResourceMetadata: "/.well-known/x"}).String(); got != "Bearer" {
		t.Errorf("got %q, want a bare Bearer: RFC 9728 §5.1 asks for an absolute URL", got)
	}
}

func TestChallengeIsBoundedHoweverManyScopes(t *testing.T) {
	scopes := make([]string, 5000)
	for i := range scopes {
		scopes[i] = fmt.Sprintf("scope:%d", i)
	}
	if n := len(extensions.Challenge{Scope: scopes}.String()); n > 5<<10 {
		t.Errorf("the challenge has %d bytes", n)
	}
}

// wellFormed is the grammar of RFC 9110 §11.6.1 with the values of RFC 6750 §3.
var wellFormed = regexp.MustCompile(`^[!#$%&'*+.0-9A-Z^_\x60a-z|~-]+( [a-z_]+="[ !#-\[\]-~]+"(, [a-z_]+="[ !#-\[\]-~]+")*)?$`)

func FuzzChallenge(f *testing.F) {
	f.Add("Bearer", "realm", "scope", "description", "https://a.example/x")
	f.Add("", "\"\\", "a b", "\r\nX: y", "//")
	f.Fuzz(func(t *testing.T, scheme, realm, scope, description, metadata string) {
		got := extensions.Challenge{
			Scheme: scheme, Realm: realm, Scope: []string{scope}, ErrorDescription: description, ResourceMetadata: metadata,
		}.String()
		if !wellFormed.MatchString(got) {
			t.Fatalf("malformed: %q", got)
		}
	})
}

func TestCredentials(t *testing.T) {
	long := strings.Repeat("a", extensions.MaxTokenBytes+1)
	for name, tt := range map[string]struct {
		header http.Header
		token  string
		found  bool
		bad    bool
	}{
		"no header":                         {nil, "", false, false},
		"another scheme":                    {http.Header{"Authorization": {"Basic YTpi"}}, "", false, false},
		"a scheme that begins like Bearer":  {http.Header{"Authorization": {"BearerX abc"}}, "", false, false},
		"an empty header":                   {http.Header{"Authorization": {""}}, "", false, false},
		"a token":                           {http.Header{"Authorization": {"Bearer a.b-c_d~e+f/g=="}}, "a.b-c_d~e+f/g==", true, false},
		"a scheme in another case":          {http.Header{"Authorization": {"bEARER abc"}}, "abc", true, false},
		"several spaces behind the scheme":  {http.Header{"Authorization": {"Bearer   abc"}}, "abc", true, false},
		"a scheme alone":                    {http.Header{"Authorization": {"Bearer"}}, "", true, true},
		"a scheme and a space":              {http.Header{"Authorization": {"Bearer "}}, "", true, true},
		"padding alone":                     {http.Header{"Authorization": {"Bearer =="}}, "==", true, true},
		"two headers":                       {http.Header{"Authorization": {"Bearer a", "Bearer b"}}, "", true, true},
		"two headers of different schemes":  {http.Header{"Authorization": {"Basic a", "Bearer b"}}, "", true, true},
		"two tokens in one header":          {http.Header{"Authorization": {"Bearer a, Bearer b"}}, "a, Bearer b", true, true},
		"a line break":                      {http.Header{"Authorization": {"Bearer a\r\nX: y"}}, "a\r\nX: y", true, true},
		"a token beyond the limit":          {http.Header{"Authorization": {"Bearer " + long}}, long, true, true},
		"a token of exactly the limit":      {http.Header{"Authorization": {"Bearer " + long[1:]}}, long[1:], true, false},
		"padding in the middle of the text": {http.Header{"Authorization": {"Bearer a=b"}}, "a=b", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			token, found, err := extensions.BearerToken(tt.header)
			if token != tt.token || found != tt.found || (err != nil) != tt.bad {
				t.Errorf("got %.20q, %v, %v; want %.20q, %v, error %v", token, found, err, tt.token, tt.found, tt.bad)
			}
			if err != nil && extensions.AsError(err).Status != http.StatusBadRequest {
				t.Errorf("got status %d, want 400", extensions.AsError(err).Status)
			}
		})
	}
}

func TestCredentialsElsewhere(t *testing.T) {
	h := http.Header{"X-Token": {"tok abc"}, "Cookie": {"a=b; session=abc", `other="x"`}}
	for name, read := range map[string]func() (string, bool, error){
		"a header with a prefix":        func() (string, bool, error) { return extensions.HeaderToken(h, "x-token", "tok ") },
		"a cookie among several":        func() (string, bool, error) { return extensions.CookieToken(h, "session") },
		"a header without any prefix":   func() (string, bool, error) { return extensions.HeaderToken(http.Header{"K": {"abc"}}, "k", "") },
		"a quoted cookie value":         func() (string, bool, error) { return extensions.CookieToken(http.Header{"Cookie": {`c="abc"`}}, "c") },
		"a cookie of another name only": func() (string, bool, error) { return extensions.CookieToken(h, "Session") },
	} {
		t.Run(name, func(t *testing.T) {
			token, found, err := read()
			want := name != "a cookie of another name only"
			if err != nil || found != want || want && token != "abc" {
				t.Errorf("got %q, %v, %v", token, found, err)
			}
		})
	}
	twice := http.Header{"Cookie": {"session=a; session=b"}}
	if _, _, err := extensions.CookieToken(twice, "session"); extensions.AsError(err) == nil {
		t.Error("a cookie sent twice was read")
	}
}

func FuzzHeaderToken(f *testing.F) {
	f.Add("Bearer abc", "session=abc; a=b")
	f.Add("bearer  a, Bearer b", "session=\"")
	f.Fuzz(func(t *testing.T, header, cookie string) {
		h := http.Header{"Authorization": {header}, "Cookie": {cookie}}
		for _, read := range []func() (string, bool, error){
			func() (string, bool, error) { return extensions.BearerToken(h) },
			func() (string, bool, error) { return extensions.CookieToken(h, "session") },
		} {
			token, found, err := read()
			if err == nil && found && (token == "" || len(token) > extensions.MaxTokenBytes || strings.ContainsAny(token, " ,;\"\\\r\n\x00")) {
				t.Fatalf("accepted %q", token)
			}
			if err == nil && !found && token != "" {
				t.Fatalf("a token that was not found: %q", token)
			}
		}
	})
}

func TestScopes(t *testing.T) {
	caller := extensions.Token{Scopes: []string{"a", "b"}, Implied: []string{"c"}}
	for name, tt := range map[string]struct {
		requirement [][]string
		want        bool
	}{
		"one alternative met":               {[][]string{{"x"}, {"a", "b"}}, true},
		"a scope implied by another":        {[][]string{{"c"}}, true},
		"one scope of an alternative lacks": {[][]string{{"a", "x"}}, false},
		"no alternative is met by nobody":   {[][]string{}, false},
		"a lost argument is met by nobody":  {nil, false},
		"an alternative that asks nothing":  {[][]string{{}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := caller.Satisfies(tt.requirement); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestScopesForAsksForTheLeast(t *testing.T) {
	caller := extensions.Token{Scopes: []string{"held"}}
	for name, tt := range map[string]struct {
		requirements [][][]string
		want         []string
	}{
		"nothing":                                {nil, nil},
		"the alternative with less that lacks":   {[][][]string{{{"x", "y"}, {"held", "z"}}}, []string{"held", "z"}},
		"the first of equals":                    {[][][]string{{{"p"}, {"q"}}}, []string{"p"}},
		"what another field forces is not extra": {[][][]string{{{"p"}, {"q"}}, {{"q"}}}, []string{"q"}},
		"all fields together":                    {[][][]string{{{"x"}}, {{"y"}}, {{"held"}}}, []string{"held", "x", "y"}},
		"what nobody can meet adds nothing":      {[][][]string{{}, {{"x"}}}, []string{"x"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := caller.ScopesFor(tt.requirements); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestScopeHierarchyFollowsEveryStepAndEndsOnCycles(t *testing.T) {
	h := extensions.ScopeHierarchy{"admin": {"write"}, "write": {"read", "admin"}, "other": {"secret"}}
	if got := h.Implied([]string{"admin"}); !slices.Equal(got, []string{"read", "write"}) {
		t.Errorf("got %v", got)
	}
	if got := h.Implied(nil); got != nil {
		t.Errorf("no scope implies %v", got)
	}
}
