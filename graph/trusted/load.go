package trusted

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Format is the value of "format" in our manifests.
const Format = "sluice-trusted-documents"

// apolloFormat is the value of "format" in Apollo's.
const apolloFormat = "apollo-persisted-query-manifest"

// manifest is our file form; Apollo's has the same head.
type manifest struct {
	Format     string          `json:"format"`
	Version    int             `json:"version"`
	Documents  []entry         `json:"documents,omitempty"`
	Operations json.RawMessage `json:"operations,omitempty"` // Apollo's
}

type entry struct {
	ID            string            `json:"id"`
	Name          string            `json:"name,omitempty"`
	Title         string            `json:"title,omitempty"`
	Description   string            `json:"description,omitempty"`
	Text          string            `json:"text"`
	OperationName string            `json:"operation_name,omitempty"`
	Variables     map[string]string `json:"variables,omitempty"`
	Clients       []string          `json:"clients,omitempty"`
	Unlimited     bool              `json:"unlimited,omitempty"`
}

// Load reads files and folders: manifests (.json), documents (.graphql, .gql) and folders of both, read in the order of their names. The error joins every
// problem.
func Load(paths []string) ([]*Document, error) {
	var out []*Document
	var errs []error
	for _, path := range paths {
		err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				return nil
			}
			docs, err := loadFile(file)
			out = append(out, docs...)
			errs = append(errs, err)
			return nil
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("trusted documents: %w", err))
		}
	}
	return out, errors.Join(errs...)
}

func loadFile(file string) ([]*Document, error) {
	ext := strings.ToLower(filepath.Ext(file))
	if ext != ".json" && ext != ".graphql" && ext != ".gql" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("trusted documents: %w", err)
	}
	var docs []*Document
	if ext == ".json" {
		docs, err = Parse(data)
	} else {
		var d *Document
		if d, err = FromText(string(data)); err == nil {
			docs = []*Document{d}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("trusted documents: %s: %w", file, err)
	}
	for _, d := range docs {
		d.Source = file
	}
	return docs, nil
}

// Parse reads a manifest: ours, Apollo's persisted-query manifest (version 1), or Relay's object of texts by id.
func Parse(data []byte) ([]*Document, error) {
	var m manifest
	if err := json.Unmarshal(data, &m); err == nil && m.Format != "" {
		switch {
		case m.Version != 1:
			return nil, fmt.Errorf("version %d of format %q is not known", m.Version, m.Format)
		case m.Format == Format:
			return fromEntries(m.Documents)
		case m.Format == apolloFormat:
			return fromApollo(m.Operations)
		}
		return nil, fmt.Errorf("format %q is not known: there are %q and %q", m.Format, Format, apolloFormat)
	}
	var relay map[string]string
	if err := json.Unmarshal(data, &relay); err != nil {
		return nil, fmt.Errorf("neither a manifest nor an object of texts by id: %w", err)
	}
	var out []*Document
	for _, id := range slices.Sorted(maps.Keys(relay)) {
		out = append(out, &Document{ID: id, Text: relay[id]})
	}
	return out, nil
}

func fromEntries(entries []entry) ([]*Document, error) {
	var out []*Document
	for i, e := range entries {
		if e.Text == "" {
			return nil, fmt.Errorf("document %d (%q) has no text", i, e.ID)
		}
		out = append(out, &Document{
			ID: e.ID, Name: e.Name, Title: e.Title, Description: e.Description, Text: e.Text, OperationName: e.OperationName,
			Variables: e.Variables, Clients: e.Clients, Unlimited: e.Unlimited,
		})
	}
	return out, nil
}

func fromApollo(raw json.RawMessage) ([]*Document, error) {
	var ops []struct{ ID, Name, Body string }
	if err := json.Unmarshal(raw, &ops); err != nil {
		return nil, fmt.Errorf("operations: %w", err)
	}
	var out []*Document
	for i, o := range ops {
		if o.ID == "" || o.Body == "" {
			return nil, fmt.Errorf("operation %d (%q) needs id and body", i, o.Name)
		}
		out = append(out, &Document{ID: o.ID, Name: o.Name, Text: o.Body})
	}
	return out, nil
}

// FromText makes a document of GraphQL source: its id is the text's hash, its name that of its only operation, its description the operation's own
// (GraphQL September 2025 §2.4) or else the comment at the head of the text.
func FromText(text string) (*Document, error) {
	parsed, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil, fmt.Errorf("not a GraphQL document: %w", err)
	}
	d := &Document{ID: Hash(text), Text: text}
	if len(parsed.Operations) == 1 {
		d.Name = parsed.Operations[0].Name
		d.Description = parsed.Operations[0].Description
	}
	if d.Description == "" {
		d.Description = headComment(text)
	}
	return d, nil
}

func headComment(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		rest, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(rest))
	}
	return strings.TrimSpace(strings.Join(lines, " "))
}

// Manifest writes our manifest, sorted by id.
func Manifest(documents []*Document) ([]byte, error) {
	m := manifest{Format: Format, Version: 1, Documents: []entry{}}
	for _, d := range documents {
		m.Documents = append(m.Documents, entry{
			ID: d.ID, Name: d.Name, Title: d.Title, Description: d.Description, Text: d.Text, OperationName: d.OperationName,
			Variables: d.Variables, Clients: d.Clients, Unlimited: d.Unlimited,
		})
	}
	slices.SortFunc(m.Documents, func(a, b entry) int { return strings.Compare(a.ID, b.ID) })
	out, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("trusted documents: %w", err)
	}
	return append(out, '\n'), nil
}
