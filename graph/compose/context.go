package compose

import "strings"

// qualifiedContext is @context under the name it has in the supergraph, where
// contexts of different subgraphs must not meet.
func qualifiedContext(s *subgraph, d *directive) *directive {
	return &directive{name: d.name, canon: d.canon, pos: d.pos, args: []argument{{"name", textValue(contextName(s, d.text("name")))}}}
}

func contextName(s *subgraph, name string) string { return s.name + "__" + name }

// contextText splits the argument of @fromContext, "$name { selection }", into
// the context's name and the text after it. The name is empty when the argument
// is not of that form.
func contextText(text string) (name, selection string) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "$")
	if !ok {
		return "", text
	}
	rest = strings.TrimLeft(rest, " \t\r\n,")
	if rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		return "", text
	}
	end := strings.IndexFunc(rest, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		return rest, ""
	}
	return rest[:end], rest[end:]
}

// splitContext is contextText with the selection parsed; nil when it does not
// parse.
func splitContext(text string) (name string, selections []*selection) {
	name, selection := contextText(text)
	selections, err := parseFieldSet(selection)
	if err != nil {
		return name, nil
	}
	return name, selections
}
