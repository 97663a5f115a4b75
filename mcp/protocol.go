package mcp

import (
	"net/http"
	"slices"

	mcpgo "github.com/mark3labs/mcp-go/mcp"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// revisions are the protocol revisions that are advertised, newest first.
var revisions = []string{mcpgo.ProtocolVersion20260728, mcpgo.ProtocolVersion20251125, mcpgo.ProtocolVersion20250618}

// modern reports whether a message belongs to revision 2026-07-28, which
// carries its version in every message.
func (m *message) modern(h http.Header) bool {
	return mcpgo.IsModernProtocol(m.version) || mcpgo.IsModernProtocol(h.Get(mcpgo.HeaderProtocolVersion))
}

// checkVersion refuses revisions that are not served: MCP 2026-07-28,
// Versioning. A header that disagrees with _meta is a mismatch before anything
// else.
func (m *message) checkVersion(h http.Header) *rpcError {
	version, header := m.version, h.Get(mcpgo.HeaderProtocolVersion)
	switch {
	case m.hasVersion && version == "":
		return badRequest(codeInvalidParams, "invalid _meta field "+metaVersion)
	case m.hasVersion && header != "" && header != version:
		return badRequest(codeHeaderMismatch, "header mismatch: Mcp-Protocol-Version differs from _meta")
	case m.hasVersion && !slices.Contains(revisions, version):
	case !m.hasVersion && m.method != string(mcpgo.MethodInitialize) && unknownRevision(header):
		version = header
	default:
		return nil
	}
	data := []byte(`{"supported":[`)
	for i, r := range revisions {
		if i > 0 {
			data = append(data, ',')
		}
		data = rawjson.AppendQuoted(data, r)
	}
	data = rawjson.AppendQuoted(append(data, `],"requested":`...), version)
	return &rpcError{code: codeUnsupportedVersion, status: http.StatusBadRequest, message: "unsupported protocol version", data: append(data, '}')}
}

// unknownRevision reports whether a header names no revision at all. Revisions
// older than those advertised are served as far as they go, since a client
// without the header counts as 2025-03-26.
func unknownRevision(version string) bool {
	return version != "" && !mcpgo.IsValidProtocolVersion(version)
}

// checkModern holds a 2026-07-28 message that passed checkVersion against its
// headers: MCP 2026-07-28, Transports, Standard Request Headers.
func (m *message) checkModern(h http.Header) *rpcError {
	switch {
	case h.Get(mcpgo.HeaderProtocolVersion) == "":
		return badRequest(codeHeaderMismatch, "header mismatch: Mcp-Protocol-Version is missing")
	case !m.hasVersion:
		return badRequest(codeInvalidParams, "missing _meta field "+metaVersion)
	case h.Get(mcpgo.HeaderMethod) != m.method:
		return badRequest(codeHeaderMismatch, "header mismatch: Mcp-Method is missing or differs from method")
	case m.id != nil && !m.capabilities:
		return badRequest(codeInvalidParams, "missing or invalid _meta field "+metaCapabilities)
	case m.method != string(mcpgo.MethodToolsCall):
		return nil
	}
	name, ok := mcpgo.DecodeHeaderValue(h.Get(mcpgo.HeaderName))
	if !ok || name == "" || name != rawjson.Text(m.name) {
		return badRequest(codeHeaderMismatch, "header mismatch: Mcp-Name is missing, malformed or differs from params.name")
	}
	return nil
}
