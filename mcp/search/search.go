package search

import (
	"strings"
)

// Query is one search.
type Query struct {
	Keywords   []string // words or phrases, in any order
	MaxTokens  int      // upper bound of the answer; 0 means [DefaultTokens]
	KnownTypes []string // types that the caller has and need not be sent again
	Hidden     Hidden   // what the caller may not see; nil hides nothing
}

// DefaultTokens is the budget of a search or introspection that names none.
const DefaultTokens = 2000

// Result is an answer for an agent.
type Result struct {
	Text    string   // what to send
	Tokens  int      // of Text, by [EstimateTokens]; never above the budget
	SDL     string   // the part of Text that is SDL
	Hits    []Hit    // best first
	Omitted []string // types that the budget kept out or cut
}

// Hit is one found field or document.
type Hit struct {
	Coordinate string
	Why        string
	Paths      []string // from a root, best first
	Score      float64  // the best has 1
}

// Search finds the fields that answer the keywords and shows what is needed to query them.
func (x *Index) Search(q Query) Result {
	if q.MaxTokens <= 0 {
		q.MaxTokens = DefaultTokens
	}
	s := x.scratch.Get().(*scratch)
	s.begin(q.Hidden)
	defer func() {
		s.end()
		x.scratch.Put(s)
	}()
	parsed := x.parse(q.Keywords)
	x.match(&parsed, s)
	hits := x.rank(&parsed, s)
	aim := min(q.MaxTokens, 1150)
	sh := newSheet(x, &parsed, s, q.KnownTypes, float64(aim)-250)
	for _, h := range hits {
		sh.hit(h)
	}
	for _, h := range hits[:min(len(hits), 4)] {
		sh.detours(h)
	}
	sh.fill()
	var b strings.Builder
	for _, h := range hits {
		b.WriteString(x.coordinate(h.field))
		b.WriteString("\n  ")
		b.WriteString(x.pathText(s, h.field))
		b.WriteString("\n")
	}
	sdl := sh.sdl()
	b.WriteString("\n")
	b.WriteString(sdl)
	return Result{Text: b.String(), Tokens: EstimateTokens(b.String()), SDL: sdl}
}

func (x *Index) pathText(s *scratch, f fieldID) string {
	s.path = s.ways.path(x, x.fields[f].parent, s.path[:0])
	var b strings.Builder
	for i, e := range s.path {
		if i == 0 {
			b.WriteString(x.types[e.from].def.Name)
		}
		if e.field == none {
			b.WriteString("{...on " + x.types[e.to].def.Name + "}")
			continue
		}
		b.WriteString("." + x.fields[e.field].def.Name)
	}
	if len(s.path) == 0 {
		b.WriteString(x.types[x.fields[f].parent].def.Name)
	}
	b.WriteString("." + x.fields[f].def.Name)
	return b.String()
}
