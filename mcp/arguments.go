package mcp

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
	"github.com/sluice-gateway/sluice/mcp/internal/repair"
)

// arguments are what the built-in tools take, each some of them.
type arguments struct {
	keywords, types, knownTypes []string
	depth, maxTokens            int
	query, operationName        string
	documentID                  string
	variables                   []byte
	dryRun                      bool
}

// argument describes one argument of a tool.
type argument struct {
	name     string
	kind     rawjson.Kind
	required bool
	set      func(a *arguments, v []byte) error
}

// argumentError is a sentence for the agent about what it passed.
type argumentError string

// Error implements error.
func (e argumentError) Error() string { return string(e) }

func readable(format string, args ...any) error { return argumentError(fmt.Sprintf(format, args...)) }

// parseArguments reads a tool's arguments and says in words what is wrong with them.
func parseArguments(v []byte, known []argument) (arguments, error) {
	var a arguments
	var given []string
	err := rawjson.Members(v, func(key, value []byte) error {
		i := slices.IndexFunc(known, func(k argument) bool { return k.name == string(key) })
		if i < 0 {
			return unknownArgument(string(key), known)
		}
		kind := rawjson.KindOf(value)
		if kind == rawjson.Null && !known[i].required {
			return nil
		}
		value, ok := adapt(value, known[i].kind)
		if !ok {
			return readable("Argument %q must be %s, not %s.", known[i].name, known[i].kind, kind)
		}
		given = append(given, known[i].name)
		return known[i].set(&a, value)
	})
	if err != nil {
		return a, err
	}
	for _, k := range known {
		if k.required && !slices.Contains(given, k.name) {
			return a, readable("Argument %q is required (%s).", k.name, k.kind)
		}
	}
	return a, nil
}

// adapt accepts two slips that models make: one string for a list of them, and
// an object that was serialised into a string.
func adapt(v []byte, want rawjson.Kind) ([]byte, bool) {
	kind := rawjson.KindOf(v)
	switch {
	case kind == want:
		return v, true
	case kind == rawjson.String && want == rawjson.Array:
		return slices.Concat([]byte("["), v, []byte("]")), true
	case kind == rawjson.String && want == rawjson.Object:
		inner, err := rawjson.Value([]byte(rawjson.Text(v)))
		return inner, err == nil && rawjson.KindOf(inner) == rawjson.Object
	}
	return v, false
}

func unknownArgument(name string, known []argument) error {
	var names []string
	for _, k := range known {
		names = append(names, k.name)
	}
	sentence := fmt.Sprintf("There is no argument %q.", name)
	if near := repair.Nearest(name, names); len(near) > 0 {
		sentence += fmt.Sprintf(" Did you mean %q?", near[0])
	}
	return readable("%s This tool takes: %s.", sentence, strings.Join(names, ", "))
}

// maxNames bounds the lists of names that one call may pass, and maxName the
// bytes of one name.
const (
	maxNames = 100
	maxName  = 256
)

func stringList(name string, into func(a *arguments) *[]string) argument {
	return argument{name: name, kind: rawjson.Array, set: func(a *arguments, v []byte) error {
		list := into(a)
		return rawjson.Elements(v, func(e []byte) error {
			switch {
			case rawjson.KindOf(e) != rawjson.String:
				return readable("Argument %q must hold strings only, not %s.", name, rawjson.KindOf(e))
			case len(*list) == maxNames:
				return readable("Argument %q has more than %d items.", name, maxNames)
			case len(e) > maxName:
				return readable("An item of argument %q is longer than %d bytes.", name, maxName)
			}
			if s := strings.TrimSpace(rawjson.Text(e)); s != "" {
				*list = append(*list, s)
			}
			return nil
		})
	}}
}

func stringArgument(name string, into func(a *arguments) *string) argument {
	return argument{name: name, kind: rawjson.String, set: func(a *arguments, v []byte) error {
		*into(a) = rawjson.Text(v)
		return nil
	}}
}

func intArgument(name string, low, high int, into func(a *arguments) *int) argument {
	return argument{name: name, kind: rawjson.Number, set: func(a *arguments, v []byte) error {
		n, err := strconv.Atoi(string(v))
		switch {
		case (err != nil || n < low) && high == math.MaxInt32:
			return readable("Argument %q must be a whole number of at least %d.", name, low)
		case err != nil || n < low || n > high:
			return readable("Argument %q must be a whole number from %d to %d.", name, low, high)
		}
		*into(a) = n
		return nil
	}}
}

func required(a argument) argument {
	a.required = true
	return a
}

// maxTokensArgument takes any positive number: what is above the operator's
// limit counts as that limit, so that an agent need not know it.
var maxTokensArgument = intArgument("max_tokens", 1, math.MaxInt32, func(a *arguments) *int { return &a.maxTokens })

var searchArguments = []argument{
	required(stringList("keywords", func(a *arguments) *[]string { return &a.keywords })),
	maxTokensArgument,
	stringList("known_types", func(a *arguments) *[]string { return &a.knownTypes }),
}

// maxDepth is how far introspect may go from the types that were asked for.
const maxDepth = 5

var introspectArguments = []argument{
	required(stringList("types", func(a *arguments) *[]string { return &a.types })),
	intArgument("depth", 0, maxDepth, func(a *arguments) *int { return &a.depth }),
	maxTokensArgument,
	stringList("known_types", func(a *arguments) *[]string { return &a.knownTypes }),
}

var executeArguments = []argument{
	stringArgument("query", func(a *arguments) *string { return &a.query }),
	{name: "variables", kind: rawjson.Object, set: func(a *arguments, v []byte) error {
		a.variables = v
		return nil
	}},
	stringArgument("operationName", func(a *arguments) *string { return &a.operationName }),
	stringArgument("document_id", func(a *arguments) *string { return &a.documentID }),
	{name: "dry_run", kind: rawjson.Bool, set: func(a *arguments, v []byte) error {
		a.dryRun = string(v) == "true"
		return nil
	}},
	maxTokensArgument,
}
