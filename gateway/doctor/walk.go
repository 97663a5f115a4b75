package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// walker is one walk.
type walker struct {
	client *http.Client
	local  bool // the server is on this machine
	target *url.URL
	report *Report
}

// Walk looks at the MCP server at an address. The error says that the address is none; what is wrong with the server is in the report.
func Walk(ctx context.Context, address string) (*Report, error) {
	return walk(ctx, address, newClient(requestTimeout))
}

func walk(ctx context.Context, address string, client *http.Client) (*Report, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is not an http or https URL", address)
	}
	u.Fragment = ""
	if u.Path == "" {
		u.Path = "/"
	}
	defer client.CloseIdleConnections()
	w := &walker{client: client, local: loopback(u.Hostname()), target: u, report: &Report{URL: u.String()}}
	w.run(ctx)
	w.report.OK = !w.report.failed()
	return w.report, nil
}

func (w *walker) run(ctx context.Context) {
	a := w.endpoint(ctx)
	if a == nil {
		return
	}
	if a.status != http.StatusUnauthorized {
		w.open(ctx)
		return
	}
	named := w.challenge(a)
	w.badToken(ctx)
	w.preflight(ctx)
	servers := w.resource(ctx, named)
	for i, issuer := range servers {
		if i == maxServers {
			w.report.step("authorization server", "").warn(fmt.Sprintf("%d more authorization servers were not looked at", len(servers)-i), "name one or two: clients take the first")
			break
		}
		w.server(ctx, issuer)
	}
}

// endpoint sends a request without a token. It returns the answer when the walk can go on.
func (w *walker) endpoint(ctx context.Context) *answer {
	s := w.report.step("endpoint", w.target.String())
	if !w.local && w.target.Scheme == "http" {
		s.fault("the address is not https, so that anyone on the way can read tokens", "serve it by https")
	}
	a, err := w.post(ctx, w.target.String(), "")
	if err != nil {
		s.fault(unreachable(err))
		return nil
	}
	switch {
	case a.status == http.StatusUnauthorized:
		s.Found = "a request without a token gets status 401"
		return a
	case a.status >= 200 && a.status < 300:
		s.Found = "a request without a token is answered: the server is open to everyone who reaches it"
		return a
	case a.status >= 300 && a.status < 400:
		s.fault(fmt.Sprintf("status %d leads on to %s", a.status, quoted(a.header.Get("Location"))), "use the address that it leads to; clients do not send tokens on")
	case a.status == http.StatusForbidden:
		s.fault("status 403: a client takes that as final and never asks for a token", "answer requests without a token with 401; or, if there is no login, check the allowed hosts and origins")
	case a.status == http.StatusNotFound:
		s.fault("status 404: there is nothing at this path", "check the path; it is often /mcp")
	case a.status == http.StatusMethodNotAllowed:
		s.fault("status 405: the address takes no POST", "use the address of the Streamable HTTP endpoint; the older SSE transport is not looked at")
	default:
		s.fault(fmt.Sprintf("status %d instead of 401", a.status), "check authentication before anything else of the request, and answer with 401 when there is no token")
	}
	return nil
}

// open looks whether a server that wants no token says otherwise.
func (w *walker) open(ctx context.Context) {
	for _, place := range w.places() {
		if a, err := w.get(ctx, place); err != nil || a.status != http.StatusOK || !strings.Contains(a.header.Get("Content-Type"), "json") {
			continue
		}
		w.report.step("protected-resource metadata", place).
			fault("the server publishes where to get tokens and yet answers without one", "refuse requests without a token with 401, or do not publish the metadata")
		return
	}
	s := w.report.step("protected-resource metadata", "")
	s.Status, s.Found = Skipped, "there is none, and none is needed"
}

// challenge looks at the 401. It returns the address of the metadata, "" where it names none.
func (w *walker) challenge(a *answer) string {
	s := w.report.step("challenge", "")
	values := a.header.Values("WWW-Authenticate")
	if len(values) == 0 {
		s.fault("the 401 has no WWW-Authenticate header", `send: WWW-Authenticate: Bearer resource_metadata="`+w.places()[0]+`"`)
		return ""
	}
	var bearer *challenge
	for _, c := range parseChallenges(values) {
		if c.scheme == "bearer" {
			bearer = &c
			break
		}
	}
	if bearer == nil {
		s.fault("WWW-Authenticate has no Bearer challenge", `send: WWW-Authenticate: Bearer resource_metadata="`+w.places()[0]+`"`)
		return ""
	}
	if e := bearer.params["error"]; e != "" {
		s.warn("the challenge says error="+quoted(e)+", though the request had no token (RFC 6750 §3.1)", "leave error out when there were no credentials: some clients stop at it")
	}
	scope := bearer.params["scope"]
	if strings.Contains(" "+scope+" ", " offline_access ") {
		s.warn("the scope has offline_access, which is for clients to decide", "leave it out of the challenge")
	}
	named := bearer.params["resource_metadata"]
	if named == "" {
		s.warn("the challenge has no resource_metadata: clients of MCP 2025-06-18 find nothing", `add resource_metadata="`+w.places()[0]+`"`)
		return ""
	}
	s.Found = "resource_metadata " + quoted(named)
	if scope != "" {
		s.Found += ", scope " + quoted(scope)
	}
	if fault, mend := w.mayAsk(named); fault != "" {
		s.fault("resource_metadata "+quoted(named)+": "+fault, mend)
		return ""
	}
	return named
}

// badToken sends a token that nobody issued.
func (w *walker) badToken(ctx context.Context) {
	s := w.report.step("invalid token", w.target.String())
	a, err := w.post(ctx, w.target.String(), "sluice-doctor.not-a.token")
	if err != nil {
		s.fault(unreachable(err))
		return
	}
	switch {
	case a.status >= 200 && a.status < 300:
		s.fault("a token that nobody issued is accepted", "validate tokens: signature, issuer, audience and expiry")
		return
	case a.status != http.StatusUnauthorized:
		s.fault(fmt.Sprintf("a token that nobody issued gets status %d", a.status), "answer with 401, so that clients get a new one")
		return
	}
	for _, c := range parseChallenges(a.header.Values("WWW-Authenticate")) {
		if c.scheme == "bearer" && c.params["error"] == "invalid_token" {
			s.Found = `status 401 with error="invalid_token"`
			return
		}
	}
	s.warn(`the 401 does not say error="invalid_token" (RFC 6750 §3.1)`, "say it: clients then drop the token and get a new one")
}

// preflight asks what a browser asks before a page sends a token (Fetch §3.2 CORS protocol). Pages of the server's own origin are the ones
// that nobody refuses for being foreign.
func (w *walker) preflight(ctx context.Context) {
	s := w.report.step("preflight", w.target.String())
	a, err := w.options(ctx)
	if err != nil {
		s.warn(unreachable(err))
		return
	}
	allowed := strings.ToLower(strings.Join(a.header.Values("Access-Control-Allow-Headers"), ","))
	switch {
	case a.status == http.StatusUnauthorized:
		s.warn("the preflight request wants a token, which browsers never send with it", "answer OPTIONS before authentication")
	case a.status >= 300 || a.header.Get("Access-Control-Allow-Origin") == "":
		s.warn(fmt.Sprintf("status %d, and no page may call the server", a.status), "answer OPTIONS with Access-Control-Allow-Origin, -Methods and -Headers, if clients that run in a browser are wanted")
	case !strings.Contains(allowed, "authorization"):
		s.warn("Access-Control-Allow-Headers lacks Authorization; * does not stand for it", "name it")
	default:
		s.Found = "pages may call the server"
	}
}
