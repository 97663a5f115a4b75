package gateway

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// CandidatesPath is where the admin listener serves the candidates for trusted documents.
const CandidatesPath = "/candidates"

// serveAdmin serves the listener for operators: GET /candidates.
func (g *Gateway) serveAdmin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case !g.adminAllowed(r):
		w.Header().Set("WWW-Authenticate", `Bearer realm="sluice admin"`)
		writeJSON(w, http.StatusUnauthorized, []byte(`{"error":"the admin listener wants its token (admin.token) as Authorization: Bearer"}`))
	case r.URL.Path != CandidatesPath:
		writeJSON(w, http.StatusNotFound, []byte(`{"error":"there is `+CandidatesPath+`"}`))
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		writeJSON(w, http.StatusMethodNotAllowed, []byte(`{"error":"GET only"}`))
	default:
		body, err := json.Marshal(g.builder.candidates.list())
		if err != nil {
			g.fault(&statusWriter{ResponseWriter: w}, r, err)
			return
		}
		writeJSON(w, http.StatusOK, body)
	}
}

// adminAllowed checks the token. Without one the listener is a loopback one, and then no web page may reach it: neither by its Origin nor by
// a name that was rebound to loopback.
func (g *Gateway) adminAllowed(r *http.Request) bool {
	if want := g.current.Load().cfg.Admin.Token; !want.IsZero() {
		got, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		return ok && sameSecret(want, got)
	}
	return r.Header.Get("Origin") == "" && loopbackHost(r.Host)
}

func loopbackHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}
