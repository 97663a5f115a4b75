package operation

import (
	"slices"
	"unicode/utf8"
)

// The scanner below checks JSON (RFC 8259) and finds the spans of values. It builds nothing: what a variable holds is passed on to
// subgraphs as the client wrote it.

// maxJSONDepth bounds the nesting of a variable's value.
const maxJSONDepth = 500

// jsonKind is the kind of a JSON value.
type jsonKind uint8

const (
	jsonInvalid jsonKind = iota
	jsonNull
	jsonBool
	jsonInt   // a number without fraction and exponent
	jsonFloat // any other number
	jsonString
	jsonArray
	jsonObject
)

func (k jsonKind) String() string {
	return [...]string{"invalid JSON", "null", "a boolean", "an integer", "a number", "a string", "a list", "an object"}[k]
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// scanValue checks the value that starts at i and returns its kind and end. The end of an invalid value is meaningless.
func scanValue(b []byte, i, depth int) (jsonKind, int) {
	if i >= len(b) || depth > maxJSONDepth {
		return jsonInvalid, i
	}
	switch c := b[i]; c {
	case '"':
		end, ok := scanString(b, i)
		return kindIf(jsonString, ok), end
	case '{':
		end, ok := scanMembers(b, i, func(_, value int) (int, bool) {
			kind, end := scanValue(b, value, depth+1)
			return end, kind != jsonInvalid
		})
		return kindIf(jsonObject, ok), end
	case '[':
		end, ok := scanItems(b, i, func(value int) (int, bool) {
			kind, end := scanValue(b, value, depth+1)
			return end, kind != jsonInvalid
		})
		return kindIf(jsonArray, ok), end
	case 't':
		return literal(b, i, "true", jsonBool)
	case 'f':
		return literal(b, i, "false", jsonBool)
	case 'n':
		return literal(b, i, "null", jsonNull)
	}
	return scanNumber(b, i)
}

func kindIf(k jsonKind, ok bool) jsonKind {
	if ok {
		return k
	}
	return jsonInvalid
}

func literal(b []byte, i int, word string, k jsonKind) (jsonKind, int) {
	end := i + len(word)
	return kindIf(k, end <= len(b) && string(b[i:end]) == word), end
}

// scanMembers walks the object at i. visit gets the start of the key and of the value and returns the value's end; it ends the walk
// by returning false.
func scanMembers(b []byte, i int, visit func(key, value int) (end int, ok bool)) (int, bool) {
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1, true
	}
	for {
		key := i
		if i >= len(b) || b[i] != '"' {
			return i, false
		}
		end, ok := scanString(b, i)
		if !ok {
			return i, false
		}
		i = skipSpace(b, end)
		if i >= len(b) || b[i] != ':' {
			return i, false
		}
		if end, ok = visit(key, skipSpace(b, i+1)); !ok {
			return end, false
		}
		i = skipSpace(b, end)
		if i < len(b) && b[i] == '}' {
			return i + 1, true
		}
		if i >= len(b) || b[i] != ',' {
			return i, false
		}
		i = skipSpace(b, i+1)
	}
}

// scanItems walks the array at i like scanMembers.
func scanItems(b []byte, i int, visit func(value int) (end int, ok bool)) (int, bool) {
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1, true
	}
	for {
		end, ok := visit(i)
		if !ok {
			return end, false
		}
		i = skipSpace(b, end)
		if i < len(b) && b[i] == ']' {
			return i + 1, true
		}
		if i >= len(b) || b[i] != ',' {
			return i, false
		}
		i = skipSpace(b, i+1)
	}
}

// scanString checks the string at i and returns the position after its closing quote.
func scanString(b []byte, i int) (int, bool) {
	start := i + 1
	for i = start; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1, utf8.Valid(b[start:i])
		case c < 0x20:
			return i, false
		case c == '\\':
			i++
			if i >= len(b) {
				return i, false
			}
			switch b[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if i+4 >= len(b) || !hex4(b[i+1:i+5]) {
					return i, false
				}
				i += 4
			default:
				return i, false
			}
		}
	}
	return i, false
}

func hex4(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

func scanNumber(b []byte, i int) (jsonKind, int) {
	digits := func() bool {
		start := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > start
	}
	kind := jsonInt
	if b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if !digits() {
		return jsonInvalid, i
	}
	if i < len(b) && b[i] == '.' {
		i++
		kind = jsonFloat
		if !digits() {
			return jsonInvalid, i
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		kind = jsonFloat
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return jsonInvalid, i
		}
	}
	return kind, i
}

// unquote returns the text of the valid JSON string b when it has no escapes, and ok false when it has: no GraphQL name needs one.
func unquote(b []byte) (text []byte, ok bool) {
	if slices.Contains(b, '\\') {
		return nil, false
	}
	return b[1 : len(b)-1], true
}
