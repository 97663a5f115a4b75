package search

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/vektah/gqlparser/v2/ast"
)

// Bounds of one search; what is beyond them is not read.
const (
	maxKeywords = 12
	maxWords    = 8 // of one keyword
)

// query is what a caller's keywords mean in the terms of one index.
type query struct {
	keywords []keyword
	words    map[termID][]wordHit // every term that stands for some word
	unknown  []string             // keywords that nothing stands for
	own      bool                 // the caller asks for what is their own
}

// keyword is one phrase of the caller.
type keyword struct {
	text   string
	words  []word
	pairs  []termID
	weight float32 // share of the whole query; the shares add up to 1
}

type word struct {
	text string
	alts []alternative
	mass float32 // how much it matters within its keyword: the rarity of its best term
}

// wordHit says that a term stands for a word of a keyword.
type wordHit struct {
	keyword, word int
	weight        float32
}

// parse reads keywords. Repeated ones count once.
func (x *Index) parse(keywords []string) query {
	q := query{words: make(map[termID][]wordHit)}
	var seen []string
	for _, text := range keywords {
		words := appendWords(nil, clip(text))
		q.own = q.own || slices.ContainsFunc(words, func(w string) bool { return ownWords[w] })
		words = content(words)
		key := strings.Join(words, " ")
		if len(words) == 0 || slices.Contains(seen, key) || len(q.keywords) == maxKeywords {
			continue
		}
		seen = append(seen, key)
		k := x.keyword(words[:min(len(words), maxWords)])
		k.text = echo(text)
		if !k.known() {
			q.unknown = append(q.unknown, k.text)
			continue
		}
		q.keywords = append(q.keywords, k)
	}
	for i := range q.keywords {
		for j, w := range q.keywords[i].words {
			for _, a := range w.alts {
				q.words[a.term] = append(q.words[a.term], wordHit{i, j, a.weight})
			}
		}
	}
	return q
}

// clip bounds a keyword before it is looked at: nobody searches for a kilobyte.
func clip(text string) string { return clipTo(text, 256) }

// echo is a caller's text fit to be repeated: short, on one line, without control characters.
func echo(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '"' || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, clip(text))
	return strings.Join(strings.Fields(text), " ")
}

// ownWords are how people say that they mean themselves.
var ownWords = wordSet("i me my mine myself viewer")

// content drops stop words, unless there is nothing else.
func content(words []string) []string {
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return stopWords[w] })
	if len(kept) == 0 {
		return words
	}
	return kept
}

func (x *Index) keyword(words []string) keyword {
	var k keyword
	for _, w := range words {
		k.words = append(k.words, word{text: w, alts: x.vocab.alternatives(w)})
	}
	for i := 0; i+1 < len(k.words); i++ {
		a, b := &k.words[i], &k.words[i+1]
		if id, ok := x.vocab.posted(stem(a.text) + " " + stem(b.text)); ok {
			k.pairs = append(k.pairs, id)
		}
		if id, ok := x.vocab.posted(stem(a.text + b.text)); ok {
			a.alts = append(a.alts, alternative{id, weightJoined})
			b.alts = append(b.alts, alternative{id, weightJoined})
		}
	}
	for i := range k.words {
		for _, a := range k.words[i].alts {
			k.words[i].mass = max(k.words[i].mass, a.weight*x.vocab.idf[a.term])
		}
	}
	return k
}

func (k *keyword) known() bool {
	return slices.ContainsFunc(k.words, func(w word) bool { return len(w.alts) > 0 })
}

// match scores all output fields for all keywords into s.
func (x *Index) match(q *query, s *scratch) {
	for t := range q.words {
		s.asked[t] = 1
	}
	var total float32
	for i := range q.keywords {
		k := &q.keywords[i]
		best := x.matchKeyword(k, s, s.keyword(i))
		k.weight = best
		total += best
	}
	for i := range q.keywords {
		k := &q.keywords[i]
		if k.weight == 0 {
			continue
		}
		for _, f := range s.touched {
			s.byKeyword[i][f] /= k.weight
		}
		k.weight = 1/float32(len(q.keywords))*0.6 + 0.4*k.weight/total
	}
	s.relevance(q)
}

// matchKeyword adds up the words of a keyword for each field and returns the best score of a visible field. A field that lacks
// words of a phrase loses the share of those words once more.
func (x *Index) matchKeyword(k *keyword, s *scratch, score []float32) float32 {
	var mass float32
	for _, w := range k.words {
		mass += w.mass
	}
	s.hits = s.hits[:0]
	for _, w := range k.words {
		s.wordHits = s.wordHits[:0]
		for _, a := range w.alts {
			weight := a.weight * min(x.vocab.idf[a.term], w.mass)
			for _, p := range x.postings[a.term] {
				if s.word[p.field] == 0 {
					s.wordHits = append(s.wordHits, p.field)
				}
				s.word[p.field] = max(s.word[p.field], weight*p.impact)
			}
		}
		for _, f := range s.wordHits {
			if score[f] == 0 {
				s.hits = append(s.hits, f)
			}
			score[f] += s.word[f]
			s.covered[f] += w.mass
			s.word[f] = 0
		}
	}
	for _, pair := range k.pairs {
		for _, p := range x.postings[pair] {
			score[p.field] += 0.5 * x.vocab.idf[pair] * p.impact
		}
	}
	var best float32
	for _, f := range s.hits {
		score[f] *= s.covered[f] / mass
		s.covered[f] = 0
		if score[f] > best && s.visible(f) {
			best = score[f]
		}
		s.touch(f)
	}
	return best
}

// scratch is the memory of one search, reused by the next.
type scratch struct {
	x         *Index
	hidden    Hidden
	sight     []uint8   // by fieldID: 0 not asked yet, 1 visible, 2 hidden
	word      []float32 // by fieldID: score of the word at hand
	covered   []float32 // by fieldID: mass of the words found
	wordHits  []fieldID
	hits      []fieldID
	touched   []fieldID // fields with a score for some keyword, each once
	marked    []bool
	byKeyword [][]float32 // score by keyword and field, the best visible field has 1
	rel       []float32   // by fieldID: weighted sum over the keywords, at most 1
	near      []float32   // by fieldID: how much a step through the field is what the caller spoke of, at most 1
	asked     []uint8     // by termID: 1 when the term stands for a word of the query
	close     []float32   // by fieldID: closeness, negative when not computed yet
	closed    []fieldID   // fields whose closeness is computed
	found     [maxKeywords][maxWords]float32
	shortlist []shortlisted
	offers    binaryHeap[offer]
	ways      ways
	path      []edge
}

func newScratch(x *Index) *scratch {
	n := len(x.fields)
	unknown := make([]float32, n)
	for i := range unknown {
		unknown[i] = -1
	}
	return &scratch{
		asked: make([]uint8, len(x.vocab.terms)), close: unknown,
		x: x, sight: make([]uint8, n), word: make([]float32, n), covered: make([]float32, n), marked: make([]bool, n), rel: make([]float32, n), near: make([]float32, n),
		ways: ways{dist: make([]float32, len(x.types)), via: make([]int32, len(x.types))},
	}
}

// begin prepares s for a caller.
func (s *scratch) begin(hidden Hidden) {
	s.hidden = hidden
	if hidden != nil {
		clear(s.sight)
	}
}

// end forgets the search.
func (s *scratch) end(q *query) {
	for _, f := range s.touched {
		s.marked[f], s.rel[f], s.near[f] = false, 0, 0
		for _, scores := range s.byKeyword {
			scores[f] = 0
		}
	}
	for _, f := range s.closed {
		s.close[f] = -1
	}
	for t := range q.words {
		s.asked[t] = 0
	}
	s.touched, s.closed, s.hidden = s.touched[:0], s.closed[:0], nil
}

func (s *scratch) touch(f fieldID) {
	if !s.marked[f] {
		s.marked[f] = true
		s.touched = append(s.touched, f)
	}
}

func (s *scratch) keyword(i int) []float32 {
	for len(s.byKeyword) <= i {
		s.byKeyword = append(s.byKeyword, make([]float32, len(s.x.fields)))
	}
	return s.byKeyword[i]
}

func (s *scratch) relevance(q *query) {
	for _, f := range s.touched {
		var rel, near float32
		for i := range q.keywords {
			v := s.byKeyword[i][f]
			rel += q.keywords[i].weight * v
			near += v * v
		}
		s.rel[f], s.near[f] = rel, min(1, near)
	}
}

// visible tells whether the caller may see a field and the type that it gives.
func (s *scratch) visible(f fieldID) bool {
	if s.hidden == nil {
		return true
	}
	if s.sight[f] == 0 {
		field := &s.x.fields[f]
		parent := s.x.types[field.parent].def.Name
		s.sight[f] = 1
		if s.hidden(parent, "") || s.hidden(parent, field.def.Name) || s.hidden(field.def.Type.Name(), "") {
			s.sight[f] = 2
		}
	}
	return s.sight[f] == 1
}

func (s *scratch) visibleEdge(e edge) bool {
	if e.field == none {
		return s.visibleType(e.to)
	}
	return s.visible(e.field)
}

func (s *scratch) visibleType(t typeID) bool {
	return s.hidden == nil || !s.hidden(s.x.types[t].def.Name, "")
}

// visibleValue tells whether the caller may see the i-th value of an enum.
func (s *scratch) visibleValue(t *typeInfo, i int) bool {
	return s.hidden == nil || !s.hidden(t.def.Name, t.values[i].def.Name)
}

// closenessOf is closeness of a field, or of the enum that it gives when that is closer. It is remembered for the search.
func (s *scratch) closenessOf(q *query, f fieldID) float32 {
	if s.close[f] < 0 {
		field := &s.x.fields[f]
		near := s.closeness(q, &field.text, s.x.types[field.parent].name)
		if field.out != none {
			values := s.x.types[field.out].values
			for i := range values {
				near = max(near, 0.8*s.closeness(q, &values[i].text, nil))
			}
		}
		s.close[f] = near
		s.closed = append(s.closed, f)
	}
	return s.close[f]
}

// closeness tells how well an element of a shown type speaks of the keywords, between 0 and 1: per keyword the share of its words
// that the name has, or for less the description. Words of the owner's name say nothing, for or against: every field of
// PullRequest is about pull requests.
func (s *scratch) closeness(q *query, text *elementText, owner []termID) float32 {
	const desc = 0.4
	found := &s.found
	matched := false
	for part, terms := range [...][]termID{text.name, text.desc} {
		for _, t := range terms {
			if s.asked[t] == 0 || slices.Contains(owner, t) {
				continue
			}
			if !matched {
				matched = true
				clear(found[:len(q.keywords)])
				s.neutralise(q, owner)
			}
			for _, h := range q.words[t] {
				weight := h.weight
				if part == 1 {
					weight *= desc
				}
				if found[h.keyword][h.word] >= 0 {
					found[h.keyword][h.word] = max(found[h.keyword][h.word], weight)
				}
			}
		}
	}
	if !matched {
		return 0
	}
	var sum float64
	for i := range q.keywords {
		var got, mass float32
		for j, w := range q.keywords[i].words {
			if found[i][j] >= 0 {
				got += w.mass * found[i][j]
				mass += w.mass
			}
		}
		if got > 0 {
			sum += math.Pow(float64(got/mass), 1.5)
		}
	}
	return float32(1 - math.Exp(-sum))
}

// neutralise marks the words that the owner's name has by itself.
func (s *scratch) neutralise(q *query, owner []termID) {
	for _, t := range owner {
		if s.asked[t] == 0 {
			continue
		}
		for _, h := range q.words[t] {
			if h.weight == 1 {
				s.found[h.keyword][h.word] = -1
			}
		}
	}
}

// isMutation tells whether a field is one of the mutation root.
func (x *Index) isMutation(f fieldID) bool {
	return x.schema.Mutation != nil && x.types[x.fields[f].parent].def == x.schema.Mutation
}

func (x *Index) isLeaf(f fieldID) bool {
	out := x.fields[f].out
	return out == none || !x.composite(out) && x.types[out].def.Kind != ast.InputObject
}
