package compose

import (
	"fmt"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// subgraph is the model of one input, and what went wrong while it was built.
type subgraph struct {
	*schema
	parts           *parts
	name, url, file string
	index           int        // place among the sorted subgraphs
	graphName       string     // value of the enum join__Graph
	graph           *value     // the same as an argument, which most join directives have
	joinField       *directive // @join__field(graph:) with nothing else, which most fields have
	links           *links
	fed1            bool               // it links no federation 2 specification
	version         federation.Version // linked version; the upgrade's for federation 1
	mentions        map[string]string  // the directives its SDL applies: local name -> canonical name, "" for none
	unspecified     bool               // no specification says what federation's directives are: @link is wrong
	errors          []*Error
}

func newSubgraph(in Subgraph, index int, p *parts) *subgraph {
	return &subgraph{schema: newSchema(), parts: p, mentions: map[string]string{}, name: in.Name, url: in.URL, file: in.File, index: index}
}

// load reads SDL into the model, completes it by what the specifications define,
// and checks it against GraphQL. Nothing can be said about a schema that does not
// parse, or whose names do not resolve; all else that is wrong as GraphQL is
// reported together. The names of its roots and what federation's directives say
// are checked when GraphQL allows them; of federation 1 the directives are checked
// after the upgrade.
func (s *subgraph) load(sdl string) {
	doc := s.parse(sdl)
	if len(s.errors) > 0 {
		return
	}
	s.resolveLinks(doc)
	if len(s.errors) > 0 && !s.unspecified {
		return
	}
	s.ingest(doc)
	if !s.completeDefinitions() {
		return
	}
	if s.fed1 { // libraries printed these fields without the types they are of
		s.dropRuntimeFields()
	}
	s.checkGraphQL()
	if len(s.errors) > 0 {
		return
	}
	s.renameRoots()
	s.dropRuntimeFields()
	if s.fed1 {
		s.checkOwnLinks()
	} else {
		s.validate()
	}
}

// report records an error of this subgraph alone.
func (s *subgraph) report(code Code, at position, coordinate, format string, args ...any) {
	s.errors = append(s.errors, &Error{
		Code:       code,
		Message:    fmt.Sprintf("[%s] %s", s.name, fmt.Sprintf(format, args...)),
		Coordinate: coordinate,
		Locations:  []Location{s.at(at)},
	})
}

// at is a place in this subgraph's SDL.
func (s *subgraph) at(p position) Location {
	return Location{Subgraph: s.name, File: s.file, Line: int(p.line), Column: int(p.column)}
}

// local is how this subgraph writes a federation directive, without "@".
func (s *subgraph) local(canon string) string { return s.links.local(canon) }
