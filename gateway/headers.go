package gateway

import (
	"net/http"
	"net/textproto"
	"regexp"
	"slices"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
)

// headerRules are the compiled rules of one subgraph: what of a client's headers reaches it.
type headerRules []headerRule

type headerRule struct {
	kind    string
	name    string // canonical
	pattern *regexp.Regexp
	value   string // default or inserted value
	rename  string // canonical

	reserved []string // canonical; no pattern carries them over
}

// neverSent are headers that belong to one connection or to the protocol between client and gateway (RFC 9110 §7.6.1), and those that the
// gateway writes itself. No rule carries them over.
var neverSent = []string{
	"Accept", "Accept-Charset", "Accept-Encoding", "Accept-Ranges", "Connection", "Content-Encoding", "Content-Length", "Content-Type",
	"Expect", "Host", "Keep-Alive", "Last-Event-Id", "Mcp-Method", "Mcp-Name", "Mcp-Protocol-Version", "Mcp-Session-Id", "Origin",
	"Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Sec-Websocket-Accept", "Sec-Websocket-Extensions",
	"Sec-Websocket-Key", "Sec-Websocket-Protocol", "Sec-Websocket-Version", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// compileHeaders compiles the rules, which are valid.
func compileHeaders(rules []config.HeaderRule) (headerRules, error) {
	out := make(headerRules, 0, len(rules))
	for _, r := range rules {
		c := headerRule{kind: r.Rule, name: textproto.CanonicalMIMEHeaderKey(r.Name), rename: textproto.CanonicalMIMEHeaderKey(r.Rename)}
		if r.Pattern != "" {
			p, err := r.CompilePattern()
			if err != nil {
				return nil, err //nolint:wrapcheck // checked by the configuration already
			}
			c.pattern = p
		}
		c.value = r.Default.Reveal()
		if r.Rule == config.HeaderInsert {
			c.value = r.Value.Reveal()
		}
		out = append(out, c)
	}
	return out, nil
}

// reserve keeps headers from what pattern rules carry over: credentials, and what only the gateway may tell subgraphs.
func (rules headerRules) reserve(names []string) {
	for i := range rules {
		rules[i].reserved = names
	}
}

// reservedHeaders are the headers that a rule must name: the bypass of trusted documents, and those that extensions own.
func reservedHeaders(cfg *config.Config, o *opened) []string {
	var out []string
	if name := cfg.TrustedDocuments.BypassHeaderName; name != "" {
		out = append(out, textproto.CanonicalMIMEHeaderKey(name))
	}
	for _, id := range o.ids {
		if h, ok := o.byID[id].(extensions.HeaderOwner); ok {
			for _, name := range h.OwnedHeaders() {
				out = append(out, textproto.CanonicalMIMEHeaderKey(name))
			}
		}
	}
	return out
}

// apply returns what a client's headers become for the subgraph; nil for nothing.
func (rules headerRules) apply(client http.Header) http.Header {
	if len(rules) == 0 {
		return nil
	}
	out := http.Header{}
	for i := range rules {
		rules[i].apply(client, out)
	}
	for _, name := range neverSent {
		delete(out, name)
	}
	return out
}

func (r *headerRule) apply(client, out http.Header) {
	switch r.kind {
	case config.HeaderInsert:
		out[r.name] = []string{r.value}
	case config.HeaderRemove:
		if r.pattern == nil {
			delete(out, r.name)
			return
		}
		for name := range out {
			if r.matches(name) {
				delete(out, name)
			}
		}
	case config.HeaderForward:
		if r.pattern == nil {
			to := r.name
			if r.rename != "" {
				to = r.rename
			}
			r.carry(client, out, to)
			return
		}
		for name, values := range client {
			if r.matches(name) && !slices.Contains(r.reserved, name) {
				out[name] = slices.Clone(values)
			}
		}
	case config.HeaderRenameDuplicate:
		r.carry(client, out, r.name)
		r.carry(client, out, r.rename)
	}
}

// carry copies the client's header, or the default where the client sent none.
func (r *headerRule) carry(client, out http.Header, to string) {
	if values := client[r.name]; len(values) > 0 {
		out[to] = slices.Clone(values)
	} else if r.value != "" {
		out[to] = []string{r.value}
	}
}

// matches leaves out credentials, which a rule must name.
func (r *headerRule) matches(name string) bool {
	return name != "Authorization" && name != "Cookie" && r.pattern.MatchString(name)
}
