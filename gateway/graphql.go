package gateway

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/operation"
)

// graphqlHandler serves GraphQL over HTTP (GraphQL over HTTP, draft of 2025).
type graphqlHandler struct {
	pipeline  *pipeline
	bodyLimit int64
	batch     config.Batching
	csrf      config.CSRF
}

// Media types of responses.
const (
	typeJSON     = "application/json"
	typeResponse = "application/graphql-response+json"
	typeSSE      = "text/event-stream"
	typeParts    = "multipart/mixed"
)

// ServeHTTP answers POST with a JSON body, and GET for queries.
func (h *graphqlHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	accept := parseAccept(r.Header.Values("Accept"))
	switch r.Method {
	case http.MethodPost, http.MethodGet, http.MethodHead:
	default:
		w.Header().Set("Allow", "GET, HEAD, POST, OPTIONS")
		h.fail(w, accept, http.StatusMethodNotAllowed, fault(codeBadRequest, "GraphQL is served to POST and, for queries, to GET."))
		return
	}
	if h.csrf.Enabled && r.Header.Get(h.csrf.HeaderName) == "" {
		h.fail(w, accept, http.StatusForbidden, fault(codeBadRequest, "The request must carry the header "+h.csrf.HeaderName+"."))
		return
	}
	media := accept.response()
	if media == "" {
		h.fail(w, accept, http.StatusNotAcceptable, fault(codeBadRequest,
			"None of the accepted media types is offered; there are "+typeResponse+", "+typeJSON+", "+typeSSE+" and "+typeParts+"."))
		return
	}
	if r.Method == http.MethodPost {
		h.post(w, r, accept, media)
		return
	}
	h.get(w, r, accept, media)
}

const codeBadRequest operation.Code = "BAD_REQUEST"

func (h *graphqlHandler) post(w http.ResponseWriter, r *http.Request, accept acceptance, media string) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != typeJSON || !strings.EqualFold(or(params["charset"], "utf-8"), "utf-8") {
		h.fail(w, accept, http.StatusUnsupportedMediaType, fault(codeBadRequest, "The Content-Type must be application/json, in UTF-8."))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.bodyLimit))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			h.pipeline.observe.metrics.limit("request_body_limit")
			h.fail(w, accept, http.StatusRequestEntityTooLarge, fault(codeBadRequest, "The request body is larger than "+strconv.FormatInt(h.bodyLimit, 10)+" bytes."))
			return
		}
		h.fail(w, accept, http.StatusBadRequest, fault(codeBadRequest, "The request body could not be read."))
		return
	}
	if h.batch.Enabled {
		list, err := operation.SplitBatch(body)
		if err != nil {
			h.fail(w, accept, http.StatusBadRequest, fault(codeBadRequest, sentence(err)))
			return
		}
		if list != nil {
			h.serveBatch(w, r, accept, list)
			return
		}
	}
	req, err := operation.ParseRequest(body)
	if err != nil {
		h.fail(w, accept, http.StatusBadRequest, fault(codeBadRequest, sentence(err)))
		return
	}
	h.serve(w, r, req, media, false)
}

func (h *graphqlHandler) get(w http.ResponseWriter, r *http.Request, accept acceptance, media string) {
	q := r.URL.Query()
	req := operation.Request{
		Query: q.Get("query"), OperationName: q.Get("operationName"), DocumentID: or(q.Get("documentId"), q.Get("doc_id")),
	}
	// The two JSON parameters are read like the members of a body.
	if q.Get("variables") != "" || q.Get("extensions") != "" {
		body := `{"variables":` + or(q.Get("variables"), "null") + `,"extensions":` + or(q.Get("extensions"), "null") + `}`
		inner, err := operation.ParseRequest([]byte(body))
		if err != nil || inner.Query != "" {
			h.fail(w, accept, http.StatusBadRequest, fault(codeBadRequest, "The parameters variables and extensions must be JSON objects."))
			return
		}
		req.Variables, req.Extensions, req.Hash = inner.Variables, inner.Extensions, inner.Hash
	}
	h.serve(w, r, req, media, true)
}

func (h *graphqlHandler) request(r *http.Request, req operation.Request, readOnly bool) *operationRequest {
	return &operationRequest{Request: req, header: r.Header, caller: callerFrom(r.Context()), readOnly: readOnly}
}

// serve answers one operation in the negotiated media type.
func (h *graphqlHandler) serve(w http.ResponseWriter, r *http.Request, req operation.Request, media string, readOnly bool) {
	opReq := h.request(r, req, readOnly)
	if media == typeSSE || media == typeParts {
		h.stream(w, r, opReq, media)
		return
	}
	res, no := h.pipeline.run(r.Context(), opReq)
	if no != nil {
		h.refuse(w, media, no)
		return
	}
	defer res.Release()
	header := w.Header()
	header.Set("Content-Type", media+"; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(res.Body)))
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(res.Body)
	}
}

// refuse answers an operation that was not run. In application/json a well-formed request gets status 200 whatever becomes of it, as
// clients of that media type expect.
func (h *graphqlHandler) refuse(w http.ResponseWriter, media string, no *refused) {
	if no.auth != nil {
		writeRefusal(w, no.auth.Complete(h.pipeline.challenge), h.pipeline.codes)
		return
	}
	status := http.StatusBadRequest
	switch code := no.errs[0].Code; {
	case code == codeMutationRefused:
		w.Header().Set("Allow", "POST")
		status = http.StatusMethodNotAllowed
	case media == typeJSON && code != codeNoDocument, code == graph.CodeUnplannable:
		status = http.StatusOK
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(h.errorBody(no.errs))
}

// errorBody is errorBody with the codes that clients of this gateway see.
func (h *graphqlHandler) errorBody(errs operation.ErrorList) []byte {
	return h.pipeline.codes.rename(errorBody(errs))
}

// errorBody is the response to an operation that was not run. One that is valid but cannot be planned failed while executing, so its data
// is there and null.
func errorBody(errs operation.ErrorList) []byte {
	head := `{"errors":`
	if len(errs) > 0 && errs[0].Code == graph.CodeUnplannable {
		head = `{"data":null,"errors":`
	}
	return append(graph.AppendErrors([]byte(head), errs), '}')
}

// fail answers a request that is not GraphQL at all.
func (h *graphqlHandler) fail(w http.ResponseWriter, accept acceptance, status int, errs operation.ErrorList) {
	media := accept.response()
	if media != typeResponse {
		media = typeJSON
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(h.errorBody(errs))
}

// serveBatch answers a list of operations with the list of their responses, in order.
func (h *graphqlHandler) serveBatch(w http.ResponseWriter, r *http.Request, accept acceptance, list [][]byte) {
	if len(list) == 0 || len(list) > h.batch.Limit {
		h.fail(w, accept, http.StatusBadRequest, operation.ErrorList{operation.LimitError("batching.limit", len(list), h.batch.Limit)})
		return
	}
	// The operations share the time of one request.
	ctx, cancel := context.WithTimeout(r.Context(), h.pipeline.timeout)
	defer cancel()
	out := []byte{'['}
	for i, body := range list {
		if i > 0 {
			out = append(out, ',')
		}
		req, err := operation.ParseRequest(body)
		if err != nil {
			out = append(out, h.errorBody(fault(codeBadRequest, sentence(err)))...)
			continue
		}
		res, no := h.pipeline.run(ctx, h.request(r, req, false))
		switch {
		case no == nil:
			out = append(out, res.Body...)
			res.Release()
		case no.auth != nil:
			out = append(out, h.pipeline.codes.rename(appendRefusal(nil, no.auth))...)
		default:
			out = append(out, h.errorBody(no.errs)...)
		}
	}
	writeJSON(w, http.StatusOK, append(out, ']'))
}

// sentence makes a message for clients of an error whose text is fit for them.
func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func or(v, fallback string) string {
	if v == "" {
		return fallback
	}
	return v
}
