package search

import (
	"slices"
	"strings"
)

// why names the caller's words that a field has and where: in its name, its type, its arguments, its inputs, its description.
func (a *answer) why(f fieldID) string {
	field := &a.x.fields[f]
	var inputs, outputs []termID
	for i := range field.args {
		inputs = append(inputs, field.args[i].takes.name...)
	}
	if out := a.x.unwrap(field.out); out != none {
		outputs = a.x.types[out].name
	}
	var args []termID
	for i := range field.args {
		args = append(args, field.args[i].text.name...)
	}
	places := []struct {
		name  string
		terms []termID
	}{
		{"name", field.text.name},
		{"type", outputs},
		{"of", a.x.types[field.parent].name},
		{"argument", args},
		{"input", inputs},
		{"values", a.valueTerms(f)},
		{"description", field.text.desc},
	}
	found := make(map[string][]string)
	for i := range a.q.keywords {
		k := &a.q.keywords[i]
		words := make(map[string][]string)
		for j, w := range k.words {
			for _, p := range places {
				if a.q.has(p.terms, i, j) {
					words[p.name] = append(words[p.name], w.text)
					break
				}
			}
		}
		for _, p := range places {
			switch got := words[p.name]; {
			case len(got) == len(k.words):
				found[p.name] = append(found[p.name], k.text)
			case len(got) > 0:
				found[p.name] = append(found[p.name], got...)
			}
		}
	}
	var parts []string
	for _, p := range places {
		if words := found[p.name]; len(words) > 0 {
			parts = append(parts, p.name+" "+strings.Join(unique(words), ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// unique drops repeated words and keeps their order.
func unique(words []string) []string {
	var kept []string
	for _, w := range words {
		if !slices.Contains(kept, w) {
			kept = append(kept, w)
		}
	}
	return kept
}

// valueTerms are the words of enum values, union members and descriptions that a field's score takes in besides its own.
func (a *answer) valueTerms(f fieldID) []termID {
	var terms []termID
	if out := a.x.unwrap(a.x.fields[f].out); out != none {
		for i := range a.x.types[out].values {
			terms = append(terms, a.x.types[out].values[i].text.name...)
		}
		for _, m := range a.x.types[out].members {
			terms = append(terms, a.x.types[m].name...)
		}
		terms = a.x.vocab.addSeen(terms, a.x.types[out].def.Description)
	}
	for i := range a.x.fields[f].args {
		terms = append(terms, a.x.fields[f].args[i].text.desc...)
	}
	return terms
}

// has tells whether one of the terms stands for a word.
func (q *query) has(terms []termID, keyword, word int) bool {
	return slices.ContainsFunc(terms, func(t termID) bool {
		return slices.ContainsFunc(q.words[t], func(h wordHit) bool { return h.keyword == keyword && h.word == word })
	})
}
