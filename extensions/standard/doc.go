// Package standard links the built-in extensions into a binary, by a blank import of its own: "authenticated", "jwt",
// "oauth-protected-resource", "policy", "requires-scopes" and "signed-identity". It owns nothing else; a build that wants
// fewer imports those packages one by one.
package standard
