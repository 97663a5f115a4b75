package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Bounds of a walk.
const (
	requestTimeout = 10 * time.Second
	maxBodyBytes   = 1 << 20
	maxServers     = 4  // authorization servers that are looked at
	maxKeys        = 64 // keys of a set
)

// answer is a response, as far as the walk looks at it.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func newClient(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// initialize is the first message of a client.
const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"sluice-doctor","version":"1"}}}`

// post sends the first message. The body of the answer is left alone: it may be a stream.
func (w *walker) post(ctx context.Context, target, token string) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(initialize))
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err //nolint:wrapcheck // told by unreachable
	}
	defer resp.Body.Close()
	return &answer{status: resp.StatusCode, header: resp.Header}, nil
}

// options sends a preflight request.
func (w *walker) options(ctx context.Context) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodOptions, w.target.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	req.Header.Set("Origin", w.target.Scheme+"://"+w.target.Host)
	req.Header.Set("Access-Control-Request-Method", http.MethodPost)
	req.Header.Set("Access-Control-Request-Headers", "authorization,content-type,mcp-protocol-version")
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err //nolint:wrapcheck // told by unreachable
	}
	defer resp.Body.Close()
	return &answer{status: resp.StatusCode, header: resp.Header}, nil
}

// get asks for a document.
func (w *walker) get(ctx context.Context, target string) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err //nolint:wrapcheck // told by unreachable
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBodyBytes+1))
	if err != nil {
		return nil, err //nolint:wrapcheck // told by unreachable
	}
	if len(body) > maxBodyBytes {
		return nil, errTooLarge
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

var errTooLarge = fmt.Errorf("the answer is larger than %d bytes", maxBodyBytes)

// unreachable tells of a request without an answer, in words that do not repeat what a server said.
func unreachable(err error) (fault, mend string) {
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.Is(err, errTooLarge):
		return err.Error(), "serve the document itself: it has a few kilobytes"
	case errors.As(err, &dns):
		return "the host name cannot be resolved", "check the name for typing errors, and its DNS record"
	case errors.As(err, &netErr) && netErr.Timeout():
		return "there was no answer in time", "check that the server runs, and that no firewall swallows the request"
	case strings.Contains(err.Error(), "x509") || strings.Contains(err.Error(), "tls:"):
		return "TLS failed: " + clean(err.Error(), maxShown), "serve a certificate for this host name that public authorities vouch for, with its chain"
	}
	return "there was no answer: " + clean(err.Error(), maxShown), "check that the server runs at this address and port"
}

// document asks for a JSON object and decodes it into v. It returns nil when the object is not there; then absent is told why.
func (w *walker) document(ctx context.Context, s *Step, v any, absent func(fault, mend string)) *answer {
	if fault, mend := w.mayAsk(s.URL); fault != "" {
		s.fault(fault, mend)
		return nil
	}
	a, err := w.get(ctx, s.URL)
	switch {
	case err != nil:
		absent(unreachable(err))
	case a.status >= 300 && a.status < 400:
		absent(fmt.Sprintf("status %d leads on to %s; clients need not follow", a.status, quoted(a.header.Get("Location"))), "serve the document at this address itself")
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		absent(fmt.Sprintf("status %d: the document wants credentials", a.status), "serve it to everyone: a client needs it to get credentials")
	case a.status != http.StatusOK:
		absent(fmt.Sprintf("status %d", a.status), "serve the document at this address, with status 200")
	default:
		if err := json.Unmarshal(a.body, v); err != nil {
			s.fault("the body is not the JSON object that it should be: "+clean(err.Error(), maxShown), "serve the document; a web application often answers with its start page here")
			return nil
		}
		kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
		if err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
			s.warn("the Content-Type is "+quoted(a.header.Get("Content-Type")), "send application/json")
		}
		return a
	}
	return nil
}

// checkBrowsers looks whether clients that run in a browser may read a document.
func checkBrowsers(s *Step, a *answer) {
	if a.header.Get("Access-Control-Allow-Origin") == "" {
		s.warn("clients that run in a browser may not read it", `send "Access-Control-Allow-Origin: *": the document is public`)
	}
}

// mayAsk refuses addresses that nobody should be led to. A server that is itself reached by http has been told of it already.
func (w *walker) mayAsk(address string) (fault, mend string) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "it is not an absolute http or https URL", "name the whole URL, with https://"
	case u.User != nil:
		return "the URL holds a user name", "leave credentials out of it"
	case u.Fragment != "":
		return "the URL has a fragment", "leave out what follows the #"
	case !w.local && loopback(u.Hostname()):
		return "a server elsewhere names an address on this machine; it was not asked", "name the public address"
	case u.Scheme == "http" && w.target.Scheme == "https" && !loopback(u.Hostname()):
		return "the URL is not https, so that anyone on the way can change the answer", "use https"
	}
	return "", ""
}

func loopback(host string) bool {
	if host = strings.ToLower(strings.TrimSuffix(host, ".")); host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.Unmap().IsLoopback() || ip.IsUnspecified())
}
