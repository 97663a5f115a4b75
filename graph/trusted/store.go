package trusted

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Document is one trusted document.
type Document struct {
	ID            string
	Name          string // unique among named documents; "" where it has none. The name of its MCP tool
	Title         string
	Description   string
	Text          string            // GraphQL source
	OperationName string            // "" where the text has one operation
	Variables     map[string]string // descriptions by variable name
	Clients       []string          // names of the clients it is for; empty for all
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
}

// NewStore makes a store. Two documents with one id and different texts, or with one name, are an error; the error joins all.
func NewStore(documents []*Document) (*Store, error) {
	s := &Store{byID: map[string]*Document{}, byText: map[string]*Document{}}
	names := map[string]*Document{}
	var errs []error
	for _, d := range documents {
		if d.ID == "" {
			d.ID = Hash(d.Text)
		}
		if same := s.byID[d.ID]; same != nil {
			if !same.Is(d.Text) {
				errs = append(errs, fmt.Errorf("trusted document %q: %s and %s give different texts", d.ID, same.Source, d.Source))
			}
			continue
		}
		if d.Name != "" {
			if same := names[d.Name]; same != nil {
				errs = append(errs, fmt.Errorf("trusted document %q: the name is taken by another document, in %s and %s", d.Name, same.Source, d.Source))
				continue
			}
			names[d.Name] = d
		}
		s.documents = append(s.documents, d)
		s.byID[d.ID] = d
		s.byText[strings.TrimSpace(d.Text)] = d
	}
	return s, errors.Join(errs...)
}

// All returns the documents in the order of their sources. The slice is the store's own.
func (s *Store) All() []*Document {
	if s == nil {
		return nil
	}
	return s.documents
}

// ByID returns a document, or nil.
func (s *Store) ByID(id string) *Document {
	if s == nil {
		return nil
	}
	return s.byID[id]
}

// ByText returns the document with the text, or nil.
func (s *Store) ByText(text string) *Document {
	if s == nil || len(s.byText) == 0 {
		return nil
	}
	return s.byText[strings.TrimSpace(text)]
}
