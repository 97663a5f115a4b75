package gateway

import "github.com/sluice-gateway/sluice/graph/exec"

// errorCodes gives the codes of errors other names ([graph] error_code_mapping).
type errorCodes map[string]string

// code returns what clients see of a code.
func (m errorCodes) code(code string) string {
	if to, ok := m[code]; ok {
		return to
	}
	return code
}

// rename returns a GraphQL response with the codes in errors[].extensions.code renamed. The response is valid JSON; it is returned as it is
// where nothing changes, and copied elsewhere.
func (m errorCodes) rename(body []byte) []byte {
	if len(m) == 0 {
		return body
	}
	var out []byte
	done := 0
	within := func(name string, at int, inside func(value int)) {
		members(body, at, func(key []byte, value int) {
			if string(key) == name {
				inside(value)
			}
		})
	}
	code := func(at int) {
		from := text(body, at)
		to, ok := m[string(from)]
		if from == nil || !ok {
			return
		}
		out = append(out, body[done:at]...)
		out = exec.AppendString(out, to)
		done = skipValue(body, at)
	}
	within("errors", skipSpace(body, 0), func(errs int) {
		items(body, errs, func(e int) {
			within("extensions", e, func(x int) { within("code", x, code) })
		})
	})
	if done == 0 {
		return body
	}
	return append(out, body[done:]...)
}

// The functions below walk over JSON that is known to be valid. Positions are those of the first byte of a value.

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the end of the string at i.
func skipString(b []byte, i int) int {
	for i++; i < len(b) && b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(b))
}

// skipValue returns the end of the value at i.
func skipValue(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = skipString(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i // the end of what encloses a number or word
			}
			depth--
			i++
		case ',':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i
		}
	}
	return i
}

// members calls f with the raw key and the value of each member of the object at i; of another value with none.
func members(b []byte, i int, f func(key []byte, value int)) {
	if i >= len(b) || b[i] != '{' {
		return
	}
	for i = skipSpace(b, i+1); i < len(b) && b[i] == '"'; i = skipSpace(b, i) {
		end := skipString(b, i)
		if end < i+2 {
			return
		}
		key := b[i+1 : end-1]
		value := skipSpace(b, skipSpace(b, end)+1) // behind the colon
		f(key, value)
		i = skipSpace(b, skipValue(b, value))
		if i < len(b) && b[i] == ',' {
			i++
		}
	}
}

// items calls f with each item of the list at i.
func items(b []byte, i int, f func(value int)) {
	if i >= len(b) || b[i] != '[' {
		return
	}
	for i = skipSpace(b, i+1); i < len(b) && b[i] != ']'; i = skipSpace(b, i) {
		f(i)
		i = skipSpace(b, skipValue(b, i))
		if i < len(b) && b[i] == ',' {
			i++
		}
	}
}

// text returns what is between the quotes of the string at i, nil for another value.
func text(b []byte, i int) []byte {
	if i >= len(b) || b[i] != '"' {
		return nil
	}
	end := skipString(b, i)
	if end < i+2 {
		return nil
	}
	return b[i+1 : end-1]
}
