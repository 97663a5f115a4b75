package gateway

import (
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/gateway/graphiql"
)

// graphiQLAssets is where the files of the GraphiQL page are served.
const graphiQLAssets = graphiql.Prefix

func graphiQL() http.Handler { return graphiql.Handler() }

// cors answers preflight requests and marks responses for the origins that may read them (Fetch §3.2 CORS protocol). A request of any
// other origin is answered without the marks, so that its page cannot read the answer.
func cors(c config.CORS, next http.Handler) http.Handler {
	any := c.AnyOrigin()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		h := w.Header()
		h.Add("Vary", "Origin")
		allowed := origin != "" && (any || slices.ContainsFunc(c.AllowOrigins, func(p string) bool { return originMatches(p, origin) }))
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
			h.Set("Access-Control-Allow-Methods", strings.Join(c.AllowMethods, ", "))
			h.Set("Access-Control-Allow-Headers", allowedHeaders(c, r))
			h.Set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge.Seconds())))
			if c.AllowPrivateNetwork && r.Header.Get("Access-Control-Request-Private-Network") == "true" {
				h.Set("Access-Control-Allow-Private-Network", "true")
			}
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func allowedHeaders(c config.CORS, r *http.Request) string {
	if slices.Contains(c.AllowHeaders, "*") || slices.Contains(c.AllowHeaders, "any") {
		return r.Header.Get("Access-Control-Request-Headers")
	}
	return strings.Join(c.AllowHeaders, ", ")
}

// originMatches compares an origin with a configured one, in which * stands for any label.
func originMatches(pattern, origin string) bool {
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(origin))
	return err == nil && ok
}
