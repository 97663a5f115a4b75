package gateway

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/extensions"
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
	text          string
	id            string // of a trusted document; "" for any other text
	operationName string // to run when the request names none
	scopes        []string
	unlimited     bool   // exempt from the operation limits
	hash          string // under which to keep the text as a persisted query; "" for not
}

func trustedDocument(d *trusted.Document) document {
	return document{text: d.Text, id: d.ID, operationName: d.OperationName, scopes: d.Scopes, unlimited: d.Unlimited}
}

// newDocuments puts the sources together. APQ is no allow-list, so it is off where documents are enforced.
func newDocuments(cfg *config.Config, store *trusted.Store, log *slog.Logger) *documents {
	d := &documents{cfg: cfg.TrustedDocuments, store: store, log: log}
	if cfg.APQ.Enabled && !cfg.TrustedDocuments.Enforced {
		d.apq = newPersistedQueries()
	}
	return d
}

// resolve finds the text, or says why there is none to run. Where any text may run, one that does not fit its id runs as what it is; where only
// trusted documents may, it is refused.
func (d *documents) resolve(ctx context.Context, req *operationRequest) (document, operation.ErrorList) {
	if !d.cfg.Enabled {
		return d.adHoc(req)
	}
	free := !d.cfg.Enforced || d.bypassed(req.header)
	if id := or(req.DocumentID, req.Hash); id != "" {
		switch doc := d.find(id, req.header); {
		case doc != nil && (req.Query == "" || doc.Is(req.Query)):
			return trustedDocument(doc), nil
		case doc != nil:
			d.note(ctx, d.cfg.DocumentIDAndQueryMismatchLogLevel, "document id and text do not belong together", id, req.header)
			if !free {
				return document{}, fault(codeDocumentMismatch, "The text is not the one that the document id stands for.")
			}
		case req.DocumentID != "" || !free:
			d.note(ctx, d.cfg.DocumentIDUnknownLogLevel, "unknown document id", id, req.header)
			if req.Query == "" {
				return document{}, fault(codeUnknownDocument, d.unknownMessage())
			}
		}
	}
	if req.Query != "" {
		if doc := d.store.ByText(req.Query); doc != nil && d.clientMay(doc, req.header) {
			return trustedDocument(doc), nil
		}
		if !free {
			d.note(ctx, d.cfg.InlineDocumentUnknownLogLevel, "unknown inline document refused", "", req.header)
			return document{}, fault(codeUntrusted, "Only trusted documents may run here: send documentId with the id of one.")
		}
		if d.cfg.Enforced || req.DocumentID != "" {
			return document{text: req.Query}, nil // what the hash says of it does not matter
		}
	}
	return d.adHoc(req)
}

// adHoc runs the request's own text, or a persisted query.
func (d *documents) adHoc(req *operationRequest) (document, operation.ErrorList) {
	switch {
	case req.DocumentID != "" && req.Query == "":
		return document{}, fault(codeUnknownDocument, "Trusted documents are switched off here.")
	case req.Hash != "":
		return d.persisted(req)
	case req.Query == "":
		return document{}, fault(codeNoDocument, "The request has no query and no documentId.")
	}
	return document{text: req.Query}, nil
}

// find returns the document that an id stands for to this client, or nil.
func (d *documents) find(id string, h http.Header) *trusted.Document {
	if doc := d.store.ByID(id); doc != nil && d.clientMay(doc, h) {
		return doc
	}
	return nil
}

func (d *documents) unknownMessage() string {
	if !d.cfg.RequireClientName {
		return "There is no trusted document with this id."
	}
	return "There is no trusted document with this id for this client. A client says its name in the header " +
		strings.Join(d.cfg.ClientNameHeaders, " or ") + "."
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
	return d.cfg.BypassHeaderName != "" && sameSecret(d.cfg.BypassHeaderValue, h.Get(d.cfg.BypassHeaderName))
}

// sameSecret compares in a time that depends on neither value. An empty secret is nobody's.
func sameSecret(want config.Secret, got string) bool {
	w, g := sha256.Sum256([]byte(want.Reveal())), sha256.Sum256([]byte(got))
	return subtle.ConstantTimeCompare(w[:], g[:]) == 1 && !want.IsZero()
}

// note logs what is wrong with a request's document, at the configured level.
func (d *documents) note(ctx context.Context, level, message, id string, h http.Header) {
	var l slog.Level
	if level == "off" || l.UnmarshalText([]byte(level)) != nil {
		return
	}
	attrs := []slog.Attr{slog.String("client", loggable(clientName(d.cfg.ClientNameHeaders, h)))}
	if id != "" {
		attrs = append(attrs, slog.String("document_id", loggable(id)))
	}
	d.log.LogAttrs(ctx, l, message, attrs...) //nolint:sloglint // the messages are constants, those of resolve
}

// maxLoggable is the length of a SHA-256 hash with "sha256:" in front.
const maxLoggable = 71

// loggable returns a word that a client chose if it has the form of a name or a hash, and else nothing: no client shall write into the log.
func loggable(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:/", r)
	}
	if len(s) > maxLoggable || strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return "(malformed)"
	}
	return s
}

// scopesDemanded refuses a caller who lacks a scope that the document itself demands.
func (d document) scopesDemanded(tok extensions.Token) *extensions.Error {
	switch {
	case !missingScopes(tok, d.scopes):
		return nil
	case tok.Authenticated():
		return extensions.InsufficientScope(tok, d.scopes)
	}
	e := extensions.Unauthenticated()
	e.Challenges[0].Scope = d.scopes
	return e
}

// hiddenFrom tells which documents of the search index the caller may not run; nil means none.
func (d *documents) hiddenFrom(tok extensions.Token) func(name string) bool {
	var hidden map[string]bool
	for _, doc := range d.store.All() {
		if !missingScopes(tok, doc.Scopes) {
			continue
		}
		if hidden == nil {
			hidden = map[string]bool{}
		}
		hidden[or(doc.Name, doc.ID)] = true
	}
	if hidden == nil {
		return nil
	}
	return func(name string) bool { return hidden[name] }
}

// persisted serves automatic persisted queries: a hash alone asks for a text sent earlier, a hash with a text asks to keep it.
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
	return document{text: req.Query, hash: req.Hash}, nil
}

// keep remembers a text that was sent with its hash, once it has proved to be an operation.
func (d *documents) keep(doc document) {
	if doc.hash != "" {
		d.apq.put(doc.hash, doc.text)
	}
}

func fault(code operation.Code, message string) operation.ErrorList {
	return operation.ErrorList{{Message: message, Code: code, Failure: operation.FailureOther}}
}
