package search

import (
	"strings"
)

// answer composes the text of one search: hits with their ways, then SDL, then what was left out.
type answer struct {
	x     *Index
	s     *scratch
	q     *query
	known []string
	text  strings.Builder
	ways  map[typeID]bool // types whose way has been written
}

const (
	maxListed     = 6   // fields listed as hits; weaker ones are only shown in the SDL
	leastListed   = 0.2 // score of a listed hit
	footerReserve = 45  // tokens kept for the last lines
	maxNamed      = 6   // types named as left out
)

// compose writes an answer of about aim tokens.
func (a *answer) compose(documents []documentHit, fields []hit, aim float64) Result {
	a.ways = make(map[typeID]bool)
	var res Result
	for _, d := range documents {
		line := d.text()
		if cost := tokens(line); len(res.Hits) > 0 && cost > aim/3 {
			break
		}
		aim -= tokens(line)
		a.text.WriteString(line)
		res.Hits = append(res.Hits, Hit{Coordinate: d.doc.Name, Document: true, Why: d.why, Score: float64(d.score)})
	}
	sh := newSheet(a.x, a.q, a.s, a.known, aim-footerReserve)
	for i, h := range fields {
		if h.score < leastListed && len(sh.cut) > 0 {
			break // no weak hit where a strong one found no room
		}
		var entry string
		listed := Hit{Coordinate: a.x.coordinate(h.field), Score: float64(h.score)}
		if i < maxListed && h.score >= leastListed {
			entry = a.entry(h.field, &listed)
			sh.budget -= tokens(entry)
		}
		if !sh.hit(h) && i > 0 {
			sh.budget += tokens(entry)
			sh.leaveOut(a.x.fields[h.field].parent)
			continue
		}
		if entry != "" {
			a.text.WriteString(entry)
			a.ways[a.x.fields[h.field].parent] = true
			res.Hits = append(res.Hits, listed)
		}
		a.describe(sh, h.field, listed.Why)
	}
	for _, h := range fields[:min(len(fields), 4)] {
		sh.detours(h)
	}
	sh.fill()
	for _, d := range sh.taken {
		a.text.WriteString("  or " + a.x.wayText(d) + "\n")
	}
	res.SDL = sh.sdl()
	a.footer(sh, &res)
	res.Text = a.text.String()
	res.Tokens = EstimateTokens(res.Text)
	return res
}

// entry is the text of a listed hit: the coordinate and why, then the way, unless another hit of the same type has shown it.
func (a *answer) entry(f fieldID, h *Hit) string {
	path := a.s.ways.path(a.x, a.x.fields[f].parent, nil)
	way := a.x.pathText(append(path, edge{from: a.x.fields[f].parent, field: f}))
	h.Why = a.why(f)
	h.Paths = []string{way}
	switch {
	case len(path) == 0:
		return way + " — " + h.Why + "\n"
	case a.ways[a.x.fields[f].parent]:
		return h.Coordinate + " — " + h.Why + "\n"
	}
	return h.Coordinate + " — " + h.Why + "\n  " + way + "\n"
}

// unbraced keeps a comment from looking like the end of a block.
var unbraced = strings.NewReplacer("{", "(", "}", ")")

// describe adds the description of a hit to its line when the name alone does not say why it is there.
func (a *answer) describe(sh *sheet, f fieldID, why string) {
	const most = 90 // bytes
	if !strings.Contains(why, "description") || !sh.shows(f) {
		return
	}
	desc := unbraced.Replace(firstSentence(a.x.fields[f].def.Description, most))
	if cost := tokens(" # " + desc); cost < sh.budget {
		sh.blocks[a.x.fields[f].parent].fields[f].desc = desc
		sh.budget -= cost
	}
}

// firstSentence is the first sentence of a description on one line, cut at most bytes at a word.
func firstSentence(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if i := strings.Index(text, ". "); i > 0 {
		text = text[:i]
	}
	text = strings.TrimSuffix(text, ".")
	if len(text) <= most {
		return text
	}
	cut := strings.ToValidUTF8(text[:most], "")
	if i := strings.LastIndexByte(cut, ' '); i > most/2 {
		cut = cut[:i]
	}
	return cut + "…"
}

// footer says what is not shown and how to get it.
func (a *answer) footer(sh *sheet, res *Result) {
	if len(a.q.unknown) > 0 {
		a.text.WriteString("Nothing matches \"" + strings.Join(a.q.unknown, `", "`) + "\".\n")
	}
	if res.SDL != "" {
		a.text.WriteString("\n" + res.SDL)
	}
	for _, t := range sh.cut {
		res.Omitted = append(res.Omitted, a.x.types[t].def.Name)
	}
	more := res.Omitted
	if len(more) == 0 {
		more = sh.partial()
	}
	if len(more) > 0 {
		a.text.WriteString("# \"+n\": n more. All: " + call("introspect", more[:min(len(more), maxNamed)]) + "\n")
	}
}

// pathText writes a way as an agent would select it, with the required arguments named.
func (x *Index) pathText(path []edge) string {
	var b strings.Builder
	for i, e := range path {
		if i == 0 {
			b.WriteString(x.types[e.from].def.Name)
		}
		if e.field == none {
			b.WriteString("{... on " + x.types[e.to].def.Name + "}")
			continue
		}
		field := &x.fields[e.field]
		b.WriteString("." + field.def.Name)
		sep := "("
		for j := range field.args {
			if field.args[j].required() {
				b.WriteString(sep + field.args[j].def.Name + ":")
				sep = ", "
			}
		}
		if sep != "(" {
			b.WriteByte(')')
		}
	}
	return b.String()
}

// wayText is [Index.pathText] of a detour, with the type that it reaches.
func (x *Index) wayText(way []edge) string {
	return x.pathText(way) + ": " + x.types[way[len(way)-1].to].def.Name
}
