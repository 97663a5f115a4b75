package subgraph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/sluice-gateway/sluice/graph/exec"
)

// Events is a running subscription. It is for one goroutine, but for Close.
type Events interface {
	// Next returns the next event: the JSON of a GraphQL response, which belongs to the caller. At the end it returns io.EOF; other errors
	// are *exec.FetchError, and nothing follows them.
	Next() ([]byte, error)
	// Close ends the subscription. It may be called by another goroutine, and ends a Next that waits.
	Close() error
}

// Subscribe opens a subscription; it ends with ctx at the latest. Errors are *exec.FetchError.
func (c *Client) Subscribe(ctx context.Context, req *exec.Request) (Events, error) {
	if c.socket {
		return c.subscribeSocket(ctx, req)
	}
	return c.subscribeSSE(ctx, req)
}

// stream is a subscription over server-sent events (GraphQL over Server-Sent Events Protocol, distinct connections mode).
type stream struct {
	client *Client
	ctx    context.Context // of the HTTP request: its end ends the body
	cancel context.CancelCauseFunc
	body   io.ReadCloser
	sse    *sseReader
	single []byte // an answer that is no stream: the one event
	done   bool
}

func (c *Client) subscribeSSE(ctx context.Context, req *exec.Request) (Events, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	late := time.AfterFunc(c.timeout, func() { cancel(context.DeadlineExceeded) })
	header := c.headerFor(req.Header).Clone()
	header.Set("Accept", "text/event-stream, application/graphql-response+json;q=0.9, application/json;q=0.8")
	resp, err := c.streams.RoundTrip(c.newRequest(ctx, req, &source{b: req.Body}, header))
	if !late.Stop() && err == nil {
		_ = resp.Body.Close()
		err = context.DeadlineExceeded
	}
	if err != nil {
		defer cancel(nil)
		return nil, c.failure(ctx, err)
	}
	s := &stream{client: c, ctx: ctx, cancel: cancel, body: resp.Body}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/event-stream" && resp.StatusCode == http.StatusOK {
		s.sse = newSSEReader(resp.Body, c.maxResponse)
		return s, nil
	}
	// The subgraph refused, or answered at once. What it says is the only event, if it is a GraphQL response at all: exec finds out.
	defer func() { _ = s.Close() }()
	late = time.AfterFunc(c.timeout, func() { cancel(context.DeadlineExceeded) })
	defer late.Stop()
	s.single, err = readCapped(nil, resp.Body, c.maxResponse)
	if err == nil && !bytes.HasPrefix(bytes.TrimLeft(s.single, " \t\r\n"), []byte{'{'}) {
		err = fmt.Errorf("no event stream: status %d", resp.StatusCode)
	}
	if err != nil {
		return nil, c.failure(ctx, err)
	}
	return s, nil
}

func (s *stream) Next() ([]byte, error) {
	if s.single != nil {
		event := s.single
		s.single, s.done = nil, true
		return event, nil
	}
	if s.done {
		return nil, io.EOF
	}
	for {
		name, data, err := s.sse.next()
		switch {
		case err != nil:
			s.done = true
			if errors.Is(err, io.EOF) {
				err = fmt.Errorf("subscription ended without complete: %w", io.ErrUnexpectedEOF)
			}
			return nil, s.client.failure(s.ctx, err)
		case name == "complete":
			s.done = true
			return nil, io.EOF
		case name == "next" || name == "":
			return data, nil
		}
	}
}

func (s *stream) Close() error {
	s.cancel(nil)
	return s.body.Close()
}
