package search

import (
	"slices"
	"strings"
)

// Query is one search.
type Query struct {
	Keywords       []string               // words or phrases, in any order
	MaxTokens      int                    // upper bound of the answer; 0 means [DefaultTokens]
	KnownTypes     []string               // types that the caller has and need not be sent again
	Hidden         Hidden                 // what the caller may not see; nil hides nothing
	HiddenDocument func(name string) bool // trusted documents that the caller may not run; nil hides none
}

// DefaultTokens is the budget of a search or introspection that names none.
const DefaultTokens = 2000

// Result is an answer for an agent.
type Result struct {
	Text    string   // what to send
	Tokens  int      // of Text, by [EstimateTokens]; never above the budget
	SDL     string   // the part of Text that is SDL; it parses as a type system document
	Hits    []Hit    // best first
	Omitted []string // types that the budget kept out or cut, or names that were not found
}

// Hit is one found field or trusted document.
type Hit struct {
	Coordinate string   // Type.field, or the document's name
	Document   bool     // a trusted document
	Why        string   // the caller's words and where they were found
	Paths      []string // ways from a root, best first; none for a document
	Score      float64  // the best field has 1, documents the share of the keywords that they answer
}

// comfort is what a search with the default budget aims at. A caller who asks for more than the default gets more.
const comfort = 1250

// aimFor is how many tokens a search tries to use of a budget.
func aimFor(budget int) int { return min(budget, max(comfort, budget-DefaultTokens+comfort)) }

// Search finds the fields that answer the keywords and shows what is needed to query them: the ways to them, required
// arguments and inputs, the values of enums, the fields beside them. It takes about a millisecond on a schema of ten thousand fields.
func (x *Index) Search(q Query) Result {
	if q.MaxTokens <= 0 {
		q.MaxTokens = DefaultTokens
	}
	s := x.scratch.Get().(*scratch)
	s.begin(q.Hidden)
	parsed := x.parse(q.Keywords)
	defer func() {
		s.end(&parsed)
		x.scratch.Put(s)
	}()
	x.match(&parsed, s)
	documents := x.matchDocuments(&parsed, q.HiddenDocument)
	fields := x.rank(&parsed, s, maxHits)
	if len(fields)+len(documents) == 0 {
		return x.nothing(q, s)
	}
	aim := aimFor(q.MaxTokens)
	for {
		a := answer{x: x, s: s, q: &parsed, known: q.KnownTypes}
		res := a.compose(documents, fields, float64(aim))
		if res.Tokens <= q.MaxTokens {
			return res
		}
		// The estimate of parts differs from that of the whole by a few tokens; aim lower by what was too much.
		aim -= max(res.Tokens-q.MaxTokens, aim/10, 1)
		if aim <= 0 {
			return cutText(res, q.MaxTokens)
		}
	}
}

// cutText keeps as many whole lines of the hits as a very small budget holds.
func cutText(res Result, budget int) Result {
	hits, _, _ := strings.Cut(res.Text, "\n\n")
	var kept strings.Builder
	var total float64
	for line := range strings.Lines(hits + "\n") {
		if total += tokens(line); total > float64(budget)-0.5 {
			break
		}
		kept.WriteString(line)
	}
	res.Text, res.SDL = kept.String(), ""
	if EstimateTokens(res.Text) > budget {
		res.Text = ""
	}
	res.Tokens = EstimateTokens(res.Text)
	return res
}

// nothing is the answer when no field matches: it names what comes nearest.
func (x *Index) nothing(q Query, s *scratch) Result {
	var near []string
	var asked []string
	for _, k := range q.Keywords[:min(len(q.Keywords), maxKeywords)] {
		k = echo(k)
		asked = append(asked, `"`+k+`"`)
		for _, name := range x.suggest(strings.ReplaceAll(k, " ", ""), 3, s.hidden) {
			if !slices.Contains(near, name) {
				near = append(near, name)
			}
		}
	}
	var b strings.Builder
	b.WriteString("Nothing matches ")
	b.WriteString(strings.Join(asked, ", "))
	b.WriteString(".\n")
	if len(near) > 0 {
		b.WriteString("Nearest names: ")
		b.WriteString(strings.Join(near[:min(len(near), 8)], ", "))
		b.WriteString(".\n")
	}
	if x.schema.Query != nil {
		b.WriteString("All entry points: " + call("introspect", []string{x.schema.Query.Name}) + "\n")
	}
	res := Result{Text: b.String(), Tokens: EstimateTokens(b.String())}
	if res.Tokens > q.MaxTokens {
		return cutText(res, q.MaxTokens)
	}
	return res
}

// call writes a call of a tool as an agent would make it.
func call(tool string, types []string) string {
	var b strings.Builder
	b.WriteString(tool)
	b.WriteString(`({"types":[`)
	for i, t := range types {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + t + `"`)
	}
	b.WriteString("]})")
	return b.String()
}
