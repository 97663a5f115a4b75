package mcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// maxToolName is the longest name that every client takes.
const maxToolName = 64

var (
	errToolName  = fmt.Errorf("a tool's name has 1 to %d letters, digits, '_', '-' and '.'", maxToolName)
	errNameTaken = errors.New("another tool has this name")
)

// reserved reports whether a name is that of a built-in tool, offered or not.
func reserved(name string) bool {
	return slices.Contains([]string{ToolSearch, ToolIntrospect, ToolExecute, ToolMutate}, name)
}

// addDocuments takes the documents in. One that changes data is not offered
// where mutations are switched off.
func (s *Server) addDocuments() {
	for i := range s.deps.Documents {
		d := &s.deps.Documents[i]
		s.documents[d.ID] = d
		if !s.cfg.ExecuteMutations && mutates(d.Query, d.OperationName) {
			s.unoffered[d.key()] = true
		}
	}
}

// addDocumentTools makes a tool of every named document. All problems are
// reported together. A mutation becomes a tool only where mutations are allowed.
func (s *Server) addDocumentTools() error {
	if !s.cfg.DocumentTools {
		return nil
	}
	var errs []error
	for i := range s.deps.Documents {
		d := &s.deps.Documents[i]
		if d.Name == "" {
			continue
		}
		t, err := s.documentTool(d)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("trusted document %q: %w", d.Name, err))
		case s.tools[d.Name] != nil || reserved(d.Name):
			errs = append(errs, fmt.Errorf("trusted document %q: %w", d.Name, errNameTaken))
		case t.destructive && !s.cfg.ExecuteMutations:
			s.deps.Logger.Warn("mcp: a trusted document is not offered as a tool: it is a mutation and [mcp] execute_mutations is false", slog.String("document_id", d.ID))
		default:
			s.tools[d.Name] = t
		}
	}
	return errors.Join(errs...)
}

func (s *Server) documentTool(d *Document) (*tool, error) {
	if !validToolName(d.Name) {
		return nil, errToolName
	}
	if s.deps.Schema == nil {
		return nil, errors.New("there is no schema to type it by")
	}
	doc, err := parser.ParseQuery(&ast.Source{Name: d.Name, Input: d.Query})
	if err != nil {
		return nil, err
	}
	if problems := validator.ValidateWithRules(s.deps.Schema, doc, rules.NewDefaultRules()); len(problems) > 0 {
		return nil, problems
	}
	op := doc.Operations.ForName(d.OperationName)
	if op == nil {
		return nil, fmt.Errorf("it has no single operation named %q", d.OperationName)
	}
	if op.Operation == ast.Subscription {
		return nil, errors.New("a subscription cannot be a tool")
	}
	mutation := op.Operation == ast.Mutation
	t := &tool{
		name: d.Name, title: or(d.Title, d.Name), description: or(d.Description, describe(op)),
		schema:   variablesSchema(s.deps.Schema, op, d.Variables),
		readOnly: !mutation, destructive: mutation, openWorld: true, document: d,
	}
	var names []string
	for _, v := range op.VariableDefinitions {
		names = append(names, v.Variable)
	}
	t.run = func(ctx context.Context, args []byte, h http.Header) result {
		if err := checkNames(args, names); err != nil {
			return errorText(err.Error())
		}
		req := Request{DocumentID: d.ID, OperationName: d.OperationName, Variables: args, Header: h, ReadOnly: !mutation}
		return s.execute(ctx, req, s.cfg.MaxTokens.Execute)
	}
	return t, nil
}

// checkNames refuses arguments that the document has no variable for.
func checkNames(args []byte, names []string) error {
	return rawjson.Members(args, func(key, _ []byte) error {
		if slices.Contains(names, string(key)) {
			return nil
		}
		known := make([]argument, len(names))
		for i, n := range names {
			known[i].name = n
		}
		return unknownArgument(string(key), known)
	})
}

// documentTools are the names of the tools that documents make, sorted, as far
// as they may be told.
func (s *Server) documentTools(told func(*Document) bool) []string {
	var out []string
	for _, t := range s.tools {
		if t.document != nil && told(t.document) {
			out = append(out, t.name)
		}
	}
	slices.Sort(out)
	return out
}

// describe says what a document without a description does.
func describe(op *ast.OperationDefinition) string {
	var fields []string
	for _, s := range op.SelectionSet {
		if f, ok := s.(*ast.Field); ok {
			fields = append(fields, f.Name)
		}
	}
	return fmt.Sprintf("Runs the trusted %s %s, which asks for %s.", op.Operation, op.Name, strings.Join(fields, ", "))
}

// validToolName holds a name against MCP 2025-11-25, Tools, Tool Names, with
// the length that clients take.
func validToolName(name string) bool {
	return name != "" && len(name) <= maxToolName && !strings.ContainsFunc(name, func(c rune) bool {
		return c != '_' && c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	})
}
