// Package standard links the built-in extensions into a binary, by a blank import of its own: "authenticated", "jwt",
// "oauth-protected-resource", "policy", "requires-scopes" and "signed-identity". It owns nothing else; a build that wants
// fewer imports those packages one by one.
package standard

import (
	_ "github.com/sluice-gateway/sluice/extensions/directives"
	_ "github.com/sluice-gateway/sluice/extensions/jwt"
	_ "github.com/sluice-gateway/sluice/extensions/oauthprotectedresource"
	_ "github.com/sluice-gateway/sluice/extensions/signedidentity"
)
