package mcp

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/mcp/internal/shape"
)

// explainCuts says for every cut how much is there and how to get the rest.
func (s *Server) explainCuts(ctx context.Context, req Request, cuts []shape.Cut) []string {
	op := s.operation(ctx, req)
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: op.Query}, 20_000)
	if err != nil {
		doc = &ast.QueryDocument{}
	}
	p := pager{schema: s.deps.Schemas.Schema(ctx).Schema, doc: doc, operation: op.Name}
	var out []string
	for _, c := range cuts {
		out = append(out, p.sentence(c))
	}
	return out
}

// pager finds the arguments with which a cut list can be paged.
type pager struct {
	schema    *ast.Schema
	doc       *ast.QueryDocument
	operation string
}

func (p pager) sentence(c shape.Cut) string {
	where := strings.ReplaceAll(strings.Join(c.Path, "."), ".[]", "[]")
	if c.Text {
		more := ""
		if c.Places > 1 {
			more = fmt.Sprintf(", and in %d more places", c.Places-1)
		}
		return fmt.Sprintf("%s: %d of %d bytes%s", where, c.Kept, c.Total, more)
	}
	out := fmt.Sprintf("%s: %d of %d items", where, c.Kept, c.Total)
	if c.Places > 1 {
		out = fmt.Sprintf("%s: %d lists cut, the first to %d of %d items", where, c.Places, c.Kept, c.Total)
	}
	return out + "; " + p.way(c)
}

// way says how to get the rest of a list.
func (p pager) way(c shape.Cut) string {
	const narrower = "select fewer fields per item, or filter"
	field := p.paged(c.Path)
	if field == nil {
		return narrower
	}
	size := argumentNamed(field, "first", "limit", "take", "pageSize", "perPage", "size", "count")
	sized := ""
	if size != "" {
		sized = size + ": " + strconv.Itoa(max(c.Kept, 1))
	}
	call := func(arguments ...string) string {
		arguments = slices.DeleteFunc(arguments, func(a string) bool { return a == "" })
		return field.Name + "(" + strings.Join(arguments, ", ") + ")"
	}
	after := argumentNamed(field, "after", "cursor")
	offset := argumentNamed(field, "offset", "skip")
	switch {
	case after != "" && c.Cursor != "":
		return "go on with " + call(sized, after+": "+strconv.Quote(c.Cursor))
	case after != "":
		return "ask for " + call(sized) + " with pageInfo { hasNextPage endCursor }, then go on with " + after + ": endCursor"
	case offset != "":
		return "go on with " + call(sized, offset+": "+strconv.Itoa(c.Kept))
	case size != "":
		return "ask for " + call(sized) + ", or " + narrower
	}
	return narrower
}

// paged is the field nearest to the end of a response path that takes a paging
// argument: the list itself, or the connection around its edges or nodes.
func (p pager) paged(path []string) *ast.FieldDefinition {
	if len(path) == 0 || path[0] != "data" {
		return nil
	}
	var root *ast.Definition
	var set ast.SelectionSet
	for _, op := range p.doc.Operations {
		if op.Name == p.operation || p.operation == "" {
			set, root = op.SelectionSet, p.schema.Query
			if op.Operation == ast.Mutation {
				root = p.schema.Mutation
			}
			break
		}
	}
	var found *ast.FieldDefinition
	for _, key := range path[1:] {
		if key == "[]" {
			continue
		}
		field, def := p.field(root, set, key, 0)
		if field == nil {
			return nil
		}
		if argumentNamed(def, "first", "after", "cursor", "limit", "offset", "skip", "take") != "" {
			found = def
		} else if key != "edges" && key != "nodes" && def.Type.Elem != nil {
			found = nil // a plain list of its own
		}
		set, root = field.SelectionSet, p.schema.Types[def.Type.Name()]
	}
	return found
}

// maxFragments bounds how deep fragments are followed, since the document may
// have cycles.
const maxFragments = 10

// field finds the selected field with a response key, through fragments.
func (p pager) field(parent *ast.Definition, set ast.SelectionSet, key string, depth int) (*ast.Field, *ast.FieldDefinition) {
	if parent == nil || depth > maxFragments {
		return nil, nil
	}
	for _, s := range set {
		inner, inside := parent, ast.SelectionSet(nil)
		switch s := s.(type) {
		case *ast.Field:
			if or(s.Alias, s.Name) == key {
				if def := parent.Fields.ForName(s.Name); def != nil {
					return s, def
				}
			}
			continue
		case *ast.InlineFragment:
			inside = s.SelectionSet
			if s.TypeCondition != "" {
				inner = p.schema.Types[s.TypeCondition]
			}
		case *ast.FragmentSpread:
			f := p.doc.Fragments.ForName(s.Name)
			if f == nil {
				continue
			}
			inside, inner = f.SelectionSet, p.schema.Types[f.TypeCondition]
		}
		if field, def := p.field(inner, inside, key, depth+1); field != nil {
			return field, def
		}
	}
	return nil, nil
}

// argumentNamed is the first of names that the field has an argument for.
func argumentNamed(f *ast.FieldDefinition, names ...string) string {
	for _, n := range names {
		if f.Arguments.ForName(n) != nil {
			return n
		}
	}
	return ""
}
