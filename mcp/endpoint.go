package mcp

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"

	mcpgo "github.com/mark3labs/mcp-go/mcp"
)

// Handler is the endpoint. It answers on whatever path it is mounted. The
// middleware, first outermost, runs after Host, Origin and preflight and before
// everything else: the place of authentication.
func (s *Server) Handler(middleware ...func(http.Handler) http.Handler) http.Handler {
	var h http.Handler = http.HandlerFunc(s.serve)
	for _, wrap := range slices.Backward(middleware) {
		h = wrap(h)
	}
	return s.guard(h)
}

// serve answers one request that may be answered at all.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", corsMethods)
		refuse(w, http.StatusMethodNotAllowed, "this endpoint takes POST only: it keeps no session and opens no stream")
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "Content-Type must be application/json")
		return
	}
	body, err := readBody(w, r, s.cfg.MaxBodyBytes)
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			refuse(w, http.StatusRequestEntityTooLarge, "the body is larger than "+strconv.FormatInt(s.cfg.MaxBodyBytes, 10)+" bytes")
			return
		}
		refuse(w, http.StatusBadRequest, "the body could not be read")
		return
	}
	m, fail := parseMessage(body)
	if fail == nil {
		fail = m.checkVersion(r.Header)
	}
	if fail != nil {
		writeRPCError(w, m.id, fail)
		return
	}
	s.dispatch(w, r, &m, body)
}

// dispatch sends a well-formed message to whom it is for.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request, m *message, body []byte) {
	defer s.recoverInto(r.Context(), func(text string) {
		writeRPCError(w, m.id, &rpcError{code: codeInternal, status: http.StatusInternalServerError, message: text})
	})
	modern := m.modern(r.Header)
	var t *tool
	fail := m.check(r.Header, modern)
	if fail == nil {
		t, fail = s.called(r.Context(), m)
	}
	if t != nil && modern {
		fail = t.checkParameters(m, r.Header)
	}
	if fail != nil {
		if !modern {
			fail.status = http.StatusOK
		}
		writeRPCError(w, m.id, fail)
		return
	}
	if m.id == nil || m.reply {
		// Notifications and replies need no action. notifications/cancelled must
		// not reach mcp-go: in stateless operation it would cancel whatever
		// request of any caller has the same id. The end of the connection
		// cancels a request.
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if t != nil && t.added == nil {
		res := s.call(r.Context(), t, m.arguments, m.header(r.Header))
		s.writeResult(w, m.id, res, modern)
		res.done()
		return
	}
	writeLibrary(w, s.ask(r.Context(), m, body), modern)
}

// check holds a message against the protocol, as far as that needs the HTTP
// request.
func (m *message) check(h http.Header, modern bool) *rpcError {
	switch {
	case m.reply && modern:
		return badRequest(codeInvalidRequest, "there is no request of this server's to reply to")
	case m.method == string(mcpgo.MethodToolsList) && m.cursor:
		return badRequest(codeInvalidParams, "unknown cursor: the list of tools has one page")
	case modern:
		return m.checkModern(h)
	}
	return nil
}

// header is the request's header, with the trace context of _meta where HTTP
// had none.
func (m *message) header(h http.Header) http.Header {
	var out http.Header
	for i, name := range traceKeys {
		if m.trace[i] == "" || h.Get(name) != "" {
			continue
		}
		if out == nil {
			out = h.Clone()
		}
		if out == nil {
			out = http.Header{}
		}
		out.Set(name, m.trace[i])
	}
	if out == nil {
		return h
	}
	return out
}

// writeLibrary answers with what mcp-go said: as JSON, or as a stream of events
// when there are notifications. The HTTP status of an error is that of MCP
// 2026-07-28, Transports; earlier revisions have 200.
func writeLibrary(w http.ResponseWriter, a libraryAnswer, modern bool) {
	status := http.StatusOK
	switch {
	case !modern || a.code == 0 || a.code == codeInternal:
	case a.code == codeMethodNotFound:
		status = http.StatusNotFound
	default:
		status = http.StatusBadRequest
	}
	if len(a.notifications) == 0 {
		writeJSON(w, status, a.response)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies must not hold a stream back
	w.WriteHeader(status)
	for _, message := range append(a.notifications, a.response) {
		_, _ = w.Write(slices.Concat([]byte("event: message\ndata: "), message, []byte("\n\n"))) // the client is gone: nobody to tell
	}
}

// readBody reads at most limit bytes.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	if r.ContentLength > 0 {
		buf.Grow(int(min(r.ContentLength, limit)) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	return buf.Bytes(), err
}

// recoverInto turns a panic into a text with a correlation id, under which the
// cause is logged. It must be deferred directly.
func (s *Server) recoverInto(ctx context.Context, answer func(text string)) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	id := correlationID()
	s.deps.Logger.ErrorContext(ctx, "mcp: panic",
		slog.String("correlation_id", id), slog.Any("panic", cause), slog.String("stack", string(debug.Stack())))
	answer("internal error, correlation id " + id)
}
