package subgraph

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/operation"
)

// Config says how to talk to one subgraph.
type Config struct {
	Name string // for error texts in logs
	URL  string // http or https
	// Timeout bounds one request with all its retries, and for a subscription the time until it stands; 0 means 30 s.
	Timeout time.Duration
	// MaxResponseBytes bounds one response or event after decompression; 0 means 32 MiB.
	MaxResponseBytes int
	// MaxConcurrent bounds the requests in flight; more wait for their turn as long as their deadline allows. 0 means no bound.
	// Subscriptions do not count.
	MaxConcurrent int
	// MaxConnections bounds the connections; 0 means no bound. Subscriptions do not count.
	MaxConnections int
	Retry          Retry
	TLS            *tls.Config // nil: the system's certificate authorities; see LoadTLS
	Headers        http.Header // sent with every request
	// WebSocket makes subscriptions use graphql-transport-ws instead of server-sent events.
	WebSocket bool
	// WebSocketURL is where, with scheme ws or wss; "" means URL with the scheme changed.
	WebSocketURL string
}

const (
	defaultTimeout     = 30 * time.Second
	defaultMaxResponse = 32 << 20
	maxAttempts        = 3
	firstBackoff       = 20 * time.Millisecond
)

// Client sends requests to one subgraph. It may be used by any number of goroutines.
type Client struct {
	name        string
	url         *url.URL
	socketURL   string
	timeout     time.Duration
	maxResponse int
	slots       chan struct{} // nil: no bound
	budget      *budget       // nil: no retries
	header      http.Header
	socket      bool
	plain       *http1 // nil: transport does everything
	transport   *http.Transport
	streams     *http.Transport // for subscriptions, which keep their connections and must not use up those of queries
	sizeHint    atomic.Int64    // running mean of response sizes
}

var _ exec.Fetcher = (*Client)(nil)

// New returns a client. It opens no connection yet.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("subgraph %q: not an http or https URL", c.Name)
	}
	client := &Client{
		name: c.Name, url: u, timeout: c.Timeout, maxResponse: c.MaxResponseBytes,
		budget: newBudget(c.Retry), socket: c.WebSocket, socketURL: c.WebSocketURL,
	}
	if client.timeout <= 0 {
		client.timeout = defaultTimeout
	}
	if client.maxResponse <= 0 {
		client.maxResponse = defaultMaxResponse
	}
	if c.MaxConcurrent > 0 {
		client.slots = make(chan struct{}, c.MaxConcurrent)
	}
	if client.socketURL == "" {
		ws := *u
		ws.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
		client.socketURL = ws.String()
	}
	client.header = c.Headers.Clone()
	if client.header == nil {
		client.header = make(http.Header)
	}
	client.header.Set("Content-Type", "application/json")
	client.header.Set("Accept", "application/graphql-response+json, application/json;q=0.9")
	if client.header.Get("User-Agent") == "" {
		client.header.Set("User-Agent", "sluice")
	}
	client.transport = newTransport(c, u.Hostname())
	client.plain = newHTTP1(u, client.header, c.MaxConnections, !client.transport.DisableCompression)
	client.streams = client.transport.Clone()
	client.streams.MaxConnsPerHost = 0
	return client, nil
}

func newTransport(c Config, host string) *http.Transport {
	idle := c.MaxConnections
	if idle <= 0 {
		idle = 100
	}
	ip := net.ParseIP(host)
	return &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       c.TLS.Clone(),
		TLSHandshakeTimeout:   10 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxConnsPerHost:       c.MaxConnections,
		MaxIdleConns:          idle,
		MaxIdleConnsPerHost:   idle,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		// Compressing for a neighbour on the same machine costs more than it saves.
		DisableCompression: host == "localhost" || ip != nil && ip.IsLoopback(),
	}
}

// Close closes idle connections. Requests in flight are not disturbed.
func (c *Client) Close() {
	if c.plain != nil {
		c.plain.close()
	}
	c.transport.CloseIdleConnections()
	c.streams.CloseIdleConnections()
}

// Fetch sends a query or mutation. Errors are *exec.FetchError.
func (c *Client) Fetch(ctx context.Context, req *exec.Request) (*exec.Response, error) {
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > c.timeout {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	if c.slots != nil {
		select {
		case c.slots <- struct{}{}:
			defer func() { <-c.slots }()
		case <-ctx.Done():
			return nil, c.failure(ctx, fmt.Errorf("waiting for a turn: %w", ctx.Err()))
		}
	}
	c.budget.deposit()
	for attempt := 1; ; attempt++ {
		resp, err := c.try(ctx, req)
		again := err != nil && retryable(err) || err == nil && retryableStatus(resp.Status)
		if !again || req.Kind != operation.Query || attempt == maxAttempts || !c.budget.withdraw() || !pause(ctx, attempt) {
			if err != nil {
				return nil, c.failure(ctx, err)
			}
			return resp, nil
		}
		if resp != nil {
			resp.Body.Release()
		}
	}
}

// errTooLarge is that a body is larger than the cap.
var errTooLarge = errors.New("response body is too large")

// try sends the request once and reads the whole response.
func (c *Client) try(ctx context.Context, req *exec.Request) (*exec.Response, error) {
	if c.plain != nil {
		resp, err := c.plain.fetch(ctx, req, c.maxResponse, int(c.sizeHint.Load()))
		if err == nil {
			c.learnSize(len(resp.Body.B))
		}
		return resp, err
	}
	src := &source{b: req.Body}
	defer src.detach()
	resp, err := c.transport.RoundTrip(c.newRequest(ctx, req, src, c.headerFor(req.Header)))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.ContentLength > int64(c.maxResponse) {
		return nil, errTooLarge
	}
	hint := c.sizeHint.Load()
	if resp.ContentLength > 0 {
		hint = resp.ContentLength
	}
	body := exec.NewBuffer(int(hint) + 512)
	body.B, err = readCapped(body.B, resp.Body, c.maxResponse)
	if err != nil {
		body.Release()
		return nil, err
	}
	c.learnSize(len(body.B))
	return &exec.Response{Status: resp.StatusCode, Body: body}, nil
}

func (c *Client) learnSize(n int) { c.sizeHint.Store((c.sizeHint.Load()*7 + int64(n)) / 8) }

// newRequest builds the HTTP request by hand: http.NewRequest would parse the URL and copy the headers each time.
func (c *Client) newRequest(ctx context.Context, req *exec.Request, src *source, header http.Header) *http.Request {
	h := &http.Request{
		Method: http.MethodPost, URL: c.url, Host: c.url.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: &reader{source: src}, ContentLength: int64(len(req.Body)),
	}
	// With GetBody the transport may send a request again on a new connection when the old one took nothing of it. With an idempotency key it
	// would do so even after it was sent, which a mutation must not suffer.
	if req.Kind == operation.Query || header.Get("Idempotency-Key") == "" && header.Get("X-Idempotency-Key") == "" {
		h.GetBody = func() (io.ReadCloser, error) { return &reader{source: src}, nil }
	}
	return h.WithContext(ctx)
}

// headerFor returns the headers to send: those of the configuration, overridden by extra.
func (c *Client) headerFor(extra http.Header) http.Header {
	if len(extra) == 0 {
		return c.header // the transport does not change it
	}
	header := c.header.Clone()
	for name, values := range extra {
		if !ownHeader(name) {
			header[name] = values
		}
	}
	return header
}

// ownHeader reports whether a header belongs to the connection to the subgraph: the caller's is not sent.
func ownHeader(name string) bool {
	switch name {
	case "Content-Type", "Accept", "Accept-Encoding", "Connection", "Upgrade":
		return true
	default:
		return false
	}
}

// readCapped appends what r has to dst, at most limit bytes.
func readCapped(dst []byte, r io.Reader, limit int) ([]byte, error) {
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if len(dst) > limit {
			return dst, errTooLarge
		}
		if errors.Is(err, io.EOF) {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
	}
}

// failure gives err the code that clients see.
func (c *Client) failure(ctx context.Context, err error) error {
	code := exec.CodeSubrequestHTTP
	switch {
	case errors.Is(err, errTooLarge):
		code = exec.CodeSubrequestTooLarge
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		code = exec.CodeSubrequestTimeout
	case ctx.Err() != nil:
		code = exec.CodeSubrequestCanceled
	}
	return &exec.FetchError{Code: code, Err: fmt.Errorf("subgraph %q: %w", c.name, err)}
}

func retryable(err error) bool {
	return !errors.Is(err, errTooLarge) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

func retryableStatus(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// pause waits before a retry, twice as long each time and with full jitter. It reports false where ctx ends first.
func pause(ctx context.Context, attempt int) bool {
	timer := time.NewTimer(rand.N(firstBackoff << (attempt - 1)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
