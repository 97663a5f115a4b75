package config

// TrustedDocuments is the [trusted_documents] table: operations that were reviewed beforehand.
type TrustedDocuments struct {
	// Whether documents are looked up by their id.
	Enabled bool `toml:"enabled"`
	// Whether only known documents run.
	Enforced bool `toml:"enforced"`
	// Files, folders or patterns with documents: our manifest, Apollo's or Relay's, or a folder of .graphql files.
	Manifests []Path `toml:"manifests"`
	// Whether documents that carry a name are MCP tools of their own.
	MCPTools bool `toml:"mcp_tools"`
	// Headers, first one first, that a client says its name in. The names are used in logs and metrics.
	ClientNameHeaders []string `toml:"client_name_headers" check:"header"`
	// Whether a document is only found for clients that its manifest names.
	RequireClientName bool `toml:"require_client_name"`
	// Header that lets a request run any document even when enforced.
	BypassHeaderName string `toml:"bypass_header_name" check:"header"`
	// Value that this header must have.
	BypassHeaderValue Secret `toml:"bypass_header_value"`
	// Level to log an unknown document id at.
	DocumentIDUnknownLogLevel string `toml:"document_id_unknown_log_level" oneof:"off|debug|info|warn|error"`
	// Level to log a text at that is not the one its document id stands for.
	DocumentIDAndQueryMismatchLogLevel string `toml:"document_id_and_query_mismatch_log_level" oneof:"off|debug|info|warn|error"`
	// Level to log a text at that is no known document.
	InlineDocumentUnknownLogLevel string `toml:"inline_document_unknown_log_level" oneof:"off|debug|info|warn|error"`
	// Most unknown operations that are remembered, without their values, as candidates for `sluice trust --candidates`.
	Candidates int `toml:"candidates"`
}

func defaultTrustedDocuments() TrustedDocuments {
	return TrustedDocuments{
		Enabled:                            true,
		Manifests:                          []Path{},
		ClientNameHeaders:                  []string{"x-grafbase-client-name", "apollographql-client-name"},
		DocumentIDUnknownLogLevel:          "info",
		DocumentIDAndQueryMismatchLogLevel: "info",
		InlineDocumentUnknownLogLevel:      "info",
		Candidates:                         1000,
	}
}

func (t TrustedDocuments) validate(c *checker, p path) {
	if (t.BypassHeaderName == "") != t.BypassHeaderValue.IsZero() {
		c.add(p, "needs both bypass_header_name and bypass_header_value")
	}
	if t.Enforced && !t.Enabled {
		c.add(p.child("enforced"), "needs enabled = true")
	}
	if t.Enforced && len(t.Manifests) == 0 {
		c.add(p.child("manifests"), "is required when documents are enforced: nothing could run")
	}
	if t.RequireClientName && len(t.ClientNameHeaders) == 0 {
		c.add(p.child("client_name_headers"), "is required with require_client_name = true")
	}
	for _, level := range []entry{
		{p.child("document_id_unknown_log_level"), t.DocumentIDUnknownLogLevel},
		{p.child("document_id_and_query_mismatch_log_level"), t.DocumentIDAndQueryMismatchLogLevel},
		{p.child("inline_document_unknown_log_level"), t.InlineDocumentUnknownLogLevel},
	} {
		if level.value == "" {
			c.add(level.key, "must not be empty")
		}
	}
}

// APQ is the [apq] table: automatic persisted queries, which clients register by sending them. They save bandwidth and
// are no allow-list; they are off when trusted documents are enforced.
type APQ struct {
	// Whether clients may register and name their operations by hash.
	Enabled bool `toml:"enabled"`
}
