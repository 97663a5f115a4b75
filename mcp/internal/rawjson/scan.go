package rawjson

import (
	"errors"
	"fmt"
)

// MaxDepth is how deep objects and arrays may nest.
const MaxDepth = 512

// ErrSyntax is wrapped by every error about malformed text.
var ErrSyntax = errors.New("malformed JSON")

var errDepth = fmt.Errorf("%w: nested deeper than %d", ErrSyntax, MaxDepth)

// Kind tells the six sorts of JSON value apart.
type Kind byte

// The kinds, each named by what the value is.
const (
	Invalid Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// String is the kind as a person would say it in an error message.
func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "a boolean"
	case Number:
		return "a number"
	case String:
		return "a string"
	case Array:
		return "a list"
	case Object:
		return "an object"
	case Invalid:
	}
	return "malformed JSON"
}

// KindOf looks at the first byte of v, which is a value without leading space.
func KindOf(v []byte) Kind {
	if len(v) == 0 {
		return Invalid
	}
	switch c := v[0]; {
	case c == '"':
		return String
	case c == '{':
		return Object
	case c == '[':
		return Array
	case c == 't' || c == 'f':
		return Bool
	case c == 'n':
		return Null
	case c == '-' || c >= '0' && c <= '9':
		return Number
	}
	return Invalid
}

// Value checks that b is exactly one value with optional space around it, and
// returns it without that space.
func Value(b []byte) ([]byte, error) {
	start := Space(b, 0)
	end, err := Skip(b, start)
	if err != nil {
		return nil, err
	}
	if rest := Space(b, end); rest != len(b) {
		return nil, syntax(b, rest)
	}
	return b[start:end], nil
}

// Skip checks the value that begins at b[i] and returns the index after it.
func Skip(b []byte, i int) (int, error) { return skip(b, i, 0) }

func skip(b []byte, i, depth int) (int, error) {
	if i >= len(b) {
		return i, syntax(b, i)
	}
	switch b[i] {
	case '"':
		return SkipString(b, i)
	case '{', '[':
		if depth >= MaxDepth {
			return i, errDepth
		}
		return skipContainer(b, i, depth+1)
	case 't':
		return literal(b, i, "true")
	case 'f':
		return literal(b, i, "false")
	case 'n':
		return literal(b, i, "null")
	default:
		return number(b, i)
	}
}

func skipContainer(b []byte, i, depth int) (int, error) {
	object := b[i] == '{'
	closing := byte(']')
	if object {
		closing = '}'
	}
	i = Space(b, i+1)
	if i < len(b) && b[i] == closing {
		return i + 1, nil
	}
	for {
		var err error
		if object {
			if _, i, err = SkipKey(b, i); err != nil {
				return i, err
			}
		}
		if i, err = skip(b, i, depth); err != nil {
			return i, err
		}
		i = Space(b, i)
		if i >= len(b) {
			return i, syntax(b, i)
		}
		if b[i] == closing {
			return i + 1, nil
		}
		if b[i] != ',' {
			return i, syntax(b, i)
		}
		i = Space(b, i+1)
	}
}

// SkipKey checks `"key" :` at b[i] and returns the index after the key's closing
// quote, and the index of the member's value.
func SkipKey(b []byte, i int) (end, value int, err error) {
	if i >= len(b) || b[i] != '"' {
		return i, i, syntax(b, i)
	}
	end, err = SkipString(b, i)
	if err != nil {
		return end, end, err
	}
	value = Space(b, end)
	if value >= len(b) || b[value] != ':' {
		return end, value, syntax(b, value)
	}
	return end, Space(b, value+1), nil
}

// Space returns the index of the first byte at or after i that is not space.
func Space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// SkipString checks the string whose opening quote is b[i] and returns the
// index after its closing quote.
func SkipString(b []byte, i int) (int, error) {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1, nil
		case c < 0x20:
			return i, syntax(b, i)
		case c == '\\':
			i++
			if i >= len(b) {
				return i, syntax(b, i)
			}
			switch b[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if !hex4(b, i+1) {
					return i, syntax(b, i)
				}
				i += 4
			default:
				return i, syntax(b, i)
			}
		}
	}
	return i, syntax(b, i)
}

func hex4(b []byte, i int) bool {
	if i+4 > len(b) {
		return false
	}
	for _, c := range b[i : i+4] {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

func literal(b []byte, i int, word string) (int, error) {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return i, syntax(b, i)
	}
	return i + len(word), nil
}

func number(b []byte, i int) (int, error) {
	at := i
	if at < len(b) && b[at] == '-' {
		at++
	}
	whole := digits(b, at)
	if whole == at || b[at] == '0' && whole > at+1 {
		return at, syntax(b, at)
	}
	at = whole
	if at < len(b) && b[at] == '.' {
		end := digits(b, at+1)
		if end == at+1 {
			return end, syntax(b, end)
		}
		at = end
	}
	if at < len(b) && b[at]|0x20 == 'e' {
		at++
		if at < len(b) && (b[at] == '+' || b[at] == '-') {
			at++
		}
		end := digits(b, at)
		if end == at {
			return end, syntax(b, end)
		}
		at = end
	}
	return at, nil
}

func digits(b []byte, i int) int {
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	return i
}

func syntax(b []byte, i int) error {
	if i >= len(b) {
		return fmt.Errorf("%w: it ends too early", ErrSyntax)
	}
	return fmt.Errorf("%w at byte %d", ErrSyntax, i)
}
