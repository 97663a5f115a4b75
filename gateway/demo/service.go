package demo

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"text/template"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// schemaFiles holds the subgraphs' SDL; what stands in {{if .Auth}} is for the protected variant.
//
//go:embed schema/*.graphql
var schemaFiles embed.FS

// federation is what a subgraph adds to its SDL to serve it (Apollo Federation subgraph specification). The directives
// are declared for validation only.
const federation = `
directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: federation__FieldSet!) on FIELD_DEFINITION
directive @provides(fields: federation__FieldSet!) on FIELD_DEFINITION
directive @external on OBJECT | FIELD_DEFINITION
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(scopes: [[federation__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
enum link__Purpose { SECURITY EXECUTION }
scalar link__Import
scalar federation__FieldSet
scalar federation__Scope
scalar _Any
type _Service { sdl: String! }
extend type Query { _service: _Service!  _entities(representations: [_Any!]!): [_Entity]! }
`

// entityResolver finds an entity by a representation; nil when there is none.
type entityResolver func(representation map[string]any) object

// stream opens a subscription: events until the channel closes or ctx ends.
type stream func(ctx context.Context, args map[string]any) <-chan object

// service is one subgraph: a schema and what answers it. It is immutable; the data behind the resolvers is not.
type service struct {
	name      string
	sdl       string
	schema    *ast.Schema
	resolvers map[string]resolver       // by "Type.field"; a field without one is read from its parent
	entities  map[string]entityResolver // by type
	streams   map[string]stream         // by field of the subscription type
	logger    *slog.Logger
}

// renderSDL returns the SDL of a subgraph as it is composed.
func renderSDL(name string, auth bool) (string, error) {
	t, err := template.ParseFS(schemaFiles, "schema/"+name+".graphql")
	if err != nil {
		return "", fmt.Errorf("demo schema: %s: %w", name, err)
	}
	var b strings.Builder
	if err := t.Execute(&b, struct{ Auth bool }{auth}); err != nil {
		return "", fmt.Errorf("demo schema: %s: %w", name, err)
	}
	return b.String(), nil
}

// open completes a service whose resolvers are set: it loads the schema and adds _service and _entities.
func (s *service) open(auth bool, logger *slog.Logger) error {
	sdl, err := renderSDL(s.name, auth)
	if err != nil {
		return err
	}
	s.sdl, s.logger = sdl, logger
	var entities []string
	for name := range s.entities {
		entities = append(entities, name)
	}
	s.schema, err = gqlparser.LoadSchema(
		&ast.Source{Name: s.name, Input: sdl},
		&ast.Source{Name: "federation", Input: federation + "union _Entity = " + strings.Join(entities, " | ")},
	)
	if err != nil {
		return fmt.Errorf("demo schema: %s: %w", s.name, err)
	}
	s.resolvers["Query._service"] = func(context.Context, object, map[string]any) (any, error) {
		return object{"sdl": s.sdl}, nil
	}
	s.resolvers["Query._entities"] = s.resolveEntities
	return nil
}

func (s *service) resolveEntities(_ context.Context, _ object, args map[string]any) (any, error) {
	representations, _ := args["representations"].([]any)
	out := make([]object, len(representations))
	for i, item := range representations {
		representation, _ := item.(map[string]any)
		name, _ := representation["__typename"].(string)
		find, ok := s.entities[name]
		if !ok {
			return nil, fmt.Errorf("representation %d: %q is no entity of this subgraph", i, name)
		}
		if entity := find(representation); entity != nil {
			entity["__typename"] = name
			out[i] = entity
		}
	}
	return out, nil
}

// maxRequestBody is the greatest body that a subgraph reads.
const maxRequestBody = 4 << 20

type request struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

// ServeHTTP answers GraphQL over HTTP: POST with a JSON body; subscriptions, and whoever asks for it, as server-sent events.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "send a POST request", http.StatusMethodNotAllowed)
		return
	}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/json" {
		http.Error(w, "send application/json", http.StatusUnsupportedMediaType)
		return
	}
	var req request
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequestBody))
	decoder.UseNumber()
	if err := decoder.Decode(&req); err != nil {
		status := http.StatusBadRequest
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "the body is not a GraphQL request", status)
		return
	}
	s.answer(w, r, req)
}

func (s *service) answer(w http.ResponseWriter, r *http.Request, req request) {
	doc, op, variables, errs := s.prepare(req)
	if len(errs) > 0 {
		writeJSON(w, struct {
			Errors gqlerror.List `json:"errors"`
		}{errs})
		return
	}
	s.logger.Debug("subgraph request", slog.String("subgraph", s.name), slog.String("operation_name", op.Name))
	ctx := context.WithValue(r.Context(), headerKey{}, r.Header)
	sse := strings.Contains(r.Header.Get("Accept"), "text/event-stream")
	switch {
	case op.Operation == ast.Subscription && !sse:
		http.Error(w, "accept text/event-stream to subscribe", http.StatusNotAcceptable)
	case op.Operation == ast.Subscription:
		s.subscribe(ctx, w, doc, op, variables)
	case sse:
		events := newEventWriter(w)
		events.next(s.execute(ctx, doc, op, variables, object{}))
		events.complete()
	default:
		writeJSON(w, s.execute(ctx, doc, op, variables, object{}))
	}
}

// prepare parses and validates a request, and chooses its operation.
func (s *service) prepare(req request) (*ast.QueryDocument, *ast.OperationDefinition, map[string]any, gqlerror.List) {
	doc, err := parser.ParseQuery(&ast.Source{Input: req.Query})
	if err != nil {
		return nil, nil, nil, gqlerror.List{gqlerror.Wrap(err)}
	}
	if errs := validator.ValidateWithRules(s.schema, doc, rules.NewDefaultRules()); len(errs) > 0 {
		return nil, nil, nil, errs
	}
	op := doc.Operations.ForName(req.OperationName)
	if op == nil {
		return nil, nil, nil, gqlerror.List{gqlerror.Errorf("no such operation, or several and no operationName")}
	}
	variables, err := s.coerceVariables(op, req.Variables)
	if err != nil {
		return nil, nil, nil, gqlerror.List{gqlerror.Wrap(err)}
	}
	return doc, op, variables, nil
}

// subscribe sends events in the distinct connections mode of the GraphQL over SSE protocol.
func (s *service) subscribe(ctx context.Context, w http.ResponseWriter, doc *ast.QueryDocument, op *ast.OperationDefinition, variables map[string]any) {
	e := &execution{service: s, document: doc, variables: variables}
	field := e.collect(s.schema.Subscription, []ast.SelectionSet{op.SelectionSet})[0][0]
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	source := s.streams[field.Name](ctx, field.ArgumentMap(variables))
	events := newEventWriter(w)
	for {
		select {
		case <-ctx.Done():
			return
		case event, open := <-source:
			if !open {
				events.complete()
				return
			}
			events.next(s.execute(ctx, doc, op, variables, object{field.Name: event}))
		}
	}
}

// eventWriter writes server-sent events and flushes each.
type eventWriter struct {
	w       io.Writer
	control *http.ResponseController
}

// newEventWriter sends the headers at once, so that the client knows that its subscription is open.
func newEventWriter(w http.ResponseWriter) eventWriter {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	e := eventWriter{w, http.NewResponseController(w)}
	_ = e.control.Flush()
	return e
}

// next sends one response. A client that has gone ends the request's context; nothing is to be done about it here.
func (e eventWriter) next(r response) {
	data, err := json.Marshal(r)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintf(e.w, "event: next\ndata: %s\n\n", data)
	_ = e.control.Flush()
}

func (e eventWriter) complete() {
	_, _ = io.WriteString(e.w, "event: complete\ndata:\n\n")
	_ = e.control.Flush()
}

func writeJSON(w http.ResponseWriter, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "the response cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data)
}

// headerKey finds the request's header in the context of its resolvers.
type headerKey struct{}

func header(ctx context.Context, name string) string {
	h, _ := ctx.Value(headerKey{}).(http.Header)
	return h.Get(name)
}
