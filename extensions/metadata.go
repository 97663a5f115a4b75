package extensions

import "net/http"

// MetadataProvider publishes documents that a client reads before it has a token.
type MetadataProvider interface {
	// PublicMetadata returns the documents. It is called once, at start-up; two documents on one path, whoever they
	// belong to, are a start-up error. The result belongs to the caller.
	PublicMetadata() ([]PublicMetadata, error)
}

// PublicMetadata is one static document, served without authentication to GET, HEAD and OPTIONS, to every origin.
type PublicMetadata struct {
	Path   string      // absolute, without query: "/.well-known/oauth-protected-resource/mcp"
	Header http.Header // at least Content-Type
	Body   []byte
}
