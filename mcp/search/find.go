package search

import "slices"

// Found is a field that answers a text.
type Found struct {
	Coordinate string     // Type.field
	Paths      [][]string // ways to it, best first: coordinates of the fields to select, from a root's to this one
	Score      float64    // the first has 1; none has more than the one before it
}

const (
	otherPaths = 2   // ways of a found field besides the best
	pathSlack  = 1.0 // how much more than the best way another may cost
)

// Find returns up to most fields that answer a text in natural language, best first, without what is hidden (nil hides nothing). The answer
// to the same text begins with what a smaller most gives, so that callers can page through it.
func (x *Index) Find(text string, most int, hidden Hidden) []Found {
	s := x.scratch.Get().(*scratch)
	s.begin(hidden)
	parsed := x.parse(sentence(text))
	defer func() {
		s.end(&parsed)
		x.scratch.Put(s)
	}()
	x.match(&parsed, s)
	hits := x.rank(&parsed, s, most)
	out := make([]Found, len(hits))
	score := 1.0
	for i, h := range hits {
		score = min(score, float64(h.score))
		out[i] = Found{Coordinate: x.coordinate(h.field), Paths: x.paths(s, h.field), Score: score}
	}
	return out
}

// sentence makes keywords of a text: its words, for few of those that stand together in a sentence are one name.
func sentence(text string) []string {
	return content(appendWords(nil, clip(text)))
}

// paths are the coordinates on the ways to a field.
func (x *Index) paths(s *scratch, f fieldID) [][]string {
	parent := x.fields[f].parent
	best := s.ways.path(x, parent, nil)
	out := [][]string{x.coordinates(best, f)}
	for _, d := range s.ways.detours(x, parent, pathSlack, otherPaths, s.visibleEdge) {
		way := append(s.ways.path(x, d.tail[0].from, nil), d.tail...)
		if c := x.coordinates(way, f); !slices.ContainsFunc(out, func(o []string) bool { return slices.Equal(o, c) }) {
			out = append(out, c)
		}
	}
	return out
}

func (x *Index) coordinates(way []edge, f fieldID) []string {
	out := make([]string, 0, len(way)+1)
	for _, e := range way {
		if e.field != none {
			out = append(out, x.coordinate(e.field))
		}
	}
	return append(out, x.coordinate(f))
}
