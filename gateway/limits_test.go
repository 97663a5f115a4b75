package gateway

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/gateway/config"
)

func TestEveryLimitTripsAndLetsPass(t *testing.T) {
	b := newBench(t, benchSetup{
		top: "executable_document_limit = \"1KiB\"",
		config: `
[graph]
introspection = true
[operation_limits]
depth = 3
height = 6
aliases = 2
root_fields = 3
complexity = 8
tokens = 60
directives = 2
variables_size = "200B"
introspection_depth = 3
[complexity_control]
mode = "enforce"
limit = 200
list_size = 10
`,
	})
	for limit, c := range map[string]struct{ trips, passes string }{
		"depth":               {`{brands{products{brand{id}}}}`, `{brand(id:"b1"){products{id}}}`},
		"height":              {`{brand(id:"b1"){id name country} product(id:"p1"){id name sku}}`, `{brand(id:"b1"){id name country} product(id:"p1"){id}}`},
		"aliases":             {`{a:brand(id:"b1"){x:id y:id}}`, `{a:brand(id:"b1"){x:id}}`},
		"root_fields":         {`{brands{id} brand(id:"b1"){id} product(id:"p1"){id} warehouses{code}}`, `{brand(id:"b1"){id} product(id:"p1"){id} warehouses{code}}`},
		"complexity":          {`{brand(id:"b1"){id name} product(id:"p1"){id name brand{id name}} a:brand(id:"b2"){id}}`, `{brand(id:"b1"){id name} product(id:"p1"){id name}}`},
		"tokens":              {`{brand(id:"b1"){` + strings.Repeat("id ", 60) + `}}`, `{brand(id:"b1"){` + strings.Repeat("id ", 20) + `}}`},
		"directives":          {`{brand(id:"b1"){id@skip(if:false) name@skip(if:false) country@skip(if:false)}}`, `{brand(id:"b1"){id@skip(if:false) name@skip(if:false)}}`},
		"introspection_depth": {`{__schema{types{fields{name}}}}`, `{__schema{types{name}}}`},
		"cost":                {`{brands{products{id}} a:brands{products{id}}}`, `{brands{id}}`},
	} {
		trips, passes := c.trips, c.passes
		if a := b.query(trips); codeOf(a.body) != "OPERATION_LIMIT_EXCEEDED" || !strings.Contains(a.body, limit) {
			t.Errorf("%s does not trip over /graphql: %s", limit, a.body)
		}
		if a := b.query(passes); codeOf(a.body) != "" {
			t.Errorf("%s trips too early over /graphql: %s", limit, a.body)
		}
		if limit == "introspection_depth" {
			continue // tools have introspect
		}
		if a := b.tool("/mcp", "execute", args{"query": trips}); !a.isError || !strings.Contains(a.text, "OPERATION_LIMIT_EXCEEDED") {
			t.Errorf("%s does not trip over MCP: %s", limit, a.text)
		}
		if a := b.tool("/mcp", "execute", args{"query": passes}); a.isError {
			t.Errorf("%s trips too early over MCP: %s", limit, a.text)
		}
		if b.metric("sluice_limits_exceeded_total", `limit="`+limit+`"`) < 2 {
			t.Errorf("%s was not counted", limit)
		}
	}
	long := func(n int) string { return `{brand(id:"b1"){id}}#` + strings.Repeat("x", n) }
	if a := b.query(long(2000)); codeOf(a.body) == "" {
		t.Errorf("executable_document_limit does not trip: %s", a.body)
	}
	if a := b.query(long(500)); codeOf(a.body) != "" {
		t.Errorf("executable_document_limit trips too early: %s", a.body)
	}
	variables := func(n int) string {
		return fmt.Sprintf(`{"query":"query($id:ID!){brand(id:$id){id}}","variables":{"id":%q}}`, strings.Repeat("b", n))
	}
	if a := b.do("POST", "/graphql", variables(300)); codeOf(a.body) != "OPERATION_LIMIT_EXCEEDED" || !strings.Contains(a.body, "variables_size") {
		t.Errorf("variables_size does not trip: %s", a.body)
	}
	if a := b.do("POST", "/graphql", variables(100)); codeOf(a.body) != "" {
		t.Errorf("variables_size trips too early: %s", a.body)
	}
	if a := b.tool("/mcp", "execute", args{"query": `{brand(id:"b1"){id}}`, "dry_run": true}); !strings.Contains(a.text, "depth") || !strings.Contains(a.text, "cost") {
		t.Errorf("a dry run shows no limits: %s", a.text)
	}
}

func TestResponseAndRepresentationLimits(t *testing.T) {
	b := newBench(t, benchSetup{config: "[operation_limits]\nresponse_size = \"1KiB\"\nrepresentations = 2\n"})
	if a := b.query(`{products(first:50){nodes{description}}}`); !strings.Contains(a.body, "RESPONSE_TOO_LARGE") || len(a.body) > 4096 {
		t.Errorf("got %d bytes: %.300s", len(a.body), a.body)
	}
	if a := b.query(`{brand(id:"b1"){id}}`); codeOf(a.body) != "" {
		t.Errorf("got %s", a.body)
	}
	b.spies["inventory"].take()
	if a := b.query(`{products(first:5){nodes{stock}}}`); codeOf(a.body) != "" {
		t.Errorf("got %s", a.body)
	}
	if seen := b.spies["inventory"].take(); len(seen) != 3 {
		t.Errorf("five entities took %d requests, want 3 of at most 2 each", len(seen))
	}
}

func TestCostIsMeasuredWithoutBeingEnforced(t *testing.T) {
	b := newBench(t, benchSetup{config: "[complexity_control]\nmode = \"measure\"\n"})
	if a := b.query(`{brands{products{id name}}}`); codeOf(a.body) != "" {
		t.Errorf("got %s", a.body)
	}
}

func TestRateLimits(t *testing.T) {
	b := newBench(t, benchSetup{
		config: "[gateway.rate_limit.per_caller]\nlimit = 2\nduration = \"1h\"\n",
		extra:  map[string]string{"products": "[subgraphs.products.rate_limit]\nlimit = 1\nduration = \"1h\"\n"},
	})
	if a := b.query(`{brands{id}}`); codeOf(a.body) != "" {
		t.Errorf("the first: %s", a.body)
	}
	if a := b.query(`{brand(id:"b1"){id} user(id:"u1"){id}}`); codeOf(a.body) != "SUBREQUEST_REJECTED" || !strings.Contains(a.body, `"u1"`) || len(b.spies["products"].take()) != 1 {
		t.Errorf("beyond the subgraph's limit: %s", a.body)
	}
	a := b.query(`{user(id:"u1"){id}}`)
	if a.status != 429 || a.header.Get("Retry-After") == "" || codeOf(a.body) != "RATE_LIMITED" {
		t.Errorf("beyond the caller's limit: %d %v %s", a.status, a.header, a.body)
	}
	if b.metric("sluice_limits_exceeded_total", "per_caller") != 1 {
		t.Error("the refusal was not counted")
	}
}

func TestCallersAreCountedByWhatTheyCannotChange(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::9":      "2001:db8:1:2::/64",
		"2001:db8:1:3::9":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
		"@":                    "@", // a peer without an address
	} {
		if got := networkOf(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}

func TestAFullTableOfCallersForgetsTheLongestIdle(t *testing.T) {
	b := newBuckets(config.Rate{Limit: 1, Duration: time.Hour})
	allowed := func(key string) bool {
		ok, _ := b.allow(t.Context(), key)
		return ok
	}
	for i := range maxCallers {
		if !allowed(strconv.Itoa(i)) {
			t.Fatalf("caller %d was refused", i)
		}
	}
	if allowed("0") { // which also makes "1" the longest idle one
		t.Error("a caller that is known is counted anew")
	}
	if !allowed("one more") || allowed("0") || !allowed("1") {
		t.Error("another one than the longest idle was forgotten")
	}
}

func TestAnOperationEndsWithinItsTime(t *testing.T) {
	b := newBench(t, benchSetup{config: "[gateway]\ntimeout = \"200ms\"\n[gateway.batching]\nenabled = true\n"})
	b.spies["products"].answerWith(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for name, body := range map[string]string{"one": bodyOf(`{brands{id}}`), "a batch": "[" + bodyOf(`{brands{id}}`) + "," + bodyOf(`{brand(id:"b1"){id}}`) + "," + bodyOf(`{brands{name}}`) + "]"} {
		start := time.Now()
		a := b.do("POST", "/graphql", body)
		if took := time.Since(start); took > 2*time.Second || !strings.Contains(a.body, "SUBREQUEST_TIMEOUT") {
			t.Errorf("%s: %s after %v", name, a.body, took)
		}
	}
}

// attacks are requests that are made to hurt, by name.
func attacks() map[string]string {
	repeat := strings.Repeat
	var clique, cycle, overlap strings.Builder
	clique.WriteString("{...F0}")
	for i := range 60 {
		fmt.Fprintf(&clique, " fragment F%d on Query{", i)
		for j := i + 1; j < 60; j++ {
			fmt.Fprintf(&clique, "...F%d ", j)
		}
		clique.WriteString("brands{id}}")
	}
	cycle.WriteString("{...A} fragment A on Query{...B} fragment B on Query{...A brands{id}}")
	for i := range 1500 {
		fmt.Fprintf(&overlap, "a:brand(id:\"%d\"){id} ", i)
	}
	var aliases strings.Builder
	for i := range 2500 {
		fmt.Fprintf(&aliases, "a%d:brands{id}", i)
	}
	long := fmt.Sprintf(`{"query":"query($id:ID!){brand(id:$id){id}}","variables":{"id":%q}}`, repeat("x", 1<<20))
	list := `{"query":"query($f:ProductFilter){products(filter:$f){totalCount}}","variables":{"f":[` + repeat(`{"brand":"b1"},`, 50_000) + `{}]}}`
	return map[string]string{
		"alias bomb":                bodyOf("{" + aliases.String() + "}"),
		"deep nesting":              bodyOf(repeat("{brands{products{brand", 900) + "{id}" + repeat("}}", 900) + "}"),
		"deep nesting of braces":    bodyOf(repeat("{", 30_000)),
		"deep nesting of lists":     bodyOf(`{brand(id:` + repeat("[", 15_000) + repeat("]", 15_000) + `){id}}`),
		"fragment cycle":            bodyOf(cycle.String()),
		"fragment clique":           bodyOf(clique.String()),
		"directive flood":           bodyOf("{brands" + repeat("@skip(if:false)", 2000) + "{id}}"),
		"unknown directive flood":   bodyOf("{brands" + repeat("@x", 8000) + "{id}}"),
		"overlapping fields":        bodyOf("{" + overlap.String() + "}"),
		"identical fields":          bodyOf("{brands{" + repeat("id ", 10_000) + "}}"),
		"nested overlapping fields": bodyOf("{" + repeat("brands{products{brand{products{id name}}}} ", 700) + "}"),
		"huge variable":             long,
		"huge list":                 list,
		"deep variables":            `{"query":"query($f:ProductFilter){products(filter:$f){totalCount}}","variables":{"f":` + repeat(`{"brand":`, 100_000) + `1` + repeat("}", 100_000) + `}}`,
		"unknown variables":         `{"query":"{brands{id}}","variables":{` + repeat(`"a":1,`, 50_000) + `"b":1}}`,
		"variable flood":            bodyOf("query(" + repeat("$a:Int ", 4000) + "){brands{id}}"),
		"introspection bomb":        bodyOf("{__schema{types{" + repeat("fields{type{", 500) + "name" + repeat("}}", 500) + "}}}"),
		"invalid UTF-8":             "{\"query\":\"{brands{id}}\",\"variables\":{\"a\":\"\xff\xfe\"}}",
		"a batch in a batch":        repeat("[", 100_000) + repeat("]", 100_000),
		"a batch of many":           "[" + repeat(bodyOf("{brands{id}}")+",", 20_000) + bodyOf("{brands{id}}") + "]",
		"a comment":                 bodyOf("#" + repeat("x", 1<<20)),
		"block strings":             bodyOf(`{brand(id:"""` + repeat(`\"""`, 8000) + `"""){id}}`),
		"huge number":               bodyOf(`{products(first:` + repeat("9", 30_000) + `){totalCount}}`),
		"similar names":             bodyOf("{" + repeat("brnds ", 4000) + "}"),
	}
}

func TestAttacksAreAnsweredAtOnce(t *testing.T) {
	b := newBench(t, benchSetup{config: "[graph]\nintrospection = true\n[gateway.batching]\nenabled = true\n"})
	b.query(`{brands{id}}`)
	for name, body := range attacks() {
		for _, path := range []string{"/graphql", "/mcp"} {
			sent := body
			if path == "/mcp" {
				sent = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":` + body + `}}`
			}
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			a := b.do("POST", path, sent, "Accept", "application/json, text/event-stream", "Mcp-Protocol-Version", "2025-06-18")
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if took > attackTime {
				t.Errorf("%s at %s took %v", name, path, took)
			}
			if grown := int64(after.HeapInuse+after.StackInuse) - int64(before.HeapInuse+before.StackInuse); grown > 64<<20 {
				t.Errorf("%s at %s grew memory by %d MiB", name, path, grown>>20)
			}
			if a.status >= 500 {
				t.Errorf("%s at %s: %d %.200s", name, path, a.status, a.body)
			}
		}
	}
	if a := b.query(`{brands{id}}`); codeOf(a.body) != "" {
		t.Errorf("afterwards: %s", a.body)
	}
}

func TestSlowBodiesAreCutOff(t *testing.T) {
	b := newBench(t, benchSetup{network: "read_timeout = \"300ms\"\nread_header_timeout = \"200ms\""})
	for name, head := range map[string]string{
		"a slow body":   "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
		"a slow header": "POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-A",
	} {
		start := time.Now()
		conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", strings.TrimPrefix(b.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, head); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		answer, err := io.ReadAll(conn)
		if took := time.Since(start); err != nil || took > 3*time.Second {
			t.Errorf("%s: %q, %v after %v", name, answer, err, took)
		}
		conn.Close()
	}
	// A request that was sent in time may take longer than that to be answered.
	b.spies["products"].answerWith(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(500 * time.Millisecond)
		_, _ = io.WriteString(w, `{"data":{"brands":[]}}`)
	})
	if a := b.query(`{brands{id}}`); a.body != `{"data":{"brands":[]}}` {
		t.Errorf("a slow answer: %s", a.body)
	}
}
