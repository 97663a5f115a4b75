package gateway

import (
	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/mcp/search"
)

// searcher answers search introspection from an index of the MCP tools. The index is set before its view serves.
type searcher struct{ index *search.Index }

// Search implements introspection.Searcher.
func (s *searcher) Search(text string, most int, hidden func(typeName, name string) bool) []introspection.Found {
	found := s.index.Find(text, most, hidden)
	out := make([]introspection.Found, len(found))
	for i, f := range found {
		out[i] = introspection.Found(f)
	}
	return out
}

// openIntrospection prepares what the configuration has answered of introspection: the fields of the specification, those of search, both or none.
func (v *view) openIntrospection() {
	cfg := v.cfg.Graph
	v.answered = introspection.Options{SearchOnly: !cfg.Introspection}
	if cfg.SearchIntrospection {
		v.schema.AddSearchIntrospection()
		v.searcher = &searcher{}
		v.answered.Search = v.searcher
	}
	if cfg.Introspection || cfg.SearchIntrospection {
		v.open = introspection.New(v.schema.API, v.answered)
	}
}

// indexForSearch gives every view with search introspection an index: one of the MCP endpoints on it, or else one of its own.
func (g *graphs) indexForSearch(indexes map[indexKey]*search.Index) {
	for _, v := range g.views {
		if v.searcher == nil {
			continue
		}
		for key, x := range indexes {
			if key.view == v {
				v.searcher.index = x // trusted documents aside, all on one view are the same
			}
		}
		if v.searcher.index == nil {
			v.searcher.index = search.Build(v.schema.API, search.BuildOptions{})
		}
	}
}
