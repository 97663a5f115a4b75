package mcp

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
	"github.com/sluice-gateway/sluice/mcp/internal/repair"
	"github.com/sluice-gateway/sluice/mcp/internal/shape"
	"github.com/sluice-gateway/sluice/mcp/search"
)

// executeTool is execute when readOnly, and mutate otherwise.
func (s *Server) executeTool(readOnly bool) func(context.Context, []byte, http.Header) result {
	return func(ctx context.Context, args []byte, h http.Header) result {
		a, err := parseArguments(args, executeArguments)
		if err != nil {
			return errorText(err.Error())
		}
		req := Request{Query: a.query, DocumentID: a.documentID, OperationName: a.operationName, Variables: a.variables, Header: h, ReadOnly: readOnly}
		switch op := s.operation(ctx, req); {
		case a.query == "" && a.documentID == "":
			return errorText("Pass the operation: " + s.ways() + ".")
		case a.query != "" && a.documentID != "":
			return errorText("Pass query or document_id, not both.")
		case readOnly && mutates(op.Query, op.Name):
			return s.mutationRefused()
		}
		if a.dryRun {
			return s.dryRun(ctx, req)
		}
		return s.execute(ctx, req, budget(a.maxTokens, s.cfg.MaxTokens.Execute))
	}
}

// execute runs a request and fits what comes of it into the budget.
func (s *Server) execute(ctx context.Context, req Request, maxTokens int) result {
	resp := s.deps.Executor.Execute(ctx, req)
	res := s.answer(ctx, req, resp, maxTokens)
	res.release = resp.Release
	return res
}

func (s *Server) answer(ctx context.Context, req Request, resp Response, maxTokens int) result {
	if err := ctx.Err(); err != nil && !resp.HasData {
		return errorText(fmt.Sprintf("The operation did not finish within %s.", s.cfg.CallTimeout))
	}
	if !resp.HasData {
		return s.failure(ctx, req, resp, maxTokens)
	}
	body, cuts := shape.Fit(resp.Body, shape.Budget{
		Max:     maxTokens,
		Measure: measure,
		Explain: func(cuts []shape.Cut) []string { return s.explainCuts(ctx, req, cuts) },
	})
	return result{content: [][]byte{body}, cut: len(cuts) > 0}
}

func measure(b []byte) int { return search.EstimateTokens(b) }

// failure explains a response without data: first the errors as GraphQL JSON,
// then what helps to mend the operation.
func (s *Server) failure(ctx context.Context, req Request, resp Response, maxTokens int) result {
	res := result{isError: true}
	if challenge := resp.Header.Values("WWW-Authenticate"); len(challenge) > 0 && (resp.Status == http.StatusUnauthorized || resp.Status == http.StatusForbidden) {
		res.status, res.header = resp.Status, http.Header{"Www-Authenticate": challenge}
	}
	errors, help := resp.Body, s.explain(ctx, resp.Refused)
	if op := s.operation(ctx, req); resp.Refused == NotRefused && op.Query != "" && !executed(resp.Body) {
		v := s.deps.Schemas.Schema(ctx)
		if problems := repair.Check(v.repair(), op); len(problems) > 0 {
			errors = problemsJSON(problems)
			help = s.help(v, op, problems, maxTokens/2)
		}
	}
	if len(errors) == 0 {
		errors = []byte(`{"errors":[{"message":"the operation failed"}]}`)
	}
	errors, cuts := shape.Fit(errors, shape.Budget{Max: maxTokens - min(search.EstimateTokens(help), maxTokens/2), Measure: measure})
	res.content, res.cut = append(res.content, errors), len(cuts) > 0
	if help != "" {
		res.content = append(res.content, []byte(help))
	}
	return res
}

// executed reports whether a response has a member data, which is null here: a
// request error has none (GraphQL October 2021 §7.1), and only then is the
// operation itself to blame.
func executed(body []byte) bool {
	found := false
	_ = rawjson.Members(body, func(key, _ []byte) error { // a malformed body was not executed
		found = found || string(key) == "data"
		return nil
	})
	return found
}

func (v View) repair() repair.View { return repair.View{Schema: v.Schema, Hidden: v.Hidden} }

// operation is the request's text for a second look; a document's own text when
// it was asked for by id, unless the caller may not know of it.
func (s *Server) operation(ctx context.Context, req Request) repair.Operation {
	op := repair.Operation{Query: req.Query, Name: req.OperationName, Variables: req.Variables}
	d := s.documents[req.DocumentID]
	if d != nil && !(d.Restricted && s.deps.Schemas.Schema(ctx).hiddenDocument(d)) {
		op.Query, op.Name = d.Query, or(req.OperationName, d.OperationName)
	}
	return op
}

// mutationRefused answers a mutation that the executor is not asked about, in
// the form of the executor's answers.
func (s *Server) mutationRefused() result {
	body := rawjson.AppendQuoted([]byte(`{"errors":[{"message":`), s.mutationWayOut())
	return errorText(string(append(body, `,"extensions":{"code":"MUTATION_NOT_ALLOWED"}}]}`...)))
}

// mutationWayOut says what to do with a mutation that execute does not run.
func (s *Server) mutationWayOut() string {
	if s.cfg.ExecuteMutations {
		return "This is a mutation, and execute is read-only. Call the tool mutate with the same arguments."
	}
	return "This is a mutation, and mutations are switched off: the operator can allow them with [mcp] execute_mutations = true. Only queries can be run."
}

// ways says how an operation may be passed here.
func (s *Server) ways() string {
	if s.cfg.DocumentsEnforced {
		return "document_id, the id of a trusted document"
	}
	return "query, a GraphQL document, or document_id, the id of a trusted one"
}

// explain says what a refusal means here, and the way out.
func (s *Server) explain(ctx context.Context, r Refusal) string {
	switch r {
	case RefusedMutation:
		return s.mutationWayOut()
	case RefusedUntrusted:
		out := "Only trusted documents can be run here ([trusted_documents] enforced = true). Call one by document_id; search finds them."
		v := s.deps.Schemas.Schema(ctx)
		if names := s.documentTools(func(d *Document) bool { return !v.hiddenDocument(d) }); len(names) > 0 {
			out += " These are tools: " + strings.Join(names, ", ") + "."
		}
		return out
	case RefusedSubscription:
		return "A tool call cannot run a subscription. Query the current state instead."
	case RefusedScopes:
		return "The caller's access does not suffice for this operation. Leave out the fields named in the errors, or have the user grant the scopes."
	case NotRefused, RefusedOther:
	}
	return ""
}

// mutates reports whether the operation that would run is a mutation. A text
// that cannot be read is left to the executor, which refuses it.
func mutates(query, operationName string) bool {
	if !strings.Contains(query, "mutation") {
		return false
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, 20_000)
	if err != nil {
		return false
	}
	for _, op := range doc.Operations {
		if op.Operation == ast.Mutation && (op.Name == operationName || operationName == "") {
			return true
		}
	}
	return false
}
