package trusted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// manifest is our file form.
type manifest struct {
	Format    string  `json:"format"`
	Version   int     `json:"version"`
	Documents []entry `json:"documents"`
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
	Scopes        []string          `json:"required_scopes,omitempty"`
	Unlimited     bool              `json:"unlimited,omitempty"`
}

// maxFileBytes bounds one file.
const maxFileBytes = 64 << 20

// Load reads files and folders: manifests (.json), documents (.graphql, .gql) and folders of both, in the order of their names. Other files
// of a folder are passed over; one that is named itself must have one of these endings. The error joins every problem.
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
			if !isDocument(file) {
				if file == path {
					errs = append(errs, fmt.Errorf("trusted documents: %s: neither .json nor .graphql nor .gql", file))
				}
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

func isDocument(file string) bool {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".json", ".graphql", ".gql":
		return true
	}
	return false
}

func loadFile(file string) ([]*Document, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("trusted documents: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("trusted documents: %w", err)
	}
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("trusted documents: %s: larger than %d bytes", file, maxFileBytes)
	}
	var docs []*Document
	if strings.EqualFold(filepath.Ext(file), ".json") {
		docs, err = Parse(data)
	} else {
		var d *Document
		if d, err = FromText(string(data)); err == nil {
			docs = []*Document{d}
		}
	}
	for _, d := range docs {
		d.Source = file
	}
	return docs, inFile(file, err)
}

// inFile names the file in every error of a join.
func inFile(file string, err error) error {
	var list interface{ Unwrap() []error }
	if !errors.As(err, &list) {
		if err == nil {
			return nil
		}
		return fmt.Errorf("trusted documents: %s: %w", file, err)
	}
	var errs []error
	for _, e := range list.Unwrap() {
		errs = append(errs, fmt.Errorf("trusted documents: %s: %w", file, e))
	}
	return errors.Join(errs...)
}

// Parse reads a manifest: ours, Apollo's persisted-query manifest (version 1), or Relay's object of texts by id. The error joins every
// problem; the documents without one come with it.
func Parse(data []byte) ([]*Document, error) {
	var head struct {
		Format     string
		Version    int
		Operations json.RawMessage
	}
	if err := json.Unmarshal(data, &head); err == nil && head.Format != "" {
		switch {
		case head.Format != Format && head.Format != apolloFormat:
			return nil, fmt.Errorf("format %q is not known: there are %q and %q", head.Format, Format, apolloFormat)
		case head.Version != 1:
			return nil, fmt.Errorf("version %d of format %q is not known", head.Version, head.Format)
		case head.Format == apolloFormat:
			return fromApollo(head.Operations)
		}
		return fromManifest(data)
	}
	var relay map[string]string
	if err := json.Unmarshal(data, &relay); err != nil {
		return nil, fmt.Errorf("neither a manifest nor an object of texts by id: %w", err)
	}
	var out []*Document
	for _, id := range slices.Sorted(maps.Keys(relay)) {
		if id == "" || strings.TrimSpace(relay[id]) == "" {
			return nil, fmt.Errorf("the entry %q needs an id and a text", id)
		}
		out = append(out, &Document{ID: id, Text: relay[id]})
	}
	return out, nil
}

// fromManifest is strict: a misspelt "required_scopes" must not open a document to everyone.
func fromManifest(data []byte) ([]*Document, error) {
	var m manifest
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	var out []*Document
	var errs []error
	for i, e := range m.Documents {
		if strings.TrimSpace(e.Text) == "" {
			errs = append(errs, fmt.Errorf("document %d (%q) has no text", i, e.ID))
			continue
		}
		out = append(out, &Document{
			ID: e.ID, Name: e.Name, Title: e.Title, Description: e.Description, Text: e.Text, OperationName: e.OperationName,
			Variables: e.Variables, Clients: e.Clients, Scopes: e.Scopes, Unlimited: e.Unlimited,
		})
	}
	return out, errors.Join(errs...)
}

func fromApollo(raw json.RawMessage) ([]*Document, error) {
	var ops []struct{ ID, Name, Body string }
	if err := json.Unmarshal(raw, &ops); err != nil {
		return nil, fmt.Errorf("operations: %w", err)
	}
	var out []*Document
	var errs []error
	for i, o := range ops {
		if o.ID == "" || strings.TrimSpace(o.Body) == "" {
			errs = append(errs, fmt.Errorf("operation %d (%q) needs id and body", i, o.Name))
			continue
		}
		out = append(out, &Document{ID: o.ID, Name: o.Name, Text: o.Body})
	}
	return out, errors.Join(errs...)
}

// FromText makes a document of GraphQL source: its id is the text's hash, its name that of its only operation. Descriptions are those of the
// operation and its variables (GraphQL September 2025 §2.4 Document), or else the comment at the head of the text.
func FromText(text string) (*Document, error) {
	parsed, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil, fmt.Errorf("not a GraphQL document: %w", err)
	}
	if len(parsed.Operations) == 0 {
		return nil, errors.New("it has no operation")
	}
	d := &Document{ID: Hash(text), Text: text}
	if len(parsed.Operations) == 1 {
		op := parsed.Operations[0]
		d.Name, d.Description = op.Name, op.Description
		for _, v := range op.VariableDefinitions {
			if v.Description == "" {
				continue
			}
			if d.Variables == nil {
				d.Variables = map[string]string{}
			}
			d.Variables[v.Variable] = v.Description
		}
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
			Variables: d.Variables, Clients: d.Clients, Scopes: d.Scopes, Unlimited: d.Unlimited,
		})
	}
	slices.SortFunc(m.Documents, func(a, b entry) int { return strings.Compare(a.ID, b.ID) })
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false) // people read it
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("trusted documents: %w", err)
	}
	return out.Bytes(), nil
}
