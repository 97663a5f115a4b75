package mcp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
	"github.com/sluice-gateway/sluice/mcp/internal/repair"
	"github.com/sluice-gateway/sluice/mcp/search"
)

// problemsJSON writes problems as the errors of a GraphQL response.
func problemsJSON(problems []repair.Problem) []byte {
	b := []byte(`{"errors":[`)
	for i, p := range problems {
		if i > 0 {
			b = append(b, ',')
		}
		b = rawjson.AppendQuoted(append(b, `{"message":`...), p.Message)
		if p.Line > 0 {
			b = append(b, `,"locations":[{"line":`...)
			b = strconv.AppendInt(b, int64(p.Line), 10)
			b = append(b, `,"column":`...)
			b = strconv.AppendInt(b, int64(p.Column), 10)
			b = append(b, `}]`...)
		}
		b = rawjson.AppendQuoted(append(b, `,"extensions":{"code":`...), p.Code)
		b = append(b, `}}`...)
	}
	return append(b, `]}`...)
}

// help writes what mends an operation: the corrected lines, hints, and the SDL
// of the types involved, in at most maxTokens.
func (s *Server) help(v View, op repair.Operation, problems []repair.Problem, maxTokens int) string {
	var b strings.Builder
	var types []string
	for _, p := range problems {
		var lines []string
		if p.Hint != "" {
			lines = append(lines, p.Hint)
		}
		if p.Root != "" && v.Schema.Mutation != nil && p.Root == v.Schema.Mutation.Name {
			lines = append(lines, s.mutationWayOut())
		}
		lines = append(lines, corrections(op.Query, p.Edits)...)
		if len(lines) > 0 {
			block := strings.Join(lines, "\n") + "\n"
			if p.Line > 0 {
				block = fmt.Sprintf("Line %d:\n%s", p.Line, block)
			}
			if search.EstimateTokens(b.String()+block) > maxTokens {
				break
			}
			b.WriteString(block)
		}
		for _, t := range p.Types {
			if !slices.Contains(types, t) {
				types = append(types, t)
			}
		}
	}
	if mended, ok := repair.Mend(v.repair(), op, problems); ok && (len(problems) > 1 || mended != repair.Apply(op.Query, problems[0].Edits)) {
		if search.EstimateTokens(b.String()+mended) < maxTokens-16 { // the heading
			b.WriteString("\nCorrected operation, if that is what you meant:\n" + strings.TrimSpace(mended) + "\n")
		}
	}
	room := maxTokens - search.EstimateTokens(b.String()) - 8 // the heading
	if len(types) > 0 && room >= minTokens {
		b.WriteString("\nTypes:\n" + v.Index.Introspect(search.IntrospectQuery{Types: types, MaxTokens: min(room, maxTypeTokens), Hidden: v.Hidden}).Text)
	}
	return strings.TrimSpace(b.String())
}

// maxTypeTokens bounds the SDL that accompanies an error.
const maxTypeTokens = 1500

// corrections shows the lines that edits change, as they are and as they should be.
func corrections(query string, edits []repair.Edit) []string {
	if len(edits) == 0 {
		return nil
	}
	before, after := strings.Split(query, "\n"), strings.Split(repair.Apply(query, edits), "\n")
	if len(before) != len(after) {
		return []string{"Corrected:\n" + strings.Join(after, "\n")}
	}
	var out []string
	for i := range before {
		if before[i] != after[i] {
			out = append(out, "- "+strings.TrimSpace(before[i])+"\n+ "+strings.TrimSpace(after[i]))
		}
	}
	return out
}
