package trusted

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Document is one trusted document.
type Document struct {
	ID            string
	Name          string // "" where it has none. The name of its MCP tool; two versions of a client may share one
	Title         string
	Description   string
	Text          string            // GraphQL source
	OperationName string            // "" where the text has one operation
	Variables     map[string]string // descriptions by variable name
	Clients       []string          // names of the clients it is for, where clients must say their name
	Scopes        []string          // all of which the caller must hold, whatever the fields need
	Unlimited     bool              // exempt from the operation limits
	Source        string            // the file it came from
}

// Is reports whether the text is the document's, but for white space at its ends.
func (d *Document) Is(text string) bool { return strings.TrimSpace(text) == strings.TrimSpace(d.Text) }

// Hash returns the id that a text gets when nothing else names it: its SHA-256, in lower-case hexadecimal digits.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Store finds documents. The nil Store is empty.
type Store struct {
	documents []*Document // in the order of their sources
	byID      map[string]*Document
	byText    map[string]*Document
	byHash    map[string]*Document
}

// NewStore makes a store. A document without an id gets its text's hash. Two documents with one id and one text are one, for the clients of
// both; with one id and different texts, or different rules for running it, they are an error. The error joins all; the store holds the rest.
func NewStore(documents []*Document) (*Store, error) {
	s := &Store{byID: map[string]*Document{}, byText: map[string]*Document{}, byHash: map[string]*Document{}}
	var errs []error
	for _, d := range documents {
		own := *d
		if own.ID == "" {
			own.ID = Hash(own.Text)
		}
		if same := s.byID[own.ID]; same != nil {
			errs = append(errs, same.merge(&own))
			continue
		}
		s.documents = append(s.documents, &own)
		s.byID[own.ID] = &own
		if text := strings.TrimSpace(own.Text); s.byText[text] == nil {
			s.byText[text] = &own
		}
		if hash := Hash(own.Text); s.byHash[hash] == nil {
			s.byHash[hash] = &own
		}
	}
	return s, errors.Join(errs...)
}

// merge adds the clients of a document with the same id.
func (d *Document) merge(same *Document) error {
	if !d.Is(same.Text) {
		return fmt.Errorf("trusted document %q: %s and %s give different texts", d.ID, d.Source, same.Source)
	}
	if d.Unlimited != same.Unlimited || !slices.Equal(d.Scopes, same.Scopes) {
		return fmt.Errorf("trusted document %q: %s and %s give different limits or scopes", d.ID, d.Source, same.Source)
	}
	d.Clients = slices.Concat(d.Clients, same.Clients)
	slices.Sort(d.Clients)
	d.Clients = slices.Compact(d.Clients)
	return nil
}

// All returns the documents in the order of their sources. The slice is the store's own.
func (s *Store) All() []*Document {
	if s == nil {
		return nil
	}
	return s.documents
}

// sha256Prefix marks an id that is a hash (GraphQL over HTTP, Appendix A, Persisted Documents: Document Identifier).
const sha256Prefix = "sha256:"

// ByID returns the document with the id, or with the SHA-256 hash of its text, with or without "sha256:" in front; or nil.
func (s *Store) ByID(id string) *Document {
	if s == nil {
		return nil
	}
	if d := s.byID[id]; d != nil {
		return d
	}
	hash := strings.TrimPrefix(id, sha256Prefix)
	if d := s.byID[hash]; d != nil {
		return d
	}
	return s.byHash[hash]
}

// ByText returns the document with the text, or nil.
func (s *Store) ByText(text string) *Document {
	if s == nil || len(s.byText) == 0 {
		return nil
	}
	return s.byText[strings.TrimSpace(text)]
}
