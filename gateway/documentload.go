package gateway

import (
	"context"
	"errors"
	"fmt"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
	"github.com/sluice-gateway/sluice/graph/trusted"
)

// loadDocuments reads the trusted documents and validates them against the schema; all problems are told at once.
func loadDocuments(cfg *config.Config, v *view) (*trusted.Store, error) {
	if !cfg.TrustedDocuments.Enabled {
		return nil, nil
	}
	return readDocuments(cfg, "trusted_documents.manifests", cfg.TrustedDocuments.Manifests, cfg.OperationLimits, v)
}

func readDocuments(cfg *config.Config, key string, from []config.Path, limits config.OperationLimits, v *view) (*trusted.Store, error) {
	var paths []string
	var errs []error
	for _, p := range from {
		matches, err := p.Glob()
		if err != nil || len(matches) == 0 {
			errs = append(errs, fmt.Errorf("%s: nothing matches %s", key, p))
		}
		paths = append(paths, matches...)
	}
	list, err := trusted.Load(paths)
	errs = append(errs, err)
	store, err := trusted.NewStore(list)
	errs = append(errs, err, checkDocuments(v.schema, int(cfg.ExecutableDocumentLimit), limits.Tokens, store.All()))
	return store, errors.Join(errs...)
}

// endpointDocuments are the documents of an MCP endpoint: its own, or the general ones as far as they fit its part of the graph. One that asks
// for more does not exist there.
func endpointDocuments(cfg *config.Config, e config.MCPEndpoint, v *view, general *trusted.Store) (*trusted.Store, error) {
	switch {
	case !cfg.TrustedDocuments.Enabled:
		return nil, nil
	case e.Documents != nil:
		return readDocuments(cfg, "documents", e.Documents, e.OperationLimits, v)
	case v.contract == "":
		return general, nil
	}
	var fit []*trusted.Document
	for _, d := range general.All() {
		if checkDocuments(v.schema, int(cfg.ExecutableDocumentLimit), e.OperationLimits.Tokens, []*trusted.Document{d}) == nil {
			fit = append(fit, d)
		}
	}
	return trusted.NewStore(fit) //nolint:wrapcheck // they are known to fit together
}

// CheckDocuments validates documents against the graph of a configuration; all problems are told at once.
func CheckDocuments(ctx context.Context, cfg *config.Config, list []*trusted.Document) error {
	sdl, _, err := Supergraph(ctx, cfg)
	if err != nil {
		return err
	}
	s, err := schema.Load(sdl)
	if err != nil {
		return fmt.Errorf("supergraph: %w", err)
	}
	if cfg.Graph.SearchIntrospection {
		s.AddSearchIntrospection()
	}
	return checkDocuments(s, int(cfg.ExecutableDocumentLimit), cfg.OperationLimits.Tokens, list)
}

// checkDocuments validates documents as they would be when they are run, so that none is found out by the first client that sends its id.
func checkDocuments(s *schema.Schema, maxBytes, maxTokens int, list []*trusted.Document) error {
	var errs []error
	for _, d := range list {
		doc, bad := operation.Parse(s, d.Text, operation.ParseLimits{Bytes: maxBytes, Tokens: maxTokens})
		for _, e := range bad.Suggest(s, operation.Options{}) {
			errs = append(errs, documentError(d, e.Locations, e.Message))
		}
		if doc != nil && d.OperationName != "" {
			if _, err := doc.Operation(d.OperationName); err != nil {
				errs = append(errs, documentError(d, nil, err.Error()))
			}
		}
		for _, scope := range d.Scopes {
			if !extensions.ValidScope(scope) {
				errs = append(errs, documentError(d, nil, fmt.Sprintf("%q is not a scope", scope)))
			}
		}
	}
	return errors.Join(errs...)
}

// documentError names the file, the document, and the place within its text.
func documentError(d *trusted.Document, at []operation.Location, message string) error {
	place := ""
	if len(at) > 0 {
		place = fmt.Sprintf(" at %d:%d", at[0].Line, at[0].Column)
	}
	return fmt.Errorf("trusted document %q (%s)%s: %s", or(d.Name, d.ID), d.Source, place, message)
}
