//go:build unix

package subgraph

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/operation"
)

// rawServer answers the nth request over all connections with the nth text, and closes the connection where there is none.
type rawServer struct {
	url       string
	requests  chan *http.Request // what was asked
	connected atomic.Int32
}

func newRawServer(t *testing.T, answers ...string) *rawServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s := &rawServer{url: "http://" + l.Addr().String() + "/graphql", requests: make(chan *http.Request, 100)}
	go func() {
		n := 0
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.connected.Add(1)
			for r := bufio.NewReader(c); ; n++ {
				req, err := http.ReadRequest(r)
				if err != nil {
					break
				}
				io.Copy(io.Discard, req.Body)
				s.requests <- req
				if n >= len(answers) {
					n++
					break
				}
				io.WriteString(c, answers[n])
				if strings.Contains(answers[n], "nection: close") {
					n++
					break
				}
			}
			c.Close()
		}
	}()
	return s
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

func mutation(body string) *exec.Request {
	return &exec.Request{Kind: operation.Mutation, Body: []byte(body)}
}

// fetchOK sends a request that must be answered with {}.
func fetchOK(t *testing.T, c *Client, req *exec.Request) {
	t.Helper()
	resp, err := c.Fetch(t.Context(), req)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Release()
	if string(resp.Body.B) != "{}" {
		t.Errorf("got %d %q", resp.Status, resp.Body.B)
	}
}

func TestHTTP1ReadsEveryFormOfResponse(t *testing.T) {
	tests := []struct {
		name, raw, body string
		status          int
		keep            bool
	}{
		{"content length", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndata", "data", 200, true},
		{"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\ncontent-length: 4\r\n\r\ndata", "data", 200, true},
		{"no reason", "HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n", "", 503, true},
		{"lines that end in LF", "HTTP/1.1 200 OK\nContent-Length: 4\n\ndata", "data", 200, true},
		{"chunks with extensions", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nda\r\n2 \r\nta\r\n0\r\n\r\n", "data", 200, true},
		{"chunks with trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n4\r\ndata\r\n000\r\nA: b\r\nC: d\r\n\r\n", "data", 200, true},
		{"chunks and a length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n0\r\n\r\n", "data", 200, false},
		{"interim responses first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 200, true},
		{"until the connection ends", "HTTP/1.1 200 OK\r\n\r\ndata", "data", 200, false},
		{"connection close", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: foo, Close\r\n\r\ndata", "data", 200, false},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ndata", "data", 200, false},
		{"HTTP/1.0 kept alive", "HTTP/1.0 200 OK\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\ndata", "data", 200, true},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\n", "", 204, true},
		{"more than the response", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndataHTTP/1.1", "data", 200, false},
		{"a long header", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 40000) + "\r\nContent-Length: 4\r\n\r\ndata", "data", 200, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resp, keep, err := readResponse([]byte(test.raw))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Release()
			if string(resp.Body.B) != test.body || resp.Status != test.status || keep != test.keep {
				t.Errorf("got %d %q, keep %v", resp.Status, resp.Body.B, keep)
			}
		})
	}
}

// readResponse reads the one response of a connection that carries raw.
func readResponse(raw []byte) (*exec.Response, bool, error) {
	r := responseReader{r: bufio.NewReaderSize(bytes.NewReader(raw), 16<<10)}
	return r.read(1<<20, 0)
}

func TestHTTP1RefusesWhatIsNoResponse(t *testing.T) {
	tests := []struct {
		name, raw string
		want      error
	}{
		{"nothing", "", errUnanswered},
		{"another protocol", "SSH-2.0-OpenSSH\r\n", errMalformed},
		{"another version", "HTTP/2.0 200 OK\r\n\r\n", errMalformed},
		{"a long status", "HTTP/1.1 2000\r\n\r\n", errMalformed},
		{"a small status", "HTTP/1.1 099 x\r\n\r\n", errMalformed},
		{"a switch of protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", errMalformed},
		{"interim responses without end", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 20), errMalformed},
		{"a header without colon", "HTTP/1.1 200 OK\r\nfoo\r\n\r\n", errMalformed},
		{"a continued line", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", errMalformed},
		{"space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\ndata", errMalformed},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\ndata!", errMalformed},
		{"a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\ndata", errMalformed},
		{"a signed length", "HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\ndata", errMalformed},
		{"another transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", errMalformed},
		{"a large head", "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 20000) + "\r\n", errMalformed},
		{"half a head", "HTTP/1.1 200 OK\r\nConte", io.ErrUnexpectedEOF},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nda", io.ErrUnexpectedEOF},
		{"a large body", "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", errTooLarge},
		{"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nda", io.ErrUnexpectedEOF},
		{"a chunk longer than it says", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ndata\r\n0\r\n\r\n", errMalformed},
		{"a chunk of no length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\ndata\r\n0\r\n\r\n", errMalformed},
		{"a huge chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n", errMalformed},
		{"a large chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", errTooLarge},
		{"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n", io.ErrUnexpectedEOF},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if resp, _, err := readResponse([]byte(test.raw)); !errors.Is(err, test.want) {
				t.Errorf("got %v and error %v, want %v", resp, err, test.want)
			}
		})
	}
}

func TestHTTP1SendsTheHeadersOfConfigurationAndCaller(t *testing.T) {
	s := newRawServer(t, okAnswer)
	c := clientFor(t, s.url, func(c *Config) { c.Headers = http.Header{"X-Key": {"config"}, "X-Tenant": {"config"}} })
	req := query("{}")
	req.Header = http.Header{
		"X-Tenant": {"caller"}, "X-Many": {"a", "b"}, "Accept": {"text/html"},
		"Host": {"elsewhere"}, "Content-Length": {"7"}, "Transfer-Encoding": {"chunked"}, "Connection": {"close"},
	}
	fetchOK(t, c, req)
	got := <-s.requests
	for name, want := range map[string]string{
		"X-Key": "config", "X-Tenant": "caller", "X-Many": "a|b", "Content-Type": "application/json", "User-Agent": "sluice",
		"Accept": "application/graphql-response+json, application/json;q=0.9", "Connection": "",
	} {
		if v := strings.Join(got.Header.Values(name), "|"); v != want {
			t.Errorf("header %s is %q, want %q", name, v, want)
		}
	}
	if got.Host != strings.Split(s.url, "/")[2] || got.ContentLength != 2 || got.RequestURI != "/graphql" {
		t.Errorf("host %s, length %d, target %s", got.Host, got.ContentLength, got.RequestURI)
	}
}

func TestHTTP1RefusesHeadersThatWouldEndTheirLine(t *testing.T) {
	for _, header := range []http.Header{{"X": {"a\r\nY: b"}}, {"X": {"a\x00"}}, {"X: y\r\nZ": {"a"}}, {"": {"a"}}} {
		s := newRawServer(t, okAnswer)
		c := clientFor(t, s.url, nil)
		req := query("{}")
		req.Header = header
		_, err := c.Fetch(t.Context(), req)
		wantCode(t, err, exec.CodeSubrequestHTTP)
		if len(s.requests) > 0 {
			t.Errorf("a request with %q was sent", header)
		}
		fetchOK(t, c, query("{}")) // the connection is as good as before
	}
}

func TestHTTP1UsesAConnectionAgain(t *testing.T) {
	s := newRawServer(t, okAnswer, okAnswer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", okAnswer)
	c := clientFor(t, s.url, nil)
	for _, want := range []int32{1, 1, 1, 2} {
		fetchOK(t, c, query("{}"))
		if n := s.connected.Load(); n != want {
			t.Errorf("%d connections, want %d", n, want)
		}
	}
}

func TestHTTP1SendsAQueryAgainThatAnIdleConnectionLost(t *testing.T) {
	tests := []struct {
		name string
		req  *exec.Request
		want int // how often it arrives, when the server ends every connection instead of answering
	}{
		{"a query goes over a new connection too", query("{}"), 2},
		{"a mutation does not", mutation("{}"), 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newRawServer(t, okAnswer)
			c := clientFor(t, s.url, nil)
			fetchOK(t, c, query("{}"))
			_, err := c.Fetch(t.Context(), test.req)
			wantCode(t, err, exec.CodeSubrequestHTTP)
			if n := len(s.requests) - 1; n != test.want {
				t.Errorf("it arrived %d times, want %d", n, test.want)
			}
		})
	}
}

// TestHTTP1LooksAtIdleConnections: one that the server closed, or on which it said something unasked, is not used, not even for a mutation.
func TestHTTP1LooksAtIdleConnections(t *testing.T) {
	for _, unasked := range []string{"", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"} {
		answered := make(chan struct{})
		c := newClientOfConns(t, func(n int, c net.Conn) {
			req, err := http.ReadRequest(bufio.NewReader(c))
			if err != nil {
				return
			}
			io.Copy(io.Discard, req.Body)
			io.WriteString(c, okAnswer)
			if n > 0 {
				return
			}
			<-answered
			io.WriteString(c, unasked)
			if unasked == "" {
				c.Close()
			}
		})
		fetchOK(t, c, query("{}"))
		close(answered)
		awaitNews(t, c.plain.idle[0].Conn)
		fetchOK(t, c, mutation("{}"))
	}
}

// awaitNews waits until there is something to read, or the end, and leaves it there.
func awaitNews(t *testing.T, c net.Conn) {
	t.Helper()
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Read(func(fd uintptr) bool {
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
		return !errors.Is(err, syscall.EAGAIN)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// newClientOfConns returns a client for a server that handles its nth connection by serve.
func newClientOfConns(t *testing.T, serve func(n int, c net.Conn)) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(n, c)
		}
	}()
	return clientFor(t, "http://"+l.Addr().String(), nil)
}

func TestHTTP1GivesUpWithItsContext(t *testing.T) {
	held := make(chan net.Conn, 2)
	c := newClientOfConns(t, func(_ int, c net.Conn) { held <- c })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		conn := <-held
		held <- conn
		_, _ = http.ReadRequest(bufio.NewReader(conn))
	}()
	_, err := c.Fetch(ctx, query("{}"))
	wantCode(t, err, exec.CodeSubrequestCanceled)
	if len(c.plain.idle) > 0 {
		t.Error("the interrupted connection waits for another request")
	}
	(<-held).Close()
}

func TestHTTP1ClosesWhatIsIdleForTooLong(t *testing.T) {
	s := newRawServer(t, okAnswer, okAnswer)
	c := clientFor(t, s.url, nil)
	fetchOK(t, c, query("{}"))
	c.plain.expire()
	if len(c.plain.idle) != 1 {
		t.Fatal("a fresh connection was closed")
	}
	c.plain.idle[0].since = time.Now().Add(-2 * idleTimeout)
	c.plain.expire()
	if len(c.plain.idle) != 0 || c.plain.expiry != nil {
		t.Error("an old connection is still there")
	}
	fetchOK(t, c, query("{}"))
	c.Close()
	if len(c.plain.idle) != 0 {
		t.Error("a connection is idle after Close")
	}
}

func TestHTTP1IsOnlyForPlainHTTP(t *testing.T) {
	for url, want := range map[string]bool{
		"http://a/": true, "http://[::1]:80/": true, "https://a/": false, "http://[fe80::1%25eth0]/": false, "http://bücher.example/": false,
	} {
		if c := clientFor(t, url, nil); (c.plain != nil) != want {
			t.Errorf("%s: %v, want %v", url, c.plain != nil, want)
		}
	}
}

func TestHTTP1SendsLargeBodiesWhileItReads(t *testing.T) {
	large := query(strings.Repeat("x", 8<<20))
	t.Run("which arrive whole and keep the connection", func(t *testing.T) {
		s := newRawServer(t, okAnswer, okAnswer)
		c := clientFor(t, s.url, nil)
		fetchOK(t, c, large)
		fetchOK(t, c, large)
		if n := s.connected.Load(); n != 1 || len(s.requests) != 2 {
			t.Errorf("%d requests over %d connections", len(s.requests), n)
		}
	})
	t.Run("and stops when the answer comes first", func(t *testing.T) {
		release := make(chan struct{})
		c := newClientOfConns(t, func(_ int, c net.Conn) {
			io.WriteString(c, okAnswer) // without reading anything
			<-release
			c.Close()
		})
		fetchOK(t, c, large)
		close(release)
		if len(c.plain.idle) > 0 {
			t.Error("a connection with half a request on it waits for another")
		}
	})
}

func TestHTTP1KeepsTheCapOnConnections(t *testing.T) {
	entered, release := make(chan struct{}, 9), make(chan struct{})
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		entered <- struct{}{}
		<-release
		io.WriteString(w, "{}")
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	c := clientFor(t, server.URL, func(c *Config) { c.MaxConnections = 2 })
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { fetchOK(t, c, query("{}")) })
	}
	<-entered
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := c.Fetch(ctx, query("{}"))
	wantCode(t, err, exec.CodeSubrequestTimeout)
	close(release)
	wg.Wait()
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// FuzzHTTP1Response reads responses as net/http does: what is accepted must be the same there.
func FuzzHTTP1Response(f *testing.F) {
	for _, seed := range []string{
		okAnswer,
		"HTTP/1.1 100 Continue\r\n\r\n" + okAnswer,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nda\r\nA\r\n0123456789\r\n0\r\nA: b\r\n\r\n",
		"HTTP/1.0 200 OK\nConnection: keep-alive\nContent-Length: 1\n\nx",
		"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n",
		"HTTP/1.1 200 \r\nContent-Length: 1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, _, err := readResponse(raw)
		if err != nil {
			return
		}
		defer got.Body.Release()
		r := bufio.NewReader(bytes.NewReader(raw))
		for {
			want, err := http.ReadResponse(r, &http.Request{Method: http.MethodPost})
			if err != nil {
				t.Fatalf("net/http refuses %q: %v", raw, err)
			}
			body, err := io.ReadAll(want.Body)
			if want.StatusCode < 200 {
				continue
			}
			if err != nil {
				t.Fatalf("net/http refuses the body of %q: %v", raw, err)
			}
			if want.Header.Get("Content-Encoding") == "" && (want.StatusCode != got.Status || !bytes.Equal(body, got.Body.B)) {
				t.Fatalf("got %d %q, net/http reads %d %q of %q", got.Status, got.Body.B, want.StatusCode, body, raw)
			}
			return
		}
	})
}
