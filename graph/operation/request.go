package operation

import (
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// Request is the JSON body of a GraphQL request (GraphQL over HTTP, draft of 2025, §5.4 Request Parameters; documentId from its
// Persisted Documents appendix). Variables and Extensions are spans of the body, "" where they are missing or null.
type Request struct {
	Query         string
	OperationName string
	DocumentID    string // "documentId", or Grafbase's and Relay's "doc_id"
	Variables     []byte
	Extensions    []byte
	// Hash is extensions.persistedQuery.sha256Hash, "" where there is none.
	Hash string
}

// Errors of ParseRequest. Their texts are fit for clients.
var (
	ErrRequestSyntax = errors.New("the request body is not valid JSON")
	ErrRequestForm   = errors.New("the request body is not a GraphQL request: an object with query, operationName, variables and extensions")
)

// ParseRequest reads a request body. The body must not change while the Request is in use. Members of other names are ignored.
func ParseRequest(body []byte) (Request, error) {
	start := skipSpace(body, 0)
	kind, end := scanValue(body, start, 0)
	if kind == jsonInvalid || skipSpace(body, end) != len(body) {
		return Request{}, ErrRequestSyntax
	}
	if kind != jsonObject {
		return Request{}, ErrRequestForm
	}
	var r Request
	ok := r.members(body, start)
	if !ok {
		return Request{}, ErrRequestForm
	}
	return r, nil
}

// SplitBatch returns the elements of a body that is a list, or nil when it is none. The error is ErrRequestSyntax where a list is malformed
// anywhere: nothing of it may run then. Whether the elements are requests is left to ParseRequest.
func SplitBatch(body []byte) ([][]byte, error) {
	i := skipSpace(body, 0)
	if i >= len(body) || body[i] != '[' {
		return nil, nil
	}
	out := [][]byte{}
	end, ok := scanItems(body, i, func(value int) (int, bool) {
		kind, end := scanValue(body, value, 1)
		if kind != jsonInvalid {
			out = append(out, body[value:end])
		}
		return end, kind != jsonInvalid
	})
	if !ok || skipSpace(body, end) != len(body) {
		return nil, ErrRequestSyntax
	}
	return out, nil
}

// members reads the object that starts at i, which is known to be valid.
func (r *Request) members(b []byte, i int) bool {
	good := true
	scanMembers(b, i, func(key, value int) (int, bool) {
		kind, end := scanValue(b, value, 1)
		keyEnd, _ := scanString(b, key)
		text := func(dst *string) {
			switch kind {
			case jsonString:
				*dst = Text(b[value:end])
			case jsonNull:
			default:
				good = false
			}
		}
		object := func(dst *[]byte) {
			switch kind {
			case jsonObject:
				*dst = b[value:end]
			case jsonNull:
			default:
				good = false
			}
		}
		switch string(b[key+1 : keyEnd-1]) {
		case "query":
			text(&r.Query)
		case "operationName":
			text(&r.OperationName)
		case "documentId", "doc_id":
			text(&r.DocumentID)
		case "variables":
			object(&r.Variables)
		case "extensions":
			object(&r.Extensions)
			if kind == jsonObject {
				r.Hash = persistedHash(b, value)
			}
		}
		return end, true
	})
	return good
}

// persistedHash finds persistedQuery.sha256Hash in the extensions object that starts at i.
func persistedHash(b []byte, i int) string {
	hash := ""
	member := func(at int, name string, found func(value, end int, kind jsonKind)) {
		scanMembers(b, at, func(key, value int) (int, bool) {
			kind, end := scanValue(b, value, 1)
			keyEnd, _ := scanString(b, key)
			if string(b[key+1:keyEnd-1]) == name {
				found(value, end, kind)
			}
			return end, true
		})
	}
	member(i, "persistedQuery", func(value, _ int, kind jsonKind) {
		if kind != jsonObject {
			return
		}
		member(value, "sha256Hash", func(value, end int, kind jsonKind) {
			if kind == jsonString {
				hash = Text(b[value:end])
			}
		})
	})
	return hash
}

// Text decodes a valid JSON string with its quotes, as Unquote does.
func Text(b []byte) string { return string(Unquote(b)) }

// Unquote decodes a valid JSON string with its quotes (RFC 8259 §7). Escaped surrogates that are no pair become U+FFFD. It
// returns a part of b where there is nothing to decode.
func Unquote(b []byte) []byte {
	if plain, ok := unquote(b); ok {
		return plain
	}
	out := make([]byte, 0, len(b))
	for i := 1; i < len(b)-1; i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		i++
		if b[i] != 'u' {
			out = append(out, escaped(b[i]))
			continue
		}
		r := rune16(b[i+1:])
		i += 4
		if utf16.IsSurrogate(r) {
			low := rune(utf8.RuneError)
			if i+6 < len(b) && b[i+1] == '\\' && b[i+2] == 'u' {
				low = utf16.DecodeRune(r, rune16(b[i+3:]))
			}
			if r = low; low != utf8.RuneError {
				i += 6
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

func escaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return c
	}
}

// rune16 reads four hexadecimal digits.
func rune16(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		r <<= 4
		switch {
		case c <= '9':
			r |= rune(c - '0')
		case c <= 'F':
			r |= rune(c - 'A' + 10)
		default:
			r |= rune(c - 'a' + 10)
		}
	}
	return r
}
