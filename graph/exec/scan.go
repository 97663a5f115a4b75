package exec

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/sluice-gateway/sluice/graph/operation"
)

// scanner validates JSON (RFC 8259) without decoding it. Its methods stand at i, move i past what they accept, and report whether it is valid.
type scanner struct {
	b     []byte
	i     int
	depth int // how many more levels may open
}

// peek returns the next byte, or 0 at the end: a byte that no JSON value starts with.
func (s *scanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\n', '\r', '\t':
			s.i++
		default:
			return
		}
	}
}

// value skips any value.
func (s *scanner) value() bool {
	switch c := s.peek(); c {
	case '"':
		return s.str()
	case '{':
		return s.skipObject()
	case '[':
		return s.skipList()
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		return s.number()
	}
}

func (s *scanner) literal(word string) bool {
	if len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		return false
	}
	s.i += len(word)
	return true
}

// open enters an object or list, and reports whether it has anything in it; ok is false where it nests too deep.
func (s *scanner) open(closing byte) (filled, ok bool) {
	if s.depth--; s.depth < 0 {
		return false, false
	}
	s.i++
	s.space()
	if s.peek() == closing {
		s.i++
		s.depth++
		return false, true
	}
	return true, true
}

// more stands behind an element: it reports whether another follows.
func (s *scanner) more(closing byte) (another, ok bool) {
	s.space()
	switch s.peek() {
	case ',':
		s.i++
		s.space()
		return true, true
	case closing:
		s.i++
		s.depth++
		return false, true
	default:
		return false, false
	}
}

// colon skips the colon behind a key, and the space around it.
func (s *scanner) colon() bool {
	s.space()
	if s.peek() != ':' {
		return false
	}
	s.i++
	s.space()
	return true
}

func (s *scanner) skipObject() bool {
	filled, ok := s.open('}')
	for filled && ok {
		if s.peek() != '"' || !s.str() || !s.colon() || !s.value() {
			return false
		}
		filled, ok = s.more('}')
	}
	return ok
}

func (s *scanner) skipList() bool {
	filled, ok := s.open(']')
	for filled && ok {
		if !s.value() {
			return false
		}
		filled, ok = s.more(']')
	}
	return ok
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain returns a word whose lowest set bit, if any, is in the first of the eight bytes that is a quote, a backslash or a control
// character. (Bits above the lowest may be wrong: subtraction borrows.)
func plain(w uint64) uint64 {
	quote, slash := w^('"'*ones), w^('\\'*ones)
	return ((quote-ones)&^quote | (slash-ones)&^slash | (w-' '*ones)&^w) & highs
}

// str skips a string, at its opening quote.
func (s *scanner) str() bool {
	b, i := s.b, s.i+1
	start, seen := i, uint64(0)
	for {
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			seen |= w
			if stop := plain(w); stop != 0 {
				i += bits.TrailingZeros64(stop) / 8
				break
			}
			i += 8
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
			seen |= uint64(b[i])
			i++
		}
		if i >= len(b) || b[i] < ' ' {
			return false
		}
		if b[i] == '"' {
			s.i = i + 1
			return seen&highs == 0 || utf8.Valid(b[start:i])
		}
		if i = escape(b, i); i < 0 {
			return false
		}
	}
}

// escape returns the index behind the escape sequence at b[i], or -1.
func escape(b []byte, i int) int {
	if i+1 >= len(b) {
		return -1
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if i+6 > len(b) {
			return -1
		}
		for _, c := range b[i+2 : i+6] {
			if hexDigit(c) < 0 {
				return -1
			}
		}
		return i + 6
	default:
		return -1
	}
}

func hexDigit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10
	default:
		return -1
	}
}

// number skips a number.
func (s *scanner) number() bool {
	b, i := s.b, s.i
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i < len(b) && b[i] == '0':
		i++
	case i < len(b) && '1' <= b[i] && b[i] <= '9':
		i = digits(b, i)
	default:
		return false
	}
	if i < len(b) && b[i] == '.' {
		end := digits(b, i+1)
		if end == i+1 {
			return false
		}
		i = end
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		end := digits(b, i)
		if end == i {
			return false
		}
		i = end
	}
	s.i = i
	return true
}

func digits(b []byte, i int) int {
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}

// members calls f for every member of the valid object raw, with the key unescaped; other values have no members.
func members(raw []byte, f func(key, value []byte)) {
	s := scanner{b: raw, depth: len(raw)}
	if s.peek() != '{' {
		return
	}
	filled, ok := s.open('}')
	for filled && ok {
		start := s.i
		s.str()
		key := operation.Unquote(raw[start:s.i])
		s.colon()
		start = s.i
		s.value()
		f(key, raw[start:s.i])
		filled, ok = s.more('}')
	}
}

// elements calls f for every element of the valid list raw, until it returns false; other values have no elements.
func elements(raw []byte, f func(value []byte) bool) {
	s := scanner{b: raw, depth: len(raw)}
	if s.peek() != '[' {
		return
	}
	filled, ok := s.open(']')
	for filled && ok {
		start := s.i
		s.value()
		if !f(raw[start:s.i]) {
			return
		}
		filled, ok = s.more(']')
	}
}
