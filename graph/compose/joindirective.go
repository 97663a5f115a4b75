package compose

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// Directives of the connect specification, which names no version in which
// federation itself defines them.
const (
	connectDirective = "connect"
	sourceDirective  = "source"
)

// joinDirectives turns the directives that the supergraph does not define (those
// of the connect and cacheTag specifications) into applications of
// @join__directive, join specification v0.4. Subgraphs that apply one alike share
// an application.
func (p *parts) joinDirectives(sources []appliedSource) []*directive {
	var out []*directive
	var graphs []*value
	var index map[string]int
	for _, src := range sources {
		for _, d := range src.applied {
			name := joinedName(src.s, d)
			if name == "" {
				continue
			}
			if index == nil {
				index = map[string]int{}
			}
			args := stringEnums(&value{kind: objectValue, fields: d.args})
			key := name + args.String()
			i, ok := index[key]
			if !ok {
				i = len(out)
				index[key] = i
				graphs = append(graphs, listOf())
				joined := p.directive("join__directive", argument{"graphs", graphs[i]}, argument{"name", textValue(name)})
				if len(d.args) > 0 {
					joined.args = append(joined.args, argument{"args", args})
				}
				out = append(out, joined)
			}
			graphs[i].items = append(graphs[i].items, src.s.graph)
		}
	}
	return out
}

// stringEnums is a value with strings for enum values: the arguments of
// @join__directive are a scalar, which knows no enum.
func stringEnums(v *value) *value {
	switch v.kind {
	case enumLiteral:
		return textValue(v.raw)
	case listValue, objectValue:
		out := *v
		out.items, out.fields = slices.Clone(v.items), slices.Clone(v.fields)
		for i, item := range out.items {
			out.items[i] = stringEnums(item)
		}
		for i, f := range out.fields {
			out.fields[i].value = stringEnums(f.value)
		}
		return &out
	default:
		return v
	}
}

// joinedName is the name under which @join__directive carries a directive, "" for
// those it does not.
func joinedName(s *subgraph, d *directive) string {
	switch d.canon {
	case federation.CacheTag:
		return "federation__" + federation.CacheTag
	case connectDirective, sourceDirective:
		return d.name
	case federation.Link:
		if f := s.links.byIdentity(federation.ConnectSpec); f != nil && d.text("url") == f.url() {
			return federation.Link
		}
	}
	return ""
}
