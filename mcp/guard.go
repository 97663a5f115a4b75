package mcp

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// CORS values for browser clients of every revision. The lists name what
// clients send and what they must read.
const (
	corsMethods = "POST, OPTIONS"
	corsHeaders = "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id, baggage, traceparent, tracestate"
	corsExpose  = "Mcp-Protocol-Version, Retry-After, WWW-Authenticate"
	corsMaxAge  = "7200"
	paramPrefix = "mcp-param-"
)

// guard validates Host and Origin on every request, answers preflights, and
// adds the CORS headers that every later answer needs, a 401 included. It goes
// outside of authentication, because a preflight carries no credentials.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.hostAllowed(r) {
			refuse(w, http.StatusForbidden, "the Host of this request is not served here")
			return
		}
		origin := r.Header.Get("Origin")
		if len(r.Header.Values("Origin")) > 1 || origin != "" && !s.originAllowed(origin, r) {
			refuse(w, http.StatusForbidden, "the Origin of this request is not allowed")
			return
		}
		h := w.Header()
		h.Add("Vary", "Origin")
		if origin != "" {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", corsExpose)
		}
		if r.Method == http.MethodOptions {
			preflight(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Allow", corsMethods)
	if r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != "" {
		h.Set("Access-Control-Allow-Methods", corsMethods)
		h.Set("Access-Control-Allow-Headers", corsHeaders+paramHeaders(r))
		h.Set("Access-Control-Max-Age", corsMaxAge)
	}
	w.WriteHeader(http.StatusNoContent)
}

// paramHeaders repeats the Mcp-Param- headers that a preflight asks for: there
// is no wildcard for a prefix.
func paramHeaders(r *http.Request) string {
	var b strings.Builder
	for name := range strings.SplitSeq(r.Header.Get("Access-Control-Request-Headers"), ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if strings.HasPrefix(name, paramPrefix) && !strings.ContainsFunc(name, func(c rune) bool { return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') }) {
			b.WriteString(", " + name)
		}
	}
	return b.String()
}

// hostAllowed protects from DNS rebinding: a page must not reach a server under
// a name of its own. A loopback name on a loopback connection is never one.
func (s *Server) hostAllowed(r *http.Request) bool {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	within := local != nil && loopback(local.String())
	switch {
	case within && loopback(r.Host):
		return true
	case len(s.cfg.AllowedHosts) > 0:
		return s.namedHost(r.Host)
	}
	return !within
}

func (s *Server) namedHost(host string) bool {
	return slices.ContainsFunc(s.cfg.AllowedHosts, func(allowed string) bool {
		return strings.EqualFold(allowed, host) || strings.EqualFold(allowed, hostname(host))
	})
}

func (s *Server) originAllowed(origin string, r *http.Request) bool {
	if slices.Contains(s.cfg.AllowedOrigins, "*") ||
		slices.ContainsFunc(s.cfg.AllowedOrigins, func(o string) bool { return strings.EqualFold(o, origin) }) ||
		s.cfg.AllowOrigin != nil && s.cfg.AllowOrigin(origin) {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if loopback(r.Host) {
		return loopback(u.Host)
	}
	return s.namedHost(r.Host) && strings.EqualFold(u.Host, r.Host)
}

// loopback reports whether an address, with or without port, is of this machine.
func loopback(addr string) bool {
	host := hostname(addr)
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func hostname(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return strings.Trim(addr, "[]")
}
