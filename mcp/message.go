package mcp

import (
	"bytes"
	"unicode/utf8"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// message is one JSON-RPC message, scanned once. Slices point into the body.
type message struct {
	id     []byte // nil for a notification
	method string
	reply  bool // a response of the client's: it has a result or an error

	params    []byte
	name      []byte // params.name, a JSON string
	arguments []byte // params.arguments
	cursor    bool   // params.cursor is there
	requestID []byte // params.requestId

	hasVersion   bool   // _meta carries a protocol version
	version      string // that version
	capabilities bool   // _meta carries clientCapabilities as an object
	trace        [3]string
}

// traceKeys are the W3C trace context keys, of _meta and of HTTP alike; the
// values are in message.trace.
var traceKeys = [3]string{"traceparent", "tracestate", "baggage"}

// Keys of _meta: MCP 2026-07-28, Base Protocol, General fields.
const (
	metaVersion      = "io.modelcontextprotocol/protocolVersion"
	metaCapabilities = "io.modelcontextprotocol/clientCapabilities"
	metaServerInfo   = "io.modelcontextprotocol/serverInfo"
)

// rpcError is a JSON-RPC error together with the HTTP status it goes out with.
type rpcError struct {
	code    int
	status  int
	message string
	data    []byte // JSON or nil
}

// JSON-RPC error codes: JSON-RPC 2.0 §5.1 and MCP 2026-07-28.
const (
	codeParse              = -32700
	codeInvalidRequest     = -32600
	codeMethodNotFound     = -32601
	codeInvalidParams      = -32602
	codeInternal           = -32603
	codeHeaderMismatch     = -32020
	codeUnsupportedVersion = -32022
)

func badRequest(code int, text string) *rpcError {
	return &rpcError{code: code, status: 400, message: text}
}

// parseMessage reads the envelope of a JSON-RPC message (JSON-RPC 2.0 §4). A
// member that repeats, or differs from a known one only by case, is refused:
// another reader of the same bytes could understand it differently.
func parseMessage(body []byte) (message, *rpcError) {
	var m message
	v, err := rawjson.Value(body)
	if err != nil || !utf8.Valid(body) {
		return m, badRequest(codeParse, "the body is not valid JSON in UTF-8")
	}
	switch rawjson.KindOf(v) {
	case rawjson.Array:
		return m, badRequest(codeInvalidRequest, "batches are not supported: send one message per request")
	case rawjson.Object:
	case rawjson.Invalid, rawjson.Null, rawjson.Bool, rawjson.Number, rawjson.String:
		return m, badRequest(codeInvalidRequest, "the body is not a JSON-RPC message")
	}
	return m, m.envelope(v)
}

// envelopeKeys are the members of a message that mean something.
var (
	envelopeKeys = []string{"jsonrpc", "id", "method", "params", "result", "error"}
	paramsKeys   = []string{"name", "arguments", "_meta", "cursor", "requestId"}
)

func (m *message) envelope(v []byte) *rpcError {
	var version, id, method []byte
	fail := members(v, envelopeKeys, func(key int, value []byte) {
		switch key {
		case 0:
			version = value
		case 1:
			id = value
		case 2:
			method = value
		case 3:
			m.params = value
		default:
			m.reply = true
		}
	})
	if fail != nil {
		return fail
	}
	if id != nil && !validID(id) {
		return badRequest(codeInvalidRequest, "id must be a string or an integer")
	}
	m.id = id
	if string(version) != `"2.0"` {
		return badRequest(codeInvalidRequest, `jsonrpc must be "2.0"`)
	}
	if method == nil && m.reply {
		return nil
	}
	if rawjson.KindOf(method) != rawjson.String {
		return badRequest(codeInvalidRequest, "method must be a string")
	}
	m.method = rawjson.Text(method)
	switch rawjson.KindOf(m.params) {
	case rawjson.Invalid: // not there
		return nil
	case rawjson.Object:
		return m.readParams()
	default:
		return badRequest(codeInvalidParams, "params must be an object")
	}
}

func (m *message) readParams() *rpcError {
	var meta []byte
	fail := members(m.params, paramsKeys, func(key int, value []byte) {
		switch key {
		case 0:
			m.name = value
		case 1:
			m.arguments = value
		case 2:
			meta = value
		case 3:
			m.cursor = rawjson.KindOf(value) != rawjson.Null
		default:
			m.requestID = value
		}
	})
	if fail != nil || meta == nil {
		return fail
	}
	if rawjson.KindOf(meta) != rawjson.Object {
		return badRequest(codeInvalidParams, "_meta must be an object")
	}
	_ = rawjson.Members(meta, func(key, value []byte) error { // checked by parseMessage
		text := rawjson.KindOf(value) == rawjson.String
		switch string(key) {
		case metaVersion:
			m.hasVersion = true
			if text {
				m.version = rawjson.Text(value)
			}
		case metaCapabilities:
			m.capabilities = rawjson.KindOf(value) == rawjson.Object
		case traceKeys[0], traceKeys[1], traceKeys[2]:
			for i, name := range traceKeys {
				if text && string(key) == name {
					m.trace[i] = rawjson.Text(value)
				}
			}
		}
		return nil
	})
	return nil
}

// members visits the members of a checked object that are among keys, by index.
func members(v []byte, keys []string, visit func(key int, value []byte)) *rpcError {
	var seen uint
	var fail *rpcError
	_ = rawjson.Members(v, func(key, value []byte) error { // checked by parseMessage
		for i, known := range keys {
			if !bytes.EqualFold(key, []byte(known)) {
				continue
			}
			if string(key) != known || seen&(1<<i) != 0 {
				fail = badRequest(codeInvalidRequest, "the member "+known+" is ambiguous: it repeats, or differs only by case")
				return nil
			}
			seen |= 1 << i
			visit(i, value)
		}
		return nil
	})
	return fail
}

// validID reports whether an id is a string or an integer: MCP, Base Protocol,
// Requests. Null is neither.
func validID(id []byte) bool {
	switch rawjson.KindOf(id) {
	case rawjson.String:
		return true
	case rawjson.Number:
		return !bytes.ContainsAny(id, ".eE")
	case rawjson.Invalid, rawjson.Null, rawjson.Bool, rawjson.Array, rawjson.Object:
	}
	return false
}
