package search

import (
	"cmp"
	"slices"
	"strings"
)

// Document is a trusted document that callers may run. Name is what [Hit.Coordinate] shows; Call tells an agent how to run it and
// is printed as it is; Body is its GraphQL text, read for words only.
type Document struct {
	Name, Title, Description, Body, Call string
}

type indexedDocument struct {
	Document
	terms map[termID]float32 // how strongly the document speaks of a term, at most 1
}

// documentHit is a document that answers enough of the keywords.
type documentHit struct {
	doc   *indexedDocument
	score float32
	why   string
}

// leastDocument is the share of the keywords that a document must answer to be shown before all fields.
const leastDocument = 0.5

func (x *Index) indexDocument(d Document) indexedDocument {
	doc := indexedDocument{Document: d, terms: make(map[termID]float32)}
	add := func(terms []termID, weight float32) {
		for _, t := range terms {
			if doc.terms[t] == 0 {
				x.vocab.df[t]++ // known to queries even when no field has it
			}
			doc.terms[t] = max(doc.terms[t], weight)
		}
	}
	add(x.vocab.addName(nil, d.Name), 1)
	add(x.vocab.addProse(nil, d.Title), 1)
	add(x.vocab.addProse(nil, d.Description), 0.9)
	add(x.vocab.addName(nil, clipTo(d.Body, 4096)), 0.6)
	return doc
}

// matchDocuments returns up to three documents, best first.
func (x *Index) matchDocuments(q *query, hidden func(string) bool) []documentHit {
	const most = 3
	var hits []documentHit
	for i := range x.documents {
		doc := &x.documents[i]
		if hidden != nil && hidden(doc.Name) {
			continue
		}
		var score float32
		var words []string
		for j := range q.keywords {
			k := &q.keywords[j]
			var got, mass float32
			for _, w := range k.words {
				var best float32
				for _, a := range w.alts {
					best = max(best, a.weight*doc.terms[a.term])
				}
				if best > 0 {
					words = append(words, w.text)
				}
				got += w.mass * best
				mass += w.mass
			}
			if mass > 0 {
				score += got / mass / float32(len(q.keywords))
			}
		}
		if score >= leastDocument {
			hits = append(hits, documentHit{doc, score, "document " + strings.Join(slices.Compact(words), ", ")})
		}
	}
	slices.SortStableFunc(hits, func(a, b documentHit) int { return cmp.Compare(b.score, a.score) })
	return hits[:min(len(hits), most)]
}

// text is the entry of a document in an answer.
func (d *documentHit) text() string {
	const most = 160 // bytes of the description
	var b strings.Builder
	b.WriteString(d.doc.Name)
	b.WriteString(" — ready-made operation")
	for _, part := range []string{d.doc.Title, firstSentence(d.doc.Description, most)} {
		if part != "" {
			b.WriteString(": " + part)
		}
	}
	b.WriteByte('\n')
	if d.doc.Call != "" {
		b.WriteString("  " + d.doc.Call + "\n")
	}
	return b.String()
}

// clipTo cuts a text to most bytes.
func clipTo(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "")
	}
	return text
}
