package mcp

import (
	"crypto/rand"
	"maps"
	"net/http"
	"strconv"
	"sync"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// result is what a tool call came to.
type result struct {
	content [][]byte // text blocks
	isError bool
	cut     bool        // did not fit its budget
	status  int         // HTTP status when not 200: 401 or 403
	header  http.Header // WWW-Authenticate and the like, with status
	release func()      // of the executor's memory that content shares; may be nil
}

// tokens estimates what the result costs its reader. It is for metrics: of a
// long text it measures samples, which is near enough and cheap.
func (r result) tokens() int {
	n := 0
	for _, block := range r.content {
		n += sampled(block)
	}
	return n
}

func sampled(b []byte) int {
	const window, windows = 1024, 4
	if len(b) <= 2*window*windows {
		return measure(b)
	}
	n, step := 0, (len(b)-window)/(windows-1)
	for i := range windows {
		n += measure(b[i*step:][:window])
	}
	return n * len(b) / (window * windows)
}

// done gives the memory of a written result back.
func (r result) done() {
	if r.release != nil {
		r.release()
	}
}

func text(s string) result      { return result{content: [][]byte{[]byte(s)}} }
func errorText(s string) result { return result{content: [][]byte{[]byte(s)}, isError: true} }

// buffers hold responses while they are written. Large ones are not kept.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

const maxPooledBuffer = 256 << 10

// writeResult answers a tools/call.
func (s *Server) writeResult(w http.ResponseWriter, id []byte, res result, modern bool) {
	buf := buffers.Get().(*[]byte)
	b := s.appendResult((*buf)[:0], id, res, modern)
	status := http.StatusOK
	if res.status != 0 {
		status = res.status
		maps.Copy(w.Header(), res.header)
	}
	writeJSON(w, status, b)
	if *buf = b; cap(b) <= maxPooledBuffer {
		buffers.Put(buf)
	}
}

// appendResult writes the response of a tools/call: MCP, Tools, Calling Tools.
func (s *Server) appendResult(b, id []byte, res result, modern bool) []byte {
	b = append(append(b, `{"jsonrpc":"2.0","id":`...), id...)
	b = append(b, `,"result":{"content":[`...)
	for i, c := range res.content {
		if i > 0 {
			b = append(b, ',')
		}
		b = rawjson.AppendQuoted(append(b, `{"type":"text","text":`...), c)
		b = append(b, '}')
	}
	b = append(b, ']')
	if res.isError {
		b = append(b, `,"isError":true`...)
	}
	if modern {
		b = append(b, s.modernTail...)
	}
	return append(b, '}', '}')
}

// appendRPCError writes a JSON-RPC error. An error without a request that it
// belongs to has no id: the schema of MCP has no null ids.
func appendRPCError(b, id []byte, e *rpcError) []byte {
	b = append(b, `{"jsonrpc":"2.0"`...)
	if id != nil {
		b = append(append(b, `,"id":`...), id...)
	}
	b = append(b, `,"error":{"code":`...)
	b = strconv.AppendInt(b, int64(e.code), 10)
	b = rawjson.AppendQuoted(append(b, `,"message":`...), e.message)
	if e.data != nil {
		b = append(append(b, `,"data":`...), e.data...)
	}
	return append(b, '}', '}')
}

func writeRPCError(w http.ResponseWriter, id []byte, e *rpcError) {
	writeJSON(w, e.status, appendRPCError(nil, id, e))
}

// refuse answers a request that is no message yet.
func refuse(w http.ResponseWriter, status int, reason string) {
	writeRPCError(w, nil, &rpcError{code: codeInvalidRequest, status: status, message: reason})
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone: nobody to tell
}

func correlationID() string { return rand.Text()[:12] }
