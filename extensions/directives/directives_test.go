package directives_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/extensions/directives"
	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

const policies = `
[policies.support]
claims = { roles = ["support", "admin"], email_verified = true }
[policies.profile]
scopes = ["profile"]
`

func factory(t *testing.T, id string) extensions.Factory {
	t.Helper()
	f, ok := extensions.Lookup(id)
	if !ok {
		t.Fatalf("%s is not registered", id)
	}
	return f
}

func open(t *testing.T, id, config string) extensions.Authorizer {
	t.Helper()
	ext, err := factory(t, id)(t.Context(), extensionstest.Env(id, config))
	if err != nil {
		t.Fatal(err)
	}
	return ext.(extensions.Authorizer)
}

func token(t *testing.T, claims string, scopes ...string) extensions.Token {
	t.Helper()
	c, err := extensions.ParseObject([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	return extensions.Token{ExtensionID: "test", Subject: "ada", Scopes: scopes, Claims: c}
}

func TestContract(t *testing.T) {
	for id, config := range map[string]string{"authenticated": "", "requires-scopes": "", "policy": policies} {
		t.Run(id, func(t *testing.T) {
			extensionstest.Run(t, factory(t, id), extensionstest.Subject{Config: config})
		})
	}
}

func TestDecisions(t *testing.T) {
	anonymous := extensions.Anonymous("test")
	ada := token(t, `{"roles":["user"],"email_verified":true}`, "graph:read")
	support := token(t, `{"roles":["support"],"email_verified":true}`, "profile")
	unverified := token(t, `{"roles":["support"],"email_verified":false}`)
	implied := token(t, `{}`, "graph:admin")
	implied.Implied = []string{"graph:read"}

	protected := func(directive string, requirement ...[]string) extensions.Protected {
		return extensions.Protected{Coordinate: "Query.f", Directive: directive, Requirement: requirement}
	}
	const auth, scopes, policy = extensions.DirectiveAuthenticated, extensions.DirectiveRequiresScopes, extensions.DirectivePolicy
	for name, tt := range map[string]struct {
		id        string
		token     extensions.Token
		protected extensions.Protected
		want      string // code of the denial, or empty
	}{
		"authenticated: an identity passes":                {"authenticated", ada, protected(auth), ""},
		"authenticated: the anonymous do not":              {"authenticated", anonymous, protected(auth), "UNAUTHENTICATED"},
		"authenticated: nor does the zero token":           {"authenticated", extensions.Token{}, protected(auth), "UNAUTHENTICATED"},
		"authenticated: other directives are not its own":  {"authenticated", anonymous, protected(scopes), ""},
		"scopes: one alternative is enough":                {"requires-scopes", ada, protected(scopes, []string{"x"}, []string{"graph:read"}), ""},
		"scopes: an implied scope counts":                  {"requires-scopes", implied, protected(scopes, []string{"graph:read"}), ""},
		"scopes: all of an alternative are needed":         {"requires-scopes", ada, protected(scopes, []string{"graph:read", "x"}), "INSUFFICIENT_SCOPE"},
		"scopes: the anonymous are asked to log in":        {"requires-scopes", anonymous, protected(scopes, []string{"x"}), "UNAUTHENTICATED"},
		"scopes: a requirement of nothing needs a caller":  {"requires-scopes", anonymous, protected(scopes, []string{}), "UNAUTHENTICATED"},
		"scopes: a lost argument lets nobody through":      {"requires-scopes", ada, protected(scopes), "INSUFFICIENT_SCOPE"},
		"policy: claims that meet it pass":                 {"policy", support, protected(policy, []string{"support"}), ""},
		"policy: all conditions must hold":                 {"policy", unverified, protected(policy, []string{"support"}), "FORBIDDEN"},
		"policy: a claim of another value does not":        {"policy", ada, protected(policy, []string{"support"}), "FORBIDDEN"},
		"policy: all of an alternative are needed":         {"policy", support, protected(policy, []string{"support", "profile"}), ""},
		"policy: one alternative is enough":                {"policy", support, protected(policy, []string{"unknown"}, []string{"profile"}), ""},
		"policy: an undefined policy lets nobody through":  {"policy", support, protected(policy, []string{"unknown"}), "FORBIDDEN"},
		"policy: an empty alternative lets nobody through": {"policy", support, protected(policy, []string{}), "FORBIDDEN"},
		"policy: the anonymous are asked to log in":        {"policy", anonymous, protected(policy, []string{"profile"}), "UNAUTHENTICATED"},
	} {
		t.Run(name, func(t *testing.T) {
			config := ""
			if tt.id == "policy" {
				config = policies
			}
			d, err := open(t, tt.id, config).AuthorizeOperation(t.Context(), tt.token, extensions.Operation{
				Kind: extensions.KindQuery, Protected: []extensions.Protected{tt.protected},
			})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, denied := range d.Denied {
				got += denied.Denial.Code
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestScopesOfTheWholeOperationAreNamed(t *testing.T) {
	d, err := open(t, "requires-scopes", "").AuthorizeOperation(t.Context(), token(t, `{}`, "graph:read", "openid"), extensions.Operation{
		Protected: []extensions.Protected{
			{Coordinate: "Query.a", Directive: extensions.DirectiveRequiresScopes, Requirement: [][]string{{"graph:read"}}},
			{Coordinate: "Query.b", Directive: extensions.DirectiveRequiresScopes, Requirement: [][]string{{"x", "y"}, {"z"}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"graph:read", "z"}; !slices.Equal(d.RequiredScopes, want) {
		t.Errorf("got %v, want %v", d.RequiredScopes, want)
	}
	if len(d.Denied) != 1 || d.Denied[0].Coordinate != "Query.b" {
		t.Errorf("got %+v, want Query.b alone denied", d.Denied)
	}
}

func TestPolicyConfigurationMustCoverTheSchema(t *testing.T) {
	env := extensionstest.Env("policy", "[policies.empty]\n[policies.odd]\nclaims = { a = 1.5 }\n")
	env.Schema.Policies = []string{"profile"}
	_, err := factory(t, "policy")(t.Context(), env)
	if err == nil || !strings.Contains(err.Error(), "policies.empty") || !strings.Contains(err.Error(), `"profile"`) || !strings.Contains(err.Error(), "policies.odd.claims: a") {
		t.Errorf("got %v, want all faults named", err)
	}
}

func TestEvaluatorIsAskedOncePerPolicyAndItsErrorsRefuse(t *testing.T) {
	asked := map[string]int{}
	op := extensions.Operation{Protected: []extensions.Protected{
		{Coordinate: "Query.a", Directive: extensions.DirectivePolicy, Requirement: [][]string{{"p", "q"}}},
		{Coordinate: "Query.b", Directive: extensions.DirectivePolicy, Requirement: [][]string{{"q"}, {"p"}}},
	}}
	p := directives.NewPolicy(func(_ context.Context, _ extensions.Token, name string) (bool, error) {
		asked[name]++
		return name == "p", nil
	})
	d, err := p.AuthorizeOperation(t.Context(), token(t, `{}`), op)
	if err != nil || len(d.Denied) != 1 || d.Denied[0].Coordinate != "Query.a" {
		t.Errorf("got %+v, %v, want Query.a alone denied", d, err)
	}
	if got := fmt.Sprint(asked); got != "map[p:1 q:1]" {
		t.Errorf("got %s questions, want one each", got)
	}
	down := errors.New("connection refused")
	p = directives.NewPolicy(func(context.Context, extensions.Token, string) (bool, error) { return true, down })
	if d, err := p.AuthorizeOperation(t.Context(), token(t, `{}`), op); !errors.Is(err, down) || d.Denied != nil {
		t.Errorf("got %+v, %v, want the evaluator's error and no decision", d, err)
	}
}
