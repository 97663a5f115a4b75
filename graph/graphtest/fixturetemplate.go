package graphtest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/template"
)

// expand runs a template of a fixture. What needs a member that is null or missing comes out empty.
func (f *Fixture) expand(text string, scope record) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	t, err := template.New("").Option("missingkey=zero").Funcs(f.templateFuncs()).Parse(text)
	if err != nil {
		return "", fmt.Errorf("fixture template %q: %w", text, err)
	}
	var b strings.Builder
	if err := t.Execute(&b, map[string]any(scope)); err != nil {
		if strings.Contains(err.Error(), "nil") {
			return "", nil
		}
		return "", fmt.Errorf("fixture template %q: %w", text, err)
	}
	if strings.Contains(b.String(), "<no value>") || strings.Contains(b.String(), "<nil>") {
		return "", nil
	}
	return b.String(), nil
}

// templateFuncs are add, mul and gt on numbers, and get, set and take on values that last as long as the fixture: set returns the new
// value, take returns the old one and forgets it, join appends to a list of words and returns it.
func (f *Fixture) templateFuncs() template.FuncMap {
	return template.FuncMap{
		"add": func(a, b any) (json.Number, error) {
			return arithmetic(func(x, y float64) float64 { return x + y }, a, b)
		},
		"mul": func(a, b any) (json.Number, error) {
			return arithmetic(func(x, y float64) float64 { return x * y }, a, b)
		},
		"gt": func(a, b any) (bool, error) {
			x, err := number(a)
			if err != nil {
				return false, err
			}
			y, err := number(b)
			return x > y, err
		},
		"get":  f.state.get,
		"set":  f.state.set,
		"take": f.state.take,
		"join": f.state.join,
	}
}

func arithmetic(op func(x, y float64) float64, a, b any) (json.Number, error) {
	x, err := number(a)
	if err != nil {
		return "", err
	}
	y, err := number(b)
	if err != nil {
		return "", err
	}
	return json.Number(strconv.FormatFloat(op(x, y), 'f', -1, 64)), nil
}

func number(v any) (float64, error) {
	if v == nil {
		return 0, fmt.Errorf("nil is no number")
	}
	return strconv.ParseFloat(fmt.Sprint(v), 64)
}

func (s *state) get(key string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.values[key]; ok {
		return v
	}
	return 0
}

func (s *state) set(key string, v any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = v
	return v
}

func (s *state) take(key string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.values[key]
	delete(s.values, key)
	return v
}

func (s *state) join(key, word string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.values[key]; ok {
		word = fmt.Sprint(old, " ", word)
	}
	s.values[key] = word
	return word
}

// leafFromText reads a template's result as a value of a leaf type.
func leafFromText(typ, text string) any {
	switch typ {
	case "Int", "Float":
		return json.Number(text)
	case "Boolean":
		return text == "true"
	default:
		return text
	}
}
