package mcp

import (
	"context"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/sluice-gateway/sluice/mcp/internal/repair"
)

// maxDeprecated bounds the deprecated fields that a dry run names.
const maxDeprecated = 20

// dryRun renders the executor's verdict, one line a subject.
func (s *Server) dryRun(ctx context.Context, req Request) result {
	verdict := s.deps.Executor.DryRun(ctx, req)
	v := s.deps.Schemas.Schema(ctx)
	op := s.operation(ctx, req)
	var b strings.Builder
	if len(verdict.Errors) > 0 || verdict.Refused != NotRefused {
		b.WriteString("valid: no\n")
		var problems []repair.Problem
		if verdict.Refused == NotRefused { // else the text is not to blame
			problems = repair.Check(v.repair(), op)
		}
		if len(problems) > 0 {
			for _, p := range problems {
				fmt.Fprintf(&b, "error %s: %s\n", p.Code, p.Message)
			}
			b.WriteString(s.help(v, op, problems, s.cfg.MaxTokens.Execute/2) + "\n")
		} else {
			for _, e := range verdict.Errors[:min(len(verdict.Errors), repair.MaxProblems)] {
				fmt.Fprintf(&b, "error %s: %s\n", e.Code, e.Message)
			}
			b.WriteString(s.explain(ctx, verdict.Refused) + "\n")
		}
	} else {
		b.WriteString("valid: yes\n")
	}
	verdict.write(&b)
	var uses []string
	if verdict.Refused == NotRefused {
		uses = deprecated(v, op)
	}
	for _, d := range uses[:min(len(uses), maxDeprecated)] {
		b.WriteString("deprecated: " + d + "\n")
	}
	if more := len(uses) - maxDeprecated; more > 0 {
		fmt.Fprintf(&b, "deprecated: %d more\n", more)
	}
	return text(strings.TrimSpace(b.String()))
}

// write adds what the verdict holds beside its errors.
func (d DryRun) write(b *strings.Builder) {
	for _, l := range d.Limits {
		fmt.Fprintf(b, "limit %s: %d", l.Name, l.Used)
		switch {
		case l.Max > 0 && l.Used > l.Max:
			fmt.Fprintf(b, " of %d, over the limit", l.Max)
		case l.Max > 0:
			fmt.Fprintf(b, " of %d", l.Max)
		}
		b.WriteByte('\n')
	}
	if len(d.Fetches) > 0 {
		total := 0
		var each []string
		for _, f := range d.Fetches {
			total += f.Requests
			each = append(each, fmt.Sprintf("%s %d", f.Subgraph, f.Requests))
		}
		fmt.Fprintf(b, "requests to subgraphs: %d (%s)\n", total, strings.Join(each, ", "))
	}
	if len(d.RequiredScopes) > 0 {
		var ways []string
		for _, all := range d.RequiredScopes {
			ways = append(ways, strings.Join(all, " "))
		}
		fmt.Fprintf(b, "scopes required: %s\nscopes held: %s\n", strings.Join(ways, " | "), or(strings.Join(d.HeldScopes, " "), "none"))
	}
}

// deprecated lists the deprecated fields and arguments that an operation uses,
// with their reasons.
func deprecated(v View, op repair.Operation) []string {
	doc, err := repair.Parse(op.Query)
	if err != nil {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	note := func(coordinate string, list ast.DirectiveList) {
		d := list.ForName("deprecated")
		if d == nil || seen[coordinate] {
			return
		}
		seen[coordinate] = true
		reason := "No longer supported"
		if arg := d.Arguments.ForName("reason"); arg != nil && arg.Value != nil {
			reason = arg.Value.Raw
		}
		out = append(out, coordinate+": "+reason)
	}
	var events validator.Events
	events.OnField(func(_ *validator.Walker, f *ast.Field) {
		if f.Definition == nil || f.ObjectDefinition == nil || v.hidden(f.ObjectDefinition.Name, f.Name) {
			return
		}
		coordinate := f.ObjectDefinition.Name + "." + f.Name
		note(coordinate, f.Definition.Directives)
		for _, a := range f.Arguments {
			if def := f.Definition.Arguments.ForName(a.Name); def != nil {
				note(coordinate+"("+a.Name+":)", def.Directives)
			}
		}
	})
	validator.Walk(v.Schema, doc, &events)
	return out
}
