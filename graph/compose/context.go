package compose

import "strings"

// splitContext reads the argument of @fromContext, "$name { selection }", as a
// context name and what it selects. Either is empty when the text is not of that
// form.
func splitContext(text string) (name string, selections []*selection) {
	text = strings.TrimSpace(text)
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return "", nil
	}
	end := strings.IndexFunc(rest, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		return rest, nil
	}
	selections, err := parseFieldSet(rest[end:])
	if err != nil {
		return rest[:end], nil
	}
	return rest[:end], selections
}
