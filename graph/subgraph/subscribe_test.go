package subgraph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/coder/websocket"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/operation"
)

func subscription() *exec.Request {
	return &exec.Request{Kind: operation.Subscription, Body: []byte(`{"query":"subscription{a}"}`)}
}

// collect reads events to the end and closes the subscription.
func collect(t *testing.T, events Events) (all []string, err error) {
	t.Helper()
	defer events.Close()
	for {
		event, err := events.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, string(event))
	}
}

func wantEvents(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("events %q, want %q", got, want)
	}
}

func TestSubscribeReadsServerSentEvents(t *testing.T) {
	c := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if accept := r.Header.Get("Accept"); !strings.HasPrefix(accept, "text/event-stream") {
			t.Errorf("Accept is %q", accept)
		}
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		io.WriteString(w, ":\n\nevent: next\ndata: {\"data\":\ndata: {\"a\":1}}\n\n")
		w.(http.Flusher).Flush()
		io.WriteString(w, "event: next\r\ndata:{\"data\":{\"a\":2}}\r\n\r\nevent: complete\r\n\r\n")
	}), nil)
	events, err := c.Subscribe(t.Context(), subscription())
	if err != nil {
		t.Fatal(err)
	}
	got, err := collect(t, events)
	if err != nil {
		t.Error(err)
	}
	wantEvents(t, got, "{\"data\":\n{\"a\":1}}", `{"data":{"a":2}}`)
}

func TestSubscribeOverSSEReportsWhatGoesWrong(t *testing.T) {
	stream := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, text)
		}
	}
	plain := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, text)
		}
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		events  []string
		code    string // of the last error
	}{
		{name: "a stream that breaks off", handler: stream("data: {}\n\n"), events: []string{"{}"}, code: exec.CodeSubrequestHTTP},
		{name: "an event over the cap", handler: stream("data: " + strings.Repeat("x", 2000) + "\n\n"), code: exec.CodeSubrequestTooLarge},
		{name: "many lines over the cap", handler: stream(strings.Repeat("data: xxxxxxx\n", 200) + "\n"), code: exec.CodeSubrequestTooLarge},
		{name: "a refusal in GraphQL", handler: plain(400, `{"errors":[{"message":"no"}]}`), events: []string{`{"errors":[{"message":"no"}]}`}},
		{name: "a refusal in HTML", handler: plain(502, `<html>`), code: exec.CodeSubrequestHTTP},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, tt.handler, func(c *Config) { c.MaxResponseBytes = 1000 })
			events, err := c.Subscribe(t.Context(), subscription())
			var got []string
			if err == nil {
				got, err = collect(t, events)
			}
			wantEvents(t, got, tt.events...)
			if tt.code == "" && err != nil {
				t.Error(err)
			} else if tt.code != "" {
				wantCode(t, err, tt.code)
			}
		})
	}
}

func TestSubscriptionEndsWithItsContextAndOpensInTime(t *testing.T) {
	// A server only sees that its client is gone when it has read the request's body.
	hang := func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	quiet := func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	t.Run("a server that does not answer", func(t *testing.T) {
		c := newClient(t, http.HandlerFunc(hang), func(c *Config) { c.Timeout = 10 * time.Millisecond })
		_, err := c.Subscribe(t.Context(), subscription())
		wantCode(t, err, exec.CodeSubrequestTimeout)
	})
	t.Run("an answer that is no stream and does not end", func(t *testing.T) {
		stall := func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"data":`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
		c := newClient(t, http.HandlerFunc(stall), func(c *Config) { c.Timeout = 50 * time.Millisecond })
		_, err := c.Subscribe(t.Context(), subscription())
		wantCode(t, err, exec.CodeSubrequestTimeout)
	})
	t.Run("a quiet stream outlives the timeout until it is canceled", func(t *testing.T) {
		c := newClient(t, http.HandlerFunc(quiet), func(c *Config) { c.Timeout = 50 * time.Millisecond })
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		events, err := c.Subscribe(ctx, subscription())
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = collect(t, events)
		if err == nil || time.Since(start) < 10*time.Millisecond {
			t.Errorf("ended with %v after %v", err, time.Since(start))
		}
	})
	t.Run("Close ends a Next that waits", func(t *testing.T) {
		c := newClient(t, http.HandlerFunc(quiet), nil)
		events, err := c.Subscribe(t.Context(), subscription())
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() {
			_, err := events.Next()
			ended <- err
		}()
		events.Close()
		wantCode(t, <-ended, exec.CodeSubrequestCanceled)
	})
}

// socketServer speaks graphql-transport-ws up to the subscription, and then lets serve go on.
func socketServer(t *testing.T, serve func(ctx context.Context, conn *websocket.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("X-Key"); got != "secret" {
			t.Errorf("X-Key is %q", got)
		}
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"graphql-transport-ws"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.CloseNow()
		expect(t, r.Context(), conn, `{"type":"connection_init"}`)
		say(r.Context(), conn, `{"type":"ping"}`)
		expect(t, r.Context(), conn, `{"type":"pong"}`)
		say(r.Context(), conn, `{"type":"connection_ack"}`)
		expect(t, r.Context(), conn, `{"type":"subscribe","id":"1","payload":{"query":"subscription{a}"}}`)
		serve(r.Context(), conn)
	})
}

func say(ctx context.Context, conn *websocket.Conn, text string) {
	_ = conn.Write(ctx, websocket.MessageText, []byte(text)) // the client may be gone, which is what some tests are about
}

func expect(t *testing.T, ctx context.Context, conn *websocket.Conn, want string) {
	t.Helper()
	_, text, err := conn.Read(ctx)
	if err != nil || string(text) != want {
		t.Errorf("received %s, %v, want %s", text, err, want)
	}
}

func socketConfig(c *Config) {
	c.WebSocket, c.MaxResponseBytes, c.Headers = true, 1000, http.Header{"X-Key": {"secret"}}
}

func TestSubscribeSpeaksGraphQLOverWebSocket(t *testing.T) {
	tests := []struct {
		name   string
		serve  []string // messages
		events []string
		code   string
	}{
		{
			name:   "events, a ping, another's event and the end",
			serve:  []string{`{"type":"next","id":"1","payload":{"data":{"a":1}}}`, `{"type":"next","id":"2","payload":{}}`, `{"type":"next","id":"1","payload":{"data":{"a":2}}}`, `{"type":"complete","id":"1"}`},
			events: []string{`{"data":{"a":1}}`, `{"data":{"a":2}}`},
		},
		{
			name:   "an error ends it",
			serve:  []string{`{"type":"error","id":"1","payload":[{"message":"no"}]}`},
			events: []string{`{"errors":[{"message":"no"}]}`},
		},
		{name: "a connection that is lost", code: exec.CodeSubrequestHTTP},
		{name: "garbage", serve: []string{`{`}, code: exec.CodeSubrequestHTTP},
		{name: "an event over the cap", serve: []string{`{"type":"next","id":"1","payload":"` + strings.Repeat("x", 2000) + `"}`}, code: exec.CodeSubrequestTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, socketServer(t, func(ctx context.Context, conn *websocket.Conn) {
				for _, m := range tt.serve {
					say(ctx, conn, m)
				}
			}), socketConfig)
			events, err := c.Subscribe(t.Context(), subscription())
			if err != nil {
				t.Fatal(err)
			}
			got, err := collect(t, events)
			wantEvents(t, got, tt.events...)
			if tt.code == "" && err != nil {
				t.Error(err)
			} else if tt.code != "" {
				wantCode(t, err, tt.code)
			}
		})
	}
}

func TestWebSocketSubscriptionAnswersPingsAndEndsWithItsContext(t *testing.T) {
	gone := make(chan error, 1)
	c := newClient(t, socketServer(t, func(ctx context.Context, conn *websocket.Conn) {
		say(ctx, conn, `{"type":"ping"}`)
		expect(t, ctx, conn, `{"type":"pong"}`)
		say(ctx, conn, `{"type":"next","id":"1","payload":{}}`)
		_, _, err := conn.Read(ctx)
		gone <- err
	}), socketConfig)
	ctx, cancel := context.WithCancel(t.Context())
	events, err := c.Subscribe(ctx, subscription())
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	if event, err := events.Next(); err != nil || string(event) != "{}" {
		t.Errorf("got %s, %v", event, err)
	}
	cancel()
	_, err = events.Next()
	wantCode(t, err, exec.CodeSubrequestCanceled)
	if err := <-gone; err == nil {
		t.Error("the server still has the connection")
	}
}

func TestWebSocketNeedsTheProtocol(t *testing.T) {
	c := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		conn.Read(r.Context())
		conn.CloseNow()
	}), func(c *Config) { c.WebSocket = true })
	_, err := c.Subscribe(t.Context(), subscription())
	wantCode(t, err, exec.CodeSubrequestHTTP)
	c = newClient(t, http.NotFoundHandler(), func(c *Config) { c.WebSocket = true })
	_, err = c.Subscribe(t.Context(), subscription())
	wantCode(t, err, exec.CodeSubrequestHTTP)
}

// FuzzSSE holds the reader against a naive one that has the whole text at once; bytes arrive one by one.
func FuzzSSE(f *testing.F) {
	for _, seed := range []string{
		"data: a\n\n", "\uFEFFdata:a\r\rdata\r\n\r\n", "event: next\ndata: a\ndata: b\n\n: x\nevent:complete\n\n", "event\n\ndata\n\n", "data: cut",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got []string
		s := newSSEReader(iotest.OneByteReader(strings.NewReader(text)), 1<<20)
		for {
			name, data, err := s.next()
			if err != nil {
				break
			}
			got = append(got, name+"|"+string(data))
		}
		if want := naiveSSE(text); strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Errorf("events of %q\n got %q\nwant %q", text, got, want)
		}
	})
}

func naiveSSE(text string) (events []string) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.TrimPrefix(text, "\uFEFF")
	lines := strings.Split(text, "\n")
	name, data := "", []string(nil)
	for _, line := range lines[:len(lines)-1] {
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != nil || name == "complete" {
				events = append(events, name+"|"+strings.Join(data, "\n"))
			}
			name, data = "", nil
		case field == "event":
			name = value
		case field == "data":
			data = append(data, value)
		}
	}
	return events
}
