package gateway

import (
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/gateway/graphiql"
	"github.com/sluice-gateway/sluice/graph/operation"
)

// graphiQLAssets is where the files of the GraphiQL page are served.
const graphiQLAssets = graphiql.Prefix

func graphiQL() http.Handler { return graphiql.Handler() }

// withPage serves the GraphiQL page to browsers that open the endpoint. The page is the same for everyone and holds nothing of the graph, so
// it needs no credentials: they are entered there.
func withPage(page, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		opens := r.Method == http.MethodGet || r.Method == http.MethodHead
		if opens && parseAccept(r.Header.Values("Accept")).prefersHTML() {
			page.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allowedHosts are the values of Host under which the gateway is meant to be reached, beside loopback names.
func allowedHosts(cfg *config.Config) []string {
	hosts := slices.Clone(cfg.MCP.AllowedHosts)
	if u, err := url.Parse(cfg.Network.PublicURL); err == nil && u.Host != "" {
		hosts = append(hosts, u.Host)
	}
	return hosts
}

// hostGuard protects from DNS rebinding: a web page whose name was made to point at this machine must not read the graph through it. On a
// loopback connection Host must be a loopback name or an allowed one; package mcp does the same for its endpoints.
func hostGuard(cfg *config.Config, next http.Handler) http.Handler {
	hosts := allowedHosts(cfg)
	allowed := func(host string) bool {
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			name = host
		}
		return slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, host) || strings.EqualFold(h, name) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		if local != nil && loopbackHost(local.String()) && !loopbackHost(r.Host) && !allowed(r.Host) {
			writeJSON(w, http.StatusForbidden, errorBody(fault(codeForeignHost, "The Host of this request is not served here.")))
			return
		}
		next.ServeHTTP(w, r)
	})
}

const codeForeignHost operation.Code = "HOST_NOT_ALLOWED"

// cors answers preflight requests and marks responses for the origins that may read them (Fetch §3.2 CORS protocol). A request of any
// other origin is answered without the marks, so that its page cannot read the answer.
func cors(c config.CORS, next http.Handler) http.Handler {
	origins, any := newOrigins(c.AllowOrigins), c.AnyOrigin()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		h := w.Header()
		h.Add("Vary", "Origin")
		allowed := origin != "" && origins.allow(origin)
		if allowed {
			if any && !c.AllowCredentials {
				origin = "*"
			}
			h.Set("Access-Control-Allow-Origin", origin)
			if c.AllowCredentials {
				h.Set("Access-Control-Allow-Credentials", "true")
			}
			if len(c.ExposeHeaders) > 0 {
				h.Set("Access-Control-Expose-Headers", strings.Join(c.ExposeHeaders, ", "))
			}
		}
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		if allowed {
			h.Set("Access-Control-Allow-Methods", allowedMethods(c, r))
			h.Set("Access-Control-Allow-Headers", allowedHeaders(c, r))
			h.Set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge.Seconds())))
			if c.AllowPrivateNetwork && r.Header.Get("Access-Control-Request-Private-Network") == "true" {
				h.Set("Access-Control-Allow-Private-Network", "true")
			}
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func allowedMethods(c config.CORS, r *http.Request) string {
	if slices.Contains(c.AllowMethods, "*") || slices.Contains(c.AllowMethods, "any") {
		return r.Header.Get("Access-Control-Request-Method")
	}
	return strings.Join(c.AllowMethods, ", ")
}

func allowedHeaders(c config.CORS, r *http.Request) string {
	if slices.Contains(c.AllowHeaders, "*") || slices.Contains(c.AllowHeaders, "any") {
		return r.Header.Get("Access-Control-Request-Headers")
	}
	return strings.Join(c.AllowHeaders, ", ")
}

// origins are the configured origins of web pages; * within one stands for one or more letters, digits, dots, hyphens, or a port's digits.
type origins struct {
	any      bool
	patterns []*regexp.Regexp
}

func newOrigins(list []string) origins {
	var o origins
	for _, p := range list {
		if p == "*" || p == "any" {
			o.any = true
			continue
		}
		parts := strings.Split(p, "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		o.patterns = append(o.patterns, regexp.MustCompile("(?i)^"+strings.Join(parts, "[a-z0-9.-]+")+"$")) // every part is quoted
	}
	return o
}

// allow reports whether pages of the origin may read what is answered.
func (o origins) allow(origin string) bool {
	return o.any || slices.ContainsFunc(o.patterns, func(p *regexp.Regexp) bool { return p.MatchString(origin) })
}
