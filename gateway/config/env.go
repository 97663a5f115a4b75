package config

import (
	"fmt"
	"regexp"
)

var (
	// variable is the one template form: {{ env.NAME }}.
	variable = regexp.MustCompile(`\{\{\s*env\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}`)

	// almostVariable finds what was surely meant to be one. Passing it on as plain text could send a broken secret.
	almostVariable = regexp.MustCompile(`(?i)\{\{[-\s]*\.?\s*env\b`)
)

// interpolate replaces every {{ env.NAME }}. A missing variable is an error that names it; an empty one is not. The
// value of a variable is never looked at for further variables.
func interpolate(s string, env func(string) (string, bool)) (string, error) {
	for _, span := range almostVariable.FindAllStringIndex(s, -1) {
		if at := variable.FindStringIndex(s[span[0]:]); at == nil || at[0] != 0 {
			return "", fmt.Errorf("malformed variable: the form is {{ env.NAME }}")
		}
	}
	var missing string
	out := variable.ReplaceAllStringFunc(s, func(match string) string {
		name := variable.FindStringSubmatch(match)[1]
		value, ok := env(name)
		if !ok && missing == "" {
			missing = name
		}
		return value
	})
	if missing != "" {
		return "", fmt.Errorf("environment variable %s is not set", missing)
	}
	return out, nil
}
