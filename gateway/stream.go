package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
)

// heartbeat is how often a silent stream is given a sign of life, so that proxies do not cut it.
const heartbeat = 15 * time.Second

// eventWrite is how long one event may take to be written: a client that reads no longer must not hold a stream for ever.
const eventWrite = 30 * time.Second

// Codes of what ends a stream, as clients see them.
const (
	codeSubscriptionFailed operation.Code = "SUBSCRIPTION_FAILED"
	codeSubscriptionEnded  operation.Code = "SUBSCRIPTION_ENDED"
	codeTokenExpired       operation.Code = "TOKEN_EXPIRED"
)

// stream answers an operation as a stream of responses: the events of a subscription, or the one response of any other operation.
func (h *graphqlHandler) stream(w http.ResponseWriter, r *http.Request, req *operationRequest, media string) {
	p := h.pipeline
	ctx, o := p.observe.begin(r.Context())
	refusedMedia := typeResponse
	if media == typeSSE { // an event source reads nothing but events
		refusedMedia = typeJSON
	}
	op, no := p.admit(ctx, req)
	if no != nil {
		o.refused(ctx, op, no)
		h.refuse(w, refusedMedia, no)
		return
	}
	if op.Operation.Kind != operation.Subscription || h.denied(op) {
		h.single(ctx, newStreamWriter(w, media), o, op)
		return
	}
	sub, err := p.engine.Subscribe(ctx, op.Prepared, op.execution)
	if err != nil {
		p.log.WarnContext(ctx, "subscription refused by its subgraph", slog.Any("error", err))
		var list operation.ErrorList
		if !errors.As(err, &list) {
			list = fault(codeSubscriptionFailed, "The subscription could not be opened.")
		}
		no := &refused{errs: list}
		o.refused(ctx, op, no)
		h.refuse(w, typeJSON, no)
		return
	}
	h.forward(ctx, newStreamWriter(w, media), o, op, sub, req.caller.ExpiresAt)
}

// denied reports whether nothing of a subscription may be subscribed to: what was denied is all that there is to answer.
func (h *graphqlHandler) denied(op *ready) bool {
	pl, err := h.pipeline.engine.Plan(op.Prepared, op.execution)
	return err == nil && !slices.ContainsFunc(pl.Fetches, func(f plan.Fetch) bool { return f.Kind == operation.Subscription })
}

// single streams the one response of an operation that has no further ones.
func (h *graphqlHandler) single(ctx context.Context, out *streamWriter, o *observation, op *ready) {
	out.open()
	res, no := h.pipeline.execute(ctx, o, op)
	if no != nil {
		out.event(h.errorBody(no.errs))
	} else {
		out.event(res.Body)
		res.Release()
	}
	out.complete()
}

// event is what a subscription gave, or how it ended.
type event struct {
	body []byte
	err  error
}

// errPanicked: the code that served the event panicked.
var errPanicked = errors.New("panic")

// receive reads a subscription until it ends or stop is closed, and then closes done.
func (h *graphqlHandler) receive(ctx context.Context, sub *graph.Subscription, events chan<- event, stop <-chan struct{}, done chan<- struct{}) {
	defer close(done)
	defer func() {
		if v := recover(); v != nil { // net/http recovers only its own goroutines
			h.pipeline.log.ErrorContext(ctx, "panic while streaming", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			select {
			case events <- event{err: errPanicked}:
			case <-stop:
			}
		}
	}()
	for {
		res, err := sub.Next(ctx)
		e := event{err: err}
		if err == nil {
			e.body = slices.Clone(res.Body)
			if res.Errors > 0 {
				e.body = h.pipeline.codes.rename(e.body)
			}
			h.pipeline.observe.fetches(ctx, h.pipeline.view.schema, res.Fetches)
			res.Release()
		}
		select {
		case events <- e:
		case <-stop:
			return
		}
		if err != nil {
			return
		}
	}
}

// forward writes the subscription's events until it or the client ends, its token expires, or the snapshot is retired: what a stream may show
// was decided by that token and that configuration, and its client may ask again. The reading goroutine ends before forward returns.
func (h *graphqlHandler) forward(ctx context.Context, out *streamWriter, o *observation, op *ready, sub *graph.Subscription, expires time.Time) {
	ctx, cancel := context.WithCancel(ctx)
	events, stop, done := make(chan event), make(chan struct{}), make(chan struct{})
	go h.receive(ctx, sub, events, stop, done)
	defer func() {
		close(stop)
		cancel()
		_ = sub.Close()
		<-done
		o.streamed(ctx, op)
	}()
	h.pipeline.observe.metrics.streams.Inc()
	defer h.pipeline.observe.metrics.streams.Dec()
	var expiry <-chan time.Time
	if !expires.IsZero() {
		timer := time.NewTimer(time.Until(expires))
		defer timer.Stop()
		expiry = timer.C
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	out.open()
	end := func(code operation.Code, message string) {
		out.event(h.errorBody(fault(code, message)))
		out.complete()
	}
	for !out.broken {
		select {
		case <-ctx.Done():
			return
		case <-h.pipeline.retired:
			end(codeSubscriptionEnded, "The gateway has a new configuration or stops: subscribe again.")
			return
		case <-expiry:
			end(codeTokenExpired, "The token has expired: subscribe again with a new one.")
			return
		case <-beat.C:
			out.beat()
		case e := <-events:
			switch {
			case errors.Is(e.err, io.EOF):
				out.complete()
				return
			case e.err != nil:
				h.pipeline.log.WarnContext(ctx, "subscription broke off", slog.Any("error", e.err))
				end(codeSubscriptionFailed, "The subscription broke off.")
				return
			}
			out.event(e.body)
		}
	}
}

// streamWriter writes responses as server-sent events (GraphQL over Server-Sent Events Protocol, distinct connections) or as
// parts of multipart/mixed (the multipart subscription protocol, subscriptionSpec 1.0).
type streamWriter struct {
	w      http.ResponseWriter
	flush  *http.ResponseController
	parts  bool
	broken bool // nothing can be written any more
}

func newStreamWriter(w http.ResponseWriter, media string) *streamWriter {
	return &streamWriter{w: w, flush: http.NewResponseController(w), parts: media == typeParts}
}

func (s *streamWriter) open() {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	if s.parts {
		h.Set("Content-Type", `multipart/mixed; boundary="graphql"; subscriptionSpec=1.0`)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s.w.WriteHeader(http.StatusOK)
	if s.parts {
		s.write("\r\n--graphql", nil, "")
		return
	}
	s.write("", nil, "")
}

// What stands around a part. The delimiter follows each part at once: clients take a part for complete when they see it.
const (
	partHead = "\r\nContent-Type: application/json\r\n\r\n"
	partTail = "\r\n--graphql"
)

func (s *streamWriter) event(body []byte) {
	if s.parts {
		s.write(partHead+`{"payload":`, body, "}"+partTail)
		return
	}
	// Line ends inside JSON are white space, but would end the field here.
	body = bytes.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, body)
	s.write("event: next\ndata: ", body, "\n\n")
}

func (s *streamWriter) beat() {
	if s.parts {
		s.write(partHead, nil, "{}"+partTail)
		return
	}
	s.write(":\n\n", nil, "")
}

func (s *streamWriter) complete() {
	if s.parts {
		s.write("--\r\n", nil, "")
		return
	}
	s.write("event: complete\ndata:\n\n", nil, "")
}

// write sends one piece. It may take some time of its own, whatever the stream took before.
func (s *streamWriter) write(before string, body []byte, after string) {
	_ = s.flush.SetWriteDeadline(time.Now().Add(eventWrite)) // recorders of tests have no deadlines
	_, err := io.WriteString(s.w, before)
	if err == nil {
		_, err = s.w.Write(body)
	}
	if err == nil {
		_, err = io.WriteString(s.w, after)
	}
	if err == nil {
		err = s.flush.Flush()
	}
	s.broken = s.broken || err != nil
}
