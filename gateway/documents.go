package gateway

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"log/slog"
	"net/http"
	"slices"
	"sync"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/trusted"
)

// documents finds the text that a request stands for: its own, a trusted document, or a persisted query. It is immutable apart from the
// persisted queries.
type documents struct {
	cfg   config.TrustedDocuments
	store *trusted.Store
	apq   *persistedQueries // nil: off
	log   *slog.Logger
}

// document is the text to run.
type document struct {
	text      string
	id        string // of a trusted document
	unlimited bool   // exempt from the operation limits
}

// newDocuments puts the sources together. APQ is no allow-list, so it is off where documents are enforced.
func newDocuments(cfg *config.Config, store *trusted.Store, log *slog.Logger) *documents {
	d := &documents{cfg: cfg.TrustedDocuments, store: store, log: log}
	if cfg.APQ.Enabled && !cfg.TrustedDocuments.Enforced {
		d.apq = newPersistedQueries()
	}
	return d
}

// resolve finds the text, or says why there is none to run.
func (d *documents) resolve(ctx context.Context, req *operationRequest) (document, operation.ErrorList) {
	if req.DocumentID != "" && d.cfg.Enabled {
		return d.byID(ctx, req)
	}
	if req.Hash != "" {
		if doc, ok := d.trustedByID(req, req.Hash); ok {
			return d.matching(ctx, doc, req)
		}
	}
	if req.Query != "" && d.cfg.Enabled {
		if doc := d.store.ByText(req.Query); doc != nil && d.clientMay(doc, req.header) {
			return document{text: doc.Text, id: doc.ID, unlimited: doc.Unlimited}, nil
		}
		if d.cfg.Enforced && !d.bypassed(req.header) {
			d.note(ctx, d.cfg.InlineDocumentUnknownLogLevel, "unknown inline document refused")
			return document{}, fault(codeUntrusted, "Only trusted documents may run here: send documentId with the id of one.")
		}
	}
	if req.Hash != "" {
		return d.persisted(req)
	}
	if req.DocumentID != "" {
		return document{}, fault(codeUnknownDocument, "Trusted documents are switched off here.")
	}
	if req.Query == "" {
		return document{}, fault(codeNoDocument, "The request has no query and no documentId.")
	}
	return document{text: req.Query}, nil
}

func (d *documents) byID(ctx context.Context, req *operationRequest) (document, operation.ErrorList) {
	if doc, ok := d.trustedByID(req, req.DocumentID); ok {
		return d.matching(ctx, doc, req)
	}
	d.note(ctx, d.cfg.DocumentIDUnknownLogLevel, "unknown document id")
	return document{}, fault(codeUnknownDocument, "There is no trusted document with this id.")
}

func (d *documents) trustedByID(req *operationRequest, id string) (*trusted.Document, bool) {
	if !d.cfg.Enabled {
		return nil, false
	}
	doc := d.store.ByID(id)
	return doc, doc != nil && d.clientMay(doc, req.header)
}

// matching refuses a text that is not the one which the id stands for.
func (d *documents) matching(ctx context.Context, doc *trusted.Document, req *operationRequest) (document, operation.ErrorList) {
	if req.Query != "" && !doc.Is(req.Query) {
		d.note(ctx, d.cfg.DocumentIDAndQueryMismatchLogLevel, "document id and text do not belong together")
		return document{}, fault(codeDocumentMismatch, "The text is not the one that the document id stands for.")
	}
	return document{text: doc.Text, id: doc.ID, unlimited: doc.Unlimited}, nil
}

// clientMay reports whether the document is for this client, where documents are for named ones.
func (d *documents) clientMay(doc *trusted.Document, h http.Header) bool {
	if !d.cfg.RequireClientName {
		return true
	}
	return slices.Contains(doc.Clients, clientName(d.cfg.ClientNameHeaders, h))
}

// clientName is the name that a client gives itself, or "".
func clientName(headers []string, h http.Header) string {
	for _, name := range headers {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// bypassed compares the bypass header in constant time.
func (d *documents) bypassed(h http.Header) bool {
	if d.cfg.BypassHeaderName == "" {
		return false
	}
	want := sha256.Sum256([]byte(d.cfg.BypassHeaderValue.Reveal()))
	got := sha256.Sum256([]byte(h.Get(d.cfg.BypassHeaderName)))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

func (d *documents) note(ctx context.Context, level, message string) {
	var l slog.Level
	if level == "off" || l.UnmarshalText([]byte(level)) != nil {
		return
	}
	d.log.Log(ctx, l, message) //nolint:sloglint // the messages are the constants above
}

// persisted serves automatic persisted queries: a hash alone asks for a text sent earlier, a hash with a text keeps it.
func (d *documents) persisted(req *operationRequest) (document, operation.ErrorList) {
	if d.apq == nil {
		return document{}, fault(codeUnsupportedAPQ, "PersistedQueryNotSupported")
	}
	if req.Query == "" {
		if text, ok := d.apq.get(req.Hash); ok {
			return document{text: text}, nil
		}
		return document{}, fault(codePersistedNotFound, "PersistedQueryNotFound")
	}
	sum := sha256.Sum256([]byte(req.Query))
	if hex.EncodeToString(sum[:]) != req.Hash {
		return document{}, fault(codeDocumentMismatch, "The text does not have the SHA-256 hash that it was sent with.")
	}
	d.apq.put(req.Hash, req.Query)
	return document{text: req.Query}, nil
}

func fault(code operation.Code, message string) operation.ErrorList {
	return operation.ErrorList{{Message: message, Code: code, Failure: operation.FailureOther}}
}

// persistedQueries keeps texts by their hash, bounded in bytes; the oldest leave first.
type persistedQueries struct {
	mu    sync.Mutex
	texts map[string]string
	order []string
	size  int
}

const maxPersistedBytes = 16 << 20

func newPersistedQueries() *persistedQueries { return &persistedQueries{texts: map[string]string{}} }

func (q *persistedQueries) get(hash string) (string, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	text, ok := q.texts[hash]
	return text, ok
}

func (q *persistedQueries) put(hash, text string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, ok := q.texts[hash]; ok {
		return
	}
	q.texts[hash] = text
	q.order = append(q.order, hash)
	q.size += len(text)
	for q.size > maxPersistedBytes && len(q.order) > 1 {
		q.size -= len(q.texts[q.order[0]])
		delete(q.texts, q.order[0])
		q.order = q.order[1:]
	}
}
