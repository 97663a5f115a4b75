package gateway

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/sluice-gateway/sluice/graph/operation"
)

// serveHealth answers liveness, and readiness. A gateway whose reload or poll failed goes on serving the old snapshot: it says "stale" and stays
// ready, since taking it out of service would help nobody. One that stops is not ready.
func (g *Gateway) serveHealth(w http.ResponseWriter, r *http.Request) {
	h := g.current.Load().cfg.Health
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	switch r.URL.Path {
	case h.Path:
		writeJSON(w, http.StatusOK, []byte(`{"status":"healthy"}`))
	case h.ReadyPath:
		g.serveReady(w)
	default:
		http.NotFound(w, r)
	}
}

func (g *Gateway) serveReady(w http.ResponseWriter) {
	switch {
	case g.stopping.Load():
		writeJSON(w, http.StatusServiceUnavailable, []byte(`{"status":"stopping"}`))
	case g.failed.Load():
		writeJSON(w, http.StatusOK, []byte(`{"status":"ready","snapshot":"stale","reason":"the last reload failed, see the log"}`))
	case g.unpolled.Load():
		writeJSON(w, http.StatusOK, []byte(`{"status":"ready","snapshot":"stale","reason":"the subgraphs' schemas could not be loaded, see the log"}`))
	default:
		writeJSON(w, http.StatusOK, []byte(`{"status":"ready","snapshot":"current"}`))
	}
}

const codeInternal operation.Code = "INTERNAL_SERVER_ERROR"

// fault answers a request whose handler panicked: the stack is logged, the client learns nothing.
func (g *Gateway) fault(w *statusWriter, r *http.Request, v any) {
	if v == http.ErrAbortHandler { //nolint:errorlint // the sentinel of package net/http
		panic(v)
	}
	g.log.ErrorContext(r.Context(), "panic while serving", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
	if w.code == 0 {
		w.Header().Del("Content-Length") // of the answer that did not come about
		writeJSON(w, http.StatusInternalServerError, errorBody(fault(codeInternal, "Internal error.")))
	}
}

// statusWriter notes the status of a response.
type statusWriter struct {
	http.ResponseWriter
	code int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

// Write notes the status of a response without one.
func (w *statusWriter) Write(b []byte) (int, error) {
	if w.code == 0 {
		w.code = http.StatusOK
	}
	return w.ResponseWriter.Write(b) //nolint:wrapcheck // a writer passes errors on as they are
}

// Flush lets event streams through.
func (w *statusWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}
