package extensions_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/sluice-gateway/sluice/extensions"
)

// curfew is an extension: an Authorizer that lets nobody change anything.
type curfew struct{}

func (curfew) AuthorizeOperation(_ context.Context, _ extensions.Token, op extensions.Operation) (extensions.Decision, error) {
	if op.Kind == extensions.KindMutation {
		return extensions.Decision{}, extensions.Forbidden("nothing may be changed now")
	}
	return extensions.Decision{}, nil
}

func init() {
	extensions.Register("curfew", func(context.Context, extensions.Env) (extensions.Extension, error) {
		return curfew{}, nil
	})
}

// An extension registers itself in init and is opened by the gateway.
func ExampleRegister() {
	ext, err := extensions.Open(context.Background(), extensions.Env{ID: "curfew"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(extensions.Capabilities(ext))

	op := extensions.Operation{Kind: extensions.KindMutation}
	_, err = ext.(extensions.Authorizer).AuthorizeOperation(context.Background(), extensions.Anonymous(""), op)
	fmt.Println(extensions.AsError(err).Status, err)
	// Output:
	// [authorizer]
	// 403 nothing may be changed now
}

// A step-up challenge names what the operation needs together with what the caller holds.
func ExampleInsufficientScope() {
	caller := extensions.Token{Scopes: []string{"graph:read"}}
	required := caller.ScopesFor([][][]string{
		{{"reviews:write"}, {"graph:admin", "audit"}}, // reviews:write, or both others
		{{"graph:read"}},
	})
	refusal := extensions.InsufficientScope(caller, required).Complete(extensions.Challenge{
		ResourceMetadata: extensions.Resource{URL: "https://graph.example.com/mcp"}.MetadataURL(),
	})

	h := http.Header{}
	refusal.SetHeaders(h)
	fmt.Println(refusal.Status)
	fmt.Println(h.Get("WWW-Authenticate"))
	// Output:
	// 403
	// Bearer error="insufficient_scope", error_description="the operation needs more scopes than the token grants", scope="graph:read reviews:write", resource_metadata="https://graph.example.com/.well-known/oauth-protected-resource/mcp"
}

// Claims are read by type; a claim of another type is not there.
func ExampleObject() {
	claims, err := extensions.ParseObject([]byte(`{"sub": "ada", "aud": "https://graph.example.com/mcp", "tenant": {"id": 7}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	subject, _ := claims.String("sub")
	audience, _ := claims.Strings("aud")
	tenant, _ := claims.Object("tenant")
	id, ok := tenant.Int("id")
	fmt.Println(subject, audience, id, ok)
	// Output: ada [https://graph.example.com/mcp] 7 true
}

// Credentials that were sent twice are refused rather than picked from.
func ExampleBearerToken() {
	h := http.Header{}
	h.Add("Authorization", "Bearer one")
	h.Add("Authorization", "Bearer two")
	_, _, err := extensions.BearerToken(h)
	fmt.Println(extensions.AsError(err).Status, err)
	// Output: 400 a header with credentials was sent more than once
}
