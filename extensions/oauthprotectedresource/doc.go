// Package oauthprotectedresource is the extension "oauth-protected-resource": it publishes the metadata of a protected
// resource (RFC 9728) whose tokens somebody else checks: another extension, a proxy in front, or the subgraphs.
//
// It owns the document and its paths, the well-known path with the resource's path inserted and the root one. It
// authenticates nobody: unlike Grafbase Gateway's extension of that name it is no authenticator that lets everybody
// through as anonymous; [authentication] default = "anonymous" says that where it is meant. The extension "jwt" publishes
// the same document by itself.
//
// Data comes from [extensions.oauth-protected-resource.config] and goes to the gateway once, at start-up.
package oauthprotectedresource
