package extensions

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of an Object, and with it the scanner's recursion.
const maxDepth = 32

var (
	errSyntax = errors.New("invalid JSON")
	errDeep   = errors.New("nested too deeply")
)

// scanner reads JSON (RFC 8259) out of a string without copying more than the strings that carry escapes. Tokens are
// read on the request path, where encoding/json and its reflection are kept out.
type scanner struct {
	text  string
	pos   int
	depth int
}

func (s *scanner) space() {
	for s.pos < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.pos]) >= 0 {
		s.pos++
	}
}

// accept consumes c where it is next.
func (s *scanner) accept(c byte) bool {
	if s.pos < len(s.text) && s.text[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// object reads an object and calls visit for each member with the decoded name and the raw value.
func (s *scanner) object(visit func(name, raw string)) error {
	return s.list('{', '}', func() error {
		name, err := s.str()
		if err != nil {
			return err
		}
		s.space()
		if !s.accept(':') {
			return errSyntax
		}
		s.space()
		start := s.pos
		if err := s.value(); err != nil {
			return err
		}
		visit(name, s.text[start:s.pos])
		return nil
	})
}

// array reads an array and calls visit for each raw element.
func (s *scanner) array(visit func(raw string)) error {
	return s.list('[', ']', func() error {
		start := s.pos
		if err := s.value(); err != nil {
			return err
		}
		visit(s.text[start:s.pos])
		return nil
	})
}

// list reads what objects and arrays share: brackets, commas, space and the depth limit.
func (s *scanner) list(begin, end byte, element func() error) error {
	if !s.accept(begin) {
		return errSyntax
	}
	if s.depth++; s.depth > maxDepth {
		return errDeep
	}
	s.space()
	for first := true; !s.accept(end); first = false {
		if !first {
			if !s.accept(',') {
				return errSyntax
			}
			s.space()
		}
		if err := element(); err != nil {
			return err
		}
		s.space()
	}
	s.depth--
	return nil
}

// value skips any value.
func (s *scanner) value() error {
	if s.pos == len(s.text) {
		return errSyntax
	}
	switch s.text[s.pos] {
	case '{':
		return s.object(func(string, string) {})
	case '[':
		return s.array(func(string) {})
	case '"':
		_, err := s.str()
		return err
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(s.text[s.pos:], word) {
			s.pos += len(word)
			return nil
		}
	}
	return s.number()
}

// number skips a number: sign, integer without leading zeros, fraction, exponent.
func (s *scanner) number() error {
	s.accept('-')
	if !s.accept('0') && !s.digits() {
		return errSyntax
	}
	if s.accept('.') && !s.digits() {
		return errSyntax
	}
	if s.accept('e') || s.accept('E') {
		if !s.accept('+') {
			s.accept('-')
		}
		if !s.digits() {
			return errSyntax
		}
	}
	return nil
}

// digits skips one digit or more.
func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.text) && '0' <= s.text[s.pos] && s.text[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

// str reads a string and returns it decoded.
func (s *scanner) str() (string, error) {
	if !s.accept('"') {
		return "", errSyntax
	}
	start := s.pos
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == '"':
			s.pos++
			return s.text[start : s.pos-1], nil
		case c == '\\':
			return s.escaped(s.text[start:s.pos])
		case c < ' ':
			return "", errSyntax
		default:
			s.pos++
		}
	}
	return "", errSyntax
}

// escaped reads the rest of a string from its first escape on.
func (s *scanner) escaped(head string) (string, error) {
	b := []byte(head)
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		s.pos++
		switch {
		case c == '"':
			return string(b), nil
		case c < ' ':
			return "", errSyntax
		case c != '\\':
			b = append(b, c)
		case s.pos == len(s.text):
			return "", errSyntax
		case s.text[s.pos] == 'u':
			r, err := s.codePoint()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, r)
		default:
			i := strings.IndexByte(`"\/bfnrt`, s.text[s.pos])
			if i < 0 {
				return "", errSyntax
			}
			b = append(b, "\"\\/\b\f\n\r\t"[i])
			s.pos++
		}
	}
	return "", errSyntax
}

// codePoint reads "uXXXX", and the second half of a surrogate pair where one follows. A lone surrogate becomes U+FFFD.
func (s *scanner) codePoint() (rune, error) {
	high, err := s.hex(s.pos)
	if err != nil {
		return 0, err
	}
	s.pos += len("uXXXX")
	if !utf16.IsSurrogate(high) {
		return high, nil
	}
	if strings.HasPrefix(s.text[s.pos:], `\u`) {
		low, err := s.hex(s.pos + 1)
		if err != nil {
			return 0, err
		}
		if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
			s.pos += len(`\uXXXX`)
			return r, nil
		}
	}
	return utf8.RuneError, nil
}

// hex returns the code unit of "uXXXX" at pos.
func (s *scanner) hex(pos int) (rune, error) {
	if pos+5 > len(s.text) {
		return 0, errSyntax
	}
	v, err := strconv.ParseUint(s.text[pos+1:pos+5], 16, 16)
	if err != nil {
		return 0, errSyntax
	}
	return rune(v), nil
}
