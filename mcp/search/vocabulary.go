package search

import (
	"math"
	"math/bits"
	"slices"
	"sort"
	"strings"
)

// termID names a term: a stem, or two neighbouring stems joined by a space.
type termID int32

// vocabulary interns the terms of a schema and knows their relatives. It is written only while an index is built.
type vocabulary struct {
	ids       map[string]termID
	terms     []string
	df        []int32   // fields a term is posted for, by termID
	idf       []float32 // by termID
	stems     map[string]string
	synonyms  map[string][]string
	roots     map[string][]termID
	sorted    []termID // single words in order of their text, for prefixes
	lettersOf []uint32 // by place in sorted: the set of letters, to skip most edit distances
	buf       []string
}

func newVocabulary() vocabulary {
	return vocabulary{ids: make(map[string]termID), stems: make(map[string]string), synonyms: loadThesaurus(), roots: make(map[string][]termID)}
}

func (v *vocabulary) intern(term string) termID {
	id, ok := v.ids[term]
	if !ok {
		id = termID(len(v.terms))
		term = strings.Clone(term)
		v.ids[term] = id
		v.terms = append(v.terms, term)
		v.df = append(v.df, 0)
	}
	return id
}

// addName appends the terms of an identifier, stop words included: "isOpen" and "byName" mean something.
func (v *vocabulary) addName(dst []termID, name string) []termID {
	v.buf = appendWords(v.buf[:0], name)
	for _, w := range v.buf {
		dst = append(dst, v.intern(v.stem(w)))
	}
	return dst
}

// maxProse bounds the words indexed of one description; what follows is examples and notes.
const maxProse = 60

// addProse appends the terms of a description without stop words.
func (v *vocabulary) addProse(dst []termID, text string) []termID {
	if text == "" {
		return dst
	}
	v.buf = appendWords(v.buf[:0], text)
	for _, w := range v.buf[:min(len(v.buf), maxProse)] {
		if !stopWords[w] {
			dst = append(dst, v.intern(v.stem(w)))
		}
	}
	return dst
}

// addSeen is addProse for a finished vocabulary: it appends only terms that exist.
func (v *vocabulary) addSeen(dst []termID, text string) []termID {
	words := appendWords(nil, text)
	for _, w := range words[:min(len(words), maxProse)] {
		if id, ok := v.ids[stem(w)]; ok && !stopWords[w] {
			dst = append(dst, id)
		}
	}
	return dst
}

// stem is [stem] with a memory, since a schema repeats its words.
func (v *vocabulary) stem(w string) string {
	s, ok := v.stems[w]
	if !ok {
		w = strings.Clone(w)
		s = stem(w)
		v.stems[w] = s
	}
	return s
}

// pair interns two neighbouring terms as one, so that phrases are found as phrases.
func (v *vocabulary) pair(a, b termID) termID { return v.intern(v.terms[a] + " " + v.terms[b]) }

// finish computes what needs all terms: rarity, roots, order. fields is the number of indexed fields.
func (v *vocabulary) finish(fields int) {
	v.idf = make([]float32, len(v.terms))
	for id, term := range v.terms {
		df := float64(v.df[id])
		v.idf[id] = float32(math.Log(1 + (float64(fields)-df+0.5)/(df+0.5)))
		if df == 0 || strings.Contains(term, " ") {
			continue
		}
		v.sorted = append(v.sorted, termID(id))
		r := root(term)
		v.roots[r] = append(v.roots[r], termID(id))
	}
	slices.SortFunc(v.sorted, func(a, b termID) int { return strings.Compare(v.terms[a], v.terms[b]) })
	v.lettersOf = make([]uint32, len(v.sorted))
	for i, id := range v.sorted {
		v.lettersOf[i] = letterSet(v.terms[id])
	}
	v.stems, v.buf = nil, nil
}

// posted returns the id of a term that some field is posted for.
func (v *vocabulary) posted(term string) (termID, bool) {
	id, ok := v.ids[term]
	return id, ok && v.df[id] > 0
}

// alternative is a term that may stand for a word, and how well: 1 is the word itself.
type alternative struct {
	term   termID
	weight float32
}

// Weights of the ways in which a term can stand for a word that a caller wrote.
const (
	weightRoot    = 0.7 // approval for approve
	weightNegated = 0.8 // resolved for unresolved
	weightSynonym = 0.5 // delete for remove
	weightPart    = 0.5 // hook for webhook
	weightJoined  = 0.9 // codeowner for "code owner"
	weightPrefix  = 0.6 // repository for repo, when repo is no term itself
	weightLonger  = 0.5 // repo for repository
	weightShort   = 0.4 // the same when it is
	weightFuzzy   = 0.6 // comment for coment
	maxPrefixed   = 8   // terms that an abbreviation may stand for
	maxFuzzy      = 6   // terms that a misspelt word may stand for
)

// alternatives returns the terms that may stand for a word, the best weight of each, the word itself first.
// Invariant: deterministic for one vocabulary.
func (v *vocabulary) alternatives(w string) []alternative {
	s := stem(w)
	var alts []alternative
	add := func(term string, weight float32) bool {
		id, ok := v.posted(term)
		if !ok {
			return false
		}
		for i := range alts {
			if alts[i].term == id {
				alts[i].weight = max(alts[i].weight, weight)
				return true
			}
		}
		alts = append(alts, alternative{id, weight})
		return true
	}
	exact := add(s, 1)
	for _, id := range v.roots[root(s)] {
		add(v.terms[id], weightRoot)
	}
	for _, prefix := range []string{"un", "non"} {
		if base, ok := strings.CutPrefix(s, prefix); ok && len(base) > 3 {
			add(base, weightNegated)
		}
	}
	for _, other := range v.synonyms[s] {
		add(other, weightSynonym)
	}
	for i := 3; i <= min(5, len(s)-3) && isASCIIWord(s); i++ {
		add(s[:i], weightLonger)
	}
	v.addParts(s, exact, add)
	v.addPrefixed(w, exact, add)
	if len(alts) == 0 {
		v.addFuzzy(s, add)
	}
	return alts
}

// addParts splits a compound ("webhook", "username") into two terms; the head, which is last, counts for more.
func (v *vocabulary) addParts(s string, exact bool, add func(string, float32) bool) {
	if len(s) < 6 || !isASCIIWord(s) {
		return
	}
	for i := 3; i+3 <= len(s); i++ {
		head, tail := s[:i], s[i:]
		_, okHead := v.posted(head)
		_, okTail := v.posted(tail)
		if okHead && okTail {
			add(tail, weightPart)
			if !exact {
				add(head, weightPart/2)
			}
		}
	}
}

// addPrefixed reads a short word as an abbreviation: "repo", "org", "config". The full word must be longer by three
// letters, or inflections that [stem] misses would count.
func (v *vocabulary) addPrefixed(w string, exact bool, add func(string, float32) bool) {
	if len(w) < 3 || len(w) > 6 || !isASCIIWord(w) {
		return
	}
	w = stemPlural(w)
	weight := float32(weightPrefix)
	if exact {
		weight = weightShort
	}
	from := sort.Search(len(v.sorted), func(i int) bool { return v.terms[v.sorted[i]] >= w })
	var found []termID
	for _, id := range v.sorted[from:] {
		if !strings.HasPrefix(v.terms[id], w) {
			break
		}
		if len(v.terms[id]) >= len(w)+3 {
			found = append(found, id)
		}
	}
	slices.SortStableFunc(found, func(a, b termID) int { return int(v.df[b] - v.df[a]) })
	for _, id := range found[:min(len(found), maxPrefixed)] {
		add(v.terms[id], weight)
	}
}

// addFuzzy finds terms one edit away, or two for words of eight letters and more.
func (v *vocabulary) addFuzzy(s string, add func(string, float32) bool) {
	n := len([]rune(s))
	limit := 1
	switch {
	case n < 5:
		return
	case n >= 8:
		limit = 2
	}
	type near struct {
		id   termID
		dist int
	}
	var found []near
	letters := letterSet(s)
	for i, id := range v.sorted {
		if bits.OnesCount32(letters^v.lettersOf[i]) > 2*limit || abs(len(v.terms[id])-len(s)) > 2*limit {
			continue
		}
		if d := editDistance(s, v.terms[id], limit); d <= limit {
			found = append(found, near{id, d})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.dist - b.dist })
	for _, f := range found[:min(len(found), maxFuzzy)] {
		add(v.terms[f.id], weightFuzzy/float32(f.dist))
	}
}

// letterSet is a set of up to 32 letters; other scripts share places, which only costs a comparison.
func letterSet(s string) uint32 {
	var set uint32
	for _, r := range s {
		set |= 1 << (uint32(r) % 32)
	}
	return set
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
