package demo

import (
	"context"
	"log/slog"

	"github.com/sluice-gateway/sluice/gateway/demo/authserver"
)

// Scopes lists the scopes that the protected schemas ask for, sorted.
func Scopes() []string {
	return []string{"accounts:read", "inventory:read", "inventory:write", "reviews:write"}
}

// AuthOptions say where the authorization server listens and what its tokens are for.
type AuthOptions struct {
	Host      string       // loopback; empty means 127.0.0.1
	Port      int          // authserver.DefaultPort is the demo's; 0 takes a free one
	Resources []string     // canonical URIs of the protected resources, such as "http://127.0.0.1:4000/mcp"
	Logger    *slog.Logger // nil logs nothing
}

// StartAuthServer opens an authorization server where the accounts of the shop can log in and the scopes of the protected
// schemas can be had. A token's subject is the id of an account.
func StartAuthServer(ctx context.Context, options AuthOptions) (*authserver.Server, error) {
	users := make([]authserver.User, len(people))
	for i, u := range Users() {
		users[i] = authserver.User{Subject: u.ID, Username: u.Username, Name: u.Name}
	}
	return authserver.Start(ctx, authserver.Options{
		Host: options.Host, Port: options.Port, Resources: options.Resources, Logger: options.Logger,
		Scopes: Scopes(), Users: users,
	})
}
