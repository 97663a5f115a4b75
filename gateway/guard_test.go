package gateway

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestOrigins(t *testing.T) {
	o := newOrigins([]string{"https://app.example.com", "https://*.example.org", "http://localhost:*", "http://[::1]:3000"})
	for origin, want := range map[string]bool{
		"https://app.example.com": true, "HTTPS://APP.example.com": true, "https://app.example.com.evil.com": false, "https://evil.com": false,
		"http://app.example.com": false, "https://a.example.org": true, "https://a.b.example.org": true, "https://.example.org": false,
		"https://evil.com/.example.org": false, "https://user@a.example.org": false, "http://localhost:5173": true, "http://localhost:": false,
		"http://[::1]:3000": true, "http://1:3000": false, "null": false, "": false,
	} {
		if got := o.allow(origin); got != want {
			t.Errorf("%q: %t, want %t", origin, got, want)
		}
	}
	if !newOrigins([]string{"any"}).allow("https://x") || !newOrigins([]string{"*"}).allow("https://x") || newOrigins(nil).allow("https://x") {
		t.Error("any and * allow every origin, and nothing allows none")
	}
}

func TestCORS(t *testing.T) {
	b := newBench(t, benchSetup{config: "[cors]\nallow_origins = [\"https://*.example.com\"]\nallow_credentials = true\n[csrf]\nenabled = true\n"})
	preflight := func(path, origin string) answer {
		return b.do("OPTIONS", path, "", "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type, authorization, mcp-param-x")
	}
	const friend, foe = "https://app.example.com", "https://evil.com"
	if a := preflight("/graphql", friend); a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != friend ||
		a.header.Get("Access-Control-Allow-Credentials") != "true" || !strings.Contains(a.header.Get("Access-Control-Allow-Methods"), "POST") ||
		!strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Authorization") || a.header.Get("Access-Control-Max-Age") != "600" {
		t.Errorf("preflight of a friend: %d %v", a.status, a.header)
	}
	if a := preflight("/graphql", foe); a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("preflight of a foe: %v", a.header)
	}
	if a := b.query(`{brands{id}}`, "Origin", friend); a.status != 403 || a.header.Get("Access-Control-Allow-Origin") != friend {
		t.Errorf("without the CSRF header: %d %v", a.status, a.header)
	}
	a := b.query(`{brands{id}}`, "Origin", friend, "X-Grafbase-CSRF-Protection", "1")
	if a.status != 200 || !strings.Contains(a.header.Get("Access-Control-Expose-Headers"), "WWW-Authenticate") || !slices.Contains(a.header.Values("Vary"), "Origin") {
		t.Errorf("a friend: %d %v", a.status, a.header)
	}
	if a := b.query(`{brands{id}}`, "Origin", foe, "X-Grafbase-CSRF-Protection", "1"); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a foe: %v", a.header)
	}
	// The MCP endpoint takes the same origins, and refuses others outright.
	if a := preflight("/mcp", friend); a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != friend || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "mcp-param-x") {
		t.Errorf("mcp: preflight of a friend: %d %v", a.status, a.header)
	}
	if a := preflight("/mcp", foe); a.status != 403 {
		t.Errorf("mcp: preflight of a foe: %d", a.status)
	}
}

func TestForeignHostsAreRefusedOnLoopback(t *testing.T) {
	b := newBench(t, benchSetup{network: `public_url = "https://graph.example.com"`})
	for host, want := range map[string]int{
		"": 200, "localhost": 200, "localhost:4000": 200, "[::1]:1": 200, "graph.example.com": 200, "Graph.Example.com:443": 200, "evil.com": 403, "127.0.0.1.evil.com": 403,
	} {
		if a := b.query(`{brands{id}}`, "Host", host); a.status != want {
			t.Errorf("/graphql for Host %q: %d, want %d", host, a.status, want)
		}
		if a := b.tool("/mcp", "search", args{"keywords": []string{"brand"}}, "Host", host); a.status != want {
			t.Errorf("/mcp for Host %q: %d, want %d", host, a.status, want)
		}
	}
}

func TestGraphiQL(t *testing.T) {
	b := newBench(t, benchSetup{config: "[graph]\nintrospection = true\n"})
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	page := b.do("GET", "/graphql", "", "Accept", browser)
	if page.status != 200 || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") || page.header.Get("Content-Security-Policy") == "" {
		t.Fatalf("a browser gets %d %v", page.status, page.header)
	}
	_, script, _ := strings.Cut(page.body, `src="`)
	script, _, _ = strings.Cut(script, `"`)
	if a := b.do("GET", script, ""); a.status != 200 || a.header.Get("ETag") == "" {
		t.Errorf("%s: %d %v", script, a.status, a.header)
	}
	const query = "/graphql?query=%7Bbrands%7Bid%7D%7D"
	if a := b.do("GET", query, "", "Accept", browser); !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Error("a browser that opens a link with a query does not get the page, which shows it")
	}
	if a := b.do("GET", query, "", "Accept", "application/json"); strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Error("a program gets the page")
	}
	closed := newBench(t, benchSetup{})
	if a := closed.do("GET", "/graphql", "", "Accept", browser); strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Error("without introspection there is a page")
	}
}

func TestHeaderRules(t *testing.T) {
	b := newBench(t, benchSetup{
		config: `
[[headers]]
rule = "forward"
pattern = "^x-"
[[headers]]
rule = "remove"
name = "x-internal"
[[headers]]
rule = "forward"
name = "x-name"
rename = "X-Renamed"
[[headers]]
rule = "forward"
name = "x-default"
default = "d"
[[headers]]
rule = "insert"
name = "x-key"
value = "secret"
[[headers]]
rule = "rename_duplicate"
name = "x-two"
rename = "X-Two-Copy"
[[headers]]
rule = "forward"
pattern = "^(auth|cookie|connection|host|content|accept|te$|upgrade|mcp)"
`, extra: map[string]string{"accounts": "[[subgraphs.accounts.headers]]\nrule = \"forward\"\nname = \"authorization\"\n"},
	})
	sent := []string{
		"X-A", "1", "X-Internal", "no", "X-Name", "n", "X-Key", "forged", "X-Two", "2", "Authorization", "Bearer token", "Cookie", "c=1", "Other", "no",
		"Proxy-Authorization", "no", "Te", "trailers", "Keep-Alive", "1", "Origin", "http://localhost", "Mcp-Session-Id", "s", "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	}
	b.query(`{brand(id:"b1"){id} user(id:"u1"){id}}`, sent...)
	want := map[string]string{"X-A": "1", "X-Renamed": "n", "X-Name": "n", "X-Default": "d", "X-Key": "secret", "X-Two": "2", "X-Two-Copy": "2"}
	for _, name := range []string{"products", "accounts"} {
		seen := b.spies[name].take()
		if len(seen) != 1 {
			t.Fatalf("%s was asked %d times", name, len(seen))
		}
		h := seen[0].header
		for k, v := range want {
			if strings.Join(h.Values(k), ",") != v {
				t.Errorf("%s: %s is %q, want %q", name, k, h.Values(k), v)
			}
		}
		allowed := map[string]bool{"Content-Type": true, "Accept": true, "Content-Length": true, "User-Agent": true, "Accept-Encoding": true, "Authorization": name == "accounts"}
		for k := range h {
			if _, ok := want[k]; !ok && !allowed[k] {
				t.Errorf("%s: %s arrived, which no rule named", name, k)
			}
		}
		if h.Get("User-Agent") == "" || strings.Contains(h.Get("User-Agent"), "forged") {
			t.Errorf("%s: user agent %q", name, h.Get("User-Agent"))
		}
	}
	if !strings.Contains(b.logs.String(), "MCP specification forbids") {
		t.Error("forwarding Authorization was not warned of")
	}
}

func TestNothingIsForwardedByDefault(t *testing.T) {
	b := newBench(t, benchSetup{})
	header := []string{"Authorization", "Bearer t", "Cookie", "c=1", "X-Any", "1", "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Forwarded-For", "1.2.3.4", "User-Agent", "client"}
	b.query(`{brand(id:"b1"){id}}`, header...)
	b.tool("/mcp", "execute", args{"query": `{brand(id:"b1"){id}}`}, header...)
	seen := b.spies["products"].take()
	if len(seen) != 2 {
		t.Fatalf("asked %d times", len(seen))
	}
	for _, s := range seen {
		for name, values := range s.header {
			if !slices.Contains([]string{"Content-Type", "Accept", "Content-Length", "Accept-Encoding", "User-Agent"}, name) {
				t.Errorf("%s arrived: %q", name, values)
			}
		}
		if got := s.header.Get("User-Agent"); got == "client" {
			t.Errorf("the client's User-Agent arrived")
		}
	}
}

func TestHopByHopHeadersOfAuthorizersAreDropped(t *testing.T) {
	v := &view{headers: []headerRules{{{kind: "insert", name: "X-Tenant", value: "by rule"}}}}
	got := v.headersFor(http.Header{}, http.Header{"X-Tenant": {"by authorizer"}, "Host": {"evil"}, "Transfer-Encoding": {"chunked"}, "Content-Length": {"1"}})(0)
	if len(got) != 1 || got.Get("X-Tenant") != "by authorizer" {
		t.Errorf("got %v", got)
	}
}
