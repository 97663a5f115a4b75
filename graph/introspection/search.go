package introspection

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/operation"
)

// Searcher finds schema elements by text. It must be safe for concurrent use.
type Searcher interface {
	// Search returns up to most elements that answer a text, best first, without what hidden hides (nil hides nothing). A longer answer
	// to the same text begins with the shorter.
	Search(text string, most int, hidden func(typeName, name string) bool) []Found
}

// Found is an element that answers a text.
type Found struct {
	Coordinate string
	Paths      [][]string // ways to it, best first: coordinates from a field of a root type to the element
	Score      float64    // from 0 to 1, not above that of the one before
}

const (
	searchField      = "__search"
	definitionsField = "__definitions"
)

// Searches reports whether an introspection field is one that needs a Searcher.
func Searches(name string) bool { return name == searchField || name == definitionsField }

// Bounds of search introspection.
const (
	maxFound       = 100 // results that paging reaches
	maxCoordinates = 100 // that one __definitions takes
	usualFound     = 10  // the default of the argument first
)

// page is what the arguments of __search ask for.
type page struct {
	query       string
	from, to    int // places of results
	least       float64
	bounded     bool // least is given
	unavailable bool // the page is empty whatever there is
}

func (w *writer) search(sel *selection) error {
	p, err := w.page(sel)
	if err != nil {
		return err
	}
	var found []Found
	if !p.unavailable {
		found = w.s.opts.Search.Search(p.query, p.to, w.s.concealed())
		found = found[min(p.from, len(found)):]
	}
	at := p.from
	list(w, found, func(f Found) bool {
		at++
		score := math.Round(f.Score*1e4) / 1e4
		e, ok := w.s.element(f.Coordinate)
		if !ok || p.bounded && score < p.least {
			return false
		}
		w.result(&f, &e, score, at, sel.children)
		return true
	})
	return nil
}

func (w *writer) page(sel *selection) (page, error) {
	p := page{to: usualFound}
	p.query, _ = w.textArgument(sel, "query")
	if v := w.argument(sel, "first"); v != nil {
		n, err := strconv.ParseFloat(v.Raw, 64)
		if err != nil || n < 0 {
			return p, argumentError(searchField, "first", "must be a number from 0 on")
		}
		p.to = int(min(n, maxFound))
	}
	if v := w.argument(sel, "minScore"); v != nil && v.Kind != ast.NullValue {
		p.least, p.bounded = math.Inf(1), true
		if n, err := strconv.ParseFloat(v.Raw, 64); err == nil {
			p.least = n
		}
	}
	if v := w.argument(sel, "after"); v != nil && v.Kind != ast.NullValue {
		var ok bool
		if p.from, ok = place(v.Raw); !ok {
			return p, argumentError(searchField, "after", "must be the cursor of a result")
		}
	}
	p.to = min(p.from+p.to, maxFound)
	p.unavailable = p.to <= p.from
	return p, nil
}

func argumentError(field, argument, what string) error {
	return &operation.Error{
		Message: fmt.Sprintf("The argument %q of %q %s.", argument, field, what),
		Code:    operation.CodeValidation, Failure: operation.FailureWrongValue, Field: field, Name: argument,
	}
}

// cursor tells the place behind a result, in a form that nobody takes for a number to count with.
func cursor(at int) string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt([]byte{'#'}, int64(at), 10))
}

func place(cursor string) (int, bool) {
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(data) < 2 || data[0] != '#' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(data[1:]), 10, 16)
	return int(n), err == nil && n > 0
}

func (w *writer) result(f *Found, e *element, score float64, at int, sels []selection) {
	w.object("__SearchResult", sels, func(sel *selection) {
		switch sel.name {
		case "cursor":
			w.text(cursor(at))
		case "coordinate":
			w.text(f.Coordinate)
		case "definition":
			w.element(e, sel.children)
		case "pathsToRoot":
			list(w, f.Paths, func(path []string) bool {
				list(w, path, func(coordinate string) bool { w.text(coordinate); return true })
				return true
			})
		case "score":
			w.out = strconv.AppendFloat(w.out, score, 'f', -1, 64)
		default:
			w.null()
		}
	})
}

func (w *writer) definitions(sel *selection) error {
	coordinates := []*ast.ChildValue{}
	switch v := w.argument(sel, "coordinates"); {
	case v == nil:
	case v.Kind == ast.ListValue:
		coordinates = v.Children
	default: // one value stands for a list of it
		coordinates = append(coordinates, &ast.ChildValue{Value: v})
	}
	if len(coordinates) > maxCoordinates {
		return argumentError(definitionsField, "coordinates", fmt.Sprintf("must have no more than %d items", maxCoordinates))
	}
	list(w, coordinates, func(c *ast.ChildValue) bool {
		e, ok := w.s.element(c.Value.Raw)
		if ok {
			w.element(&e, sel.children)
		}
		return ok
	})
	return nil
}

// concealed returns what a search must not find, nil for nothing.
func (s *Schema) concealed() func(typeName, name string) bool {
	if s.opts.Hidden == nil {
		return nil
	}
	return func(typeName, name string) bool {
		return !s.shown[typeName] || name != "" && s.opts.Hidden(typeName, name)
	}
}
