package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/operation"
)

// heartbeat is how often a silent stream is given a sign of life, so that proxies do not cut it.
const heartbeat = 15 * time.Second

// stream answers an operation as a stream of responses: the events of a subscription, or the one response of any other operation.
func (h *graphqlHandler) stream(w http.ResponseWriter, r *http.Request, req *operationRequest, media string) {
	op, no := h.pipeline.admit(r.Context(), req)
	if no != nil {
		refusedMedia := typeResponse
		if media == typeSSE { // an event source reads nothing but events
			refusedMedia = typeJSON
		}
		h.refuse(w, refusedMedia, no)
		return
	}
	out := newStreamWriter(w, media)
	if op.Operation.Kind != operation.Subscription {
		h.single(r.Context(), out, op)
		return
	}
	sub, err := h.pipeline.view.engine.Subscribe(r.Context(), op.Prepared, op.execution)
	if err != nil {
		h.pipeline.log.WarnContext(r.Context(), "subscription refused by its subgraph", "error", err)
		var list operation.ErrorList
		if !errors.As(err, &list) {
			list = fault("SUBSCRIPTION_FAILED", "The subscription could not be opened.")
		}
		h.refuse(w, typeJSON, &refused{errs: list})
		return
	}
	h.forward(r.Context(), out, sub)
}

func (h *graphqlHandler) single(ctx context.Context, out *streamWriter, op *ready) {
	ctx, cancel := context.WithTimeout(ctx, h.pipeline.timeout)
	defer cancel()
	out.open()
	res, err := h.pipeline.view.engine.Execute(ctx, op.Prepared, op.execution)
	if err != nil {
		out.event(errorBody(listOf(err)))
	} else {
		out.event(res.Body)
		res.Release()
	}
	out.complete()
}

// forward writes the subscription's events until it or the client ends. The reading goroutine ends with the subscription, which is closed before
// forward returns.
func (h *graphqlHandler) forward(ctx context.Context, out *streamWriter, sub *graph.Subscription) {
	type event struct {
		body []byte
		err  error
	}
	events := make(chan event)
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			res, err := sub.Next(ctx)
			e := event{err: err}
			if err == nil {
				e.body = append([]byte(nil), res.Body...)
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
	}()
	defer func() {
		close(stop)
		_ = sub.Close()
		<-done
	}()
	out.open()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			out.beat()
		case e := <-events:
			if e.err != nil {
				if !errors.Is(e.err, io.EOF) {
					h.pipeline.log.WarnContext(ctx, "subscription broke off", "error", e.err)
					out.event(errorBody(fault("SUBSCRIPTION_FAILED", "The subscription broke off.")))
				}
				out.complete()
				return
			}
			out.event(e.body)
		}
	}
}

// streamWriter writes responses as server-sent events (GraphQL over Server-Sent Events Protocol, distinct connections) or as
// parts of multipart/mixed (the multipart subscription protocol, subscriptionSpec 1.0).
type streamWriter struct {
	w     http.ResponseWriter
	flush *http.ResponseController
	parts bool
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
	_ = s.flush.SetWriteDeadline(time.Time{}) // a stream outlives the time-outs of ordinary responses
	s.w.WriteHeader(http.StatusOK)
	s.write("", nil, "")
}

const partHead = "\r\n--graphql\r\nContent-Type: application/json\r\n\r\n"

func (s *streamWriter) event(body []byte) {
	if s.parts {
		s.write(partHead+`{"payload":`, body, "}")
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
		s.write(partHead, nil, "{}")
		return
	}
	s.write(":\n\n", nil, "")
}

func (s *streamWriter) complete() {
	if s.parts {
		s.write("\r\n--graphql--\r\n", nil, "")
		return
	}
	s.write("event: complete\ndata:\n\n", nil, "")
}

func (s *streamWriter) write(before string, body []byte, after string) {
	_, _ = io.WriteString(s.w, before)
	_, _ = s.w.Write(body)
	_, _ = io.WriteString(s.w, after)
	_ = s.flush.Flush()
}
