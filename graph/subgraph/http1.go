package subgraph

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/operation"
)

const (
	dialTimeout = 10 * time.Second
	idleTimeout = 90 * time.Second
	// maxIdle is how many connections wait for their next request at most, where Config.MaxConnections does not say it.
	maxIdle = 100
	// maxAtOnce is the size of request bodies up to which a request is written before anything is read: the sockets' buffers hold it even where the
	// server answers without reading.
	maxAtOnce = 64 << 10
)

// http1 sends requests to one server over HTTP/1.1 without TLS (RFC 9112), which is how most subgraphs are reached. It does what http.Transport
// does at half the cost: the goroutine that wants the answer writes the request and reads the response itself, into pooled memory.
type http1 struct {
	address string // host and port
	head    string // request line and Host
	header  http.Header
	gzip    bool // ask for compressed responses
	dialer  net.Dialer
	turns   chan struct{} // one for each connection that may be in use; nil: no bound
	maxIdle int

	mu     sync.Mutex
	idle   []*conn // the longest idle first
	expiry *time.Timer
	closed bool
}

// newHTTP1 returns nil where the connection needs more than http1 can do.
func newHTTP1(u *url.URL, header http.Header, maxConnections int, compressed bool) *http1 {
	if u.Scheme != "http" || !canProbe || strings.ContainsFunc(u.Host, func(r rune) bool { return r <= ' ' || r >= 0x7F || r == '%' }) {
		return nil
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	h := &http1{
		address: net.JoinHostPort(u.Hostname(), port),
		head:    "POST " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\n",
		header:  header, gzip: compressed,
		dialer:  net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second},
		maxIdle: maxIdle,
	}
	if maxConnections > 0 {
		h.turns, h.maxIdle = make(chan struct{}, maxConnections), maxConnections
	}
	return h
}

// conn is a connection. It belongs to one request at a time.
type conn struct {
	net.Conn
	reader    responseReader
	out       []byte // the request
	interrupt func() // ends all reading and writing
	probe     func() error
	since     time.Time // idle
}

// errUnanswered is that a connection broke before anything of a response came. The server may have closed it while the request was under way.
var errUnanswered = errors.New("connection broke before the response")

// fetch sends a request and reads the response, of at most limit bytes. hint is the size of a response whose size is not known before.
func (h *http1) fetch(ctx context.Context, req *exec.Request, limit, hint int) (*exec.Response, error) {
	if h.turns != nil {
		select {
		case h.turns <- struct{}{}:
			defer func() { <-h.turns }()
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for a connection: %w", ctx.Err())
		}
	}
	c := h.takeIdle()
	reused := c != nil
	for {
		if c == nil {
			var err error
			if c, err = h.dial(ctx); err != nil {
				return nil, err
			}
		}
		resp, err := h.exchange(ctx, c, req, limit, hint)
		if !reused || req.Kind != operation.Query || !errors.Is(err, errUnanswered) {
			return resp, err
		}
		c, reused = nil, false
	}
}

func (h *http1) dial(ctx context.Context) (*conn, error) {
	raw, err := h.dialer.DialContext(ctx, "tcp", h.address)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says dial and where to
	}
	c := &conn{Conn: raw, reader: responseReader{r: bufio.NewReaderSize(raw, 16<<10)}}
	c.interrupt = func() { _ = raw.SetDeadline(time.Unix(1, 0)) }
	c.probe = newProbe(raw)
	return c, nil
}

// exchange sends a request over c and reads the response. Afterwards c is idle or closed.
func (h *http1) exchange(ctx context.Context, c *conn, req *exec.Request, limit, hint int) (resp *exec.Response, err error) {
	if c.out, err = h.appendHead(c.out[:0], req); err != nil {
		h.putIdle(c) // nothing was sent
		return nil, err
	}
	stop := context.AfterFunc(ctx, c.interrupt)
	keep := false
	finish, err := c.send(req.Body)
	if err == nil {
		resp, keep, err = c.reader.read(limit, hint)
		keep = finish() == nil && keep
	}
	if !stop() {
		keep = false // interrupted now or in a moment
		if err != nil {
			err = ctx.Err()
		}
	}
	if keep && err == nil {
		h.putIdle(c)
	} else {
		_ = c.Close()
	}
	return resp, err
}

// send writes the request whose head is in c.out. A large body is written while the response is read: then the function that it returns
// ends the writing, and tells whether it was complete.
func (c *conn) send(body []byte) (finish func() error, err error) {
	if len(body) <= maxAtOnce {
		c.out = append(c.out, body...)
		if _, err := c.Write(c.out); err != nil {
			return nil, fmt.Errorf("%w: %w", errUnanswered, err)
		}
		return func() error { return nil }, nil
	}
	sent := make(chan error, 1)
	go func() {
		_, err := c.Write(c.out)
		if err == nil {
			_, err = c.Write(body)
		}
		sent <- err
	}()
	return func() error {
		_ = c.SetWriteDeadline(time.Unix(1, 0)) // a server that has answered need not read the rest
		err := <-sent
		return errors.Join(err, c.SetWriteDeadline(time.Time{}))
	}, nil
}

// appendHead appends the head of a request. What it is given as headers may not end their line, and may not say how long the body is.
func (h *http1) appendHead(dst []byte, req *exec.Request) ([]byte, error) {
	dst = append(dst, h.head...)
	var err error
	for name, values := range h.header {
		if _, replaced := req.Header[name]; !replaced || ownHeader(name) {
			dst, err = appendHeader(dst, name, values, err)
		}
	}
	for name, values := range req.Header {
		if !ownHeader(name) {
			dst, err = appendHeader(dst, name, values, err)
		}
	}
	if h.gzip {
		dst = append(dst, "Accept-Encoding: gzip\r\n"...)
	}
	dst = append(dst, "Content-Length: "...)
	return append(strconv.AppendInt(dst, int64(len(req.Body)), 10), "\r\n\r\n"...), err
}

func appendHeader(dst []byte, name string, values []string, err error) ([]byte, error) {
	if framing(name) || err != nil {
		return dst, err
	}
	for _, v := range values {
		if !validHeader(name, v) {
			return dst, fmt.Errorf("not a header: %q", name)
		}
		dst = append(append(append(append(dst, name...), ": "...), v...), "\r\n"...)
	}
	return dst, nil
}

// inName are the bytes that the name of a header may consist of (RFC 9110 §5.1).
var inName = func() (set [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		set[c] = true
	}
	return set
}()

// validHeader reports whether a header's name and value are such that no reader can take them for anything else (RFC 9110 §5.5).
func validHeader[T string | []byte](name, value T) bool {
	for i := range len(name) {
		if !inName[name[i]] {
			return false
		}
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7F {
			return false
		}
	}
	return len(name) > 0
}

// framing reports whether a header says where the message ends, or to which server it goes: that is not the caller's to say.
func framing(name string) bool {
	switch name {
	case "Host", "Content-Length", "Transfer-Encoding", "Trailer":
		return true
	default:
		return false
	}
}

// takeIdle returns the connection that was used last, if it still stands.
func (h *http1) takeIdle() *conn {
	for {
		h.mu.Lock()
		n := len(h.idle)
		if n == 0 {
			h.mu.Unlock()
			return nil
		}
		c := h.idle[n-1]
		h.idle[n-1] = nil
		h.idle = h.idle[:n-1]
		h.mu.Unlock()
		if c.probe() == nil {
			return c
		}
		_ = c.Close()
	}
}

// putIdle keeps a connection for the next request.
func (h *http1) putIdle(c *conn) {
	c.since = time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.idle) == h.maxIdle {
		_ = c.Close()
		return
	}
	h.idle = append(h.idle, c)
	if h.expiry == nil {
		h.expiry = time.AfterFunc(idleTimeout, h.expire)
	}
}

// expire closes the connections that have been idle for too long.
func (h *http1) expire() {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := 0
	for old < len(h.idle) && time.Since(h.idle[old].since) >= idleTimeout {
		_ = h.idle[old].Close()
		old++
	}
	h.idle = slices.Delete(h.idle, 0, old)
	h.expiry = nil
	if len(h.idle) > 0 && !h.closed {
		h.expiry = time.AfterFunc(idleTimeout-time.Since(h.idle[0].since), h.expire)
	}
}

// close closes the idle connections, and the others when their requests are done.
func (h *http1) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if h.expiry != nil {
		h.expiry.Stop()
	}
	for _, c := range h.idle {
		_ = c.Close()
	}
	h.idle = nil
}
