package rawjson

import (
	"bytes"
	"unicode/utf8"
)

// Members calls visit for each member of the object v in order. The key is
// decoded; the value is the checked text of the member. An error of visit ends
// the walk and is returned as it is.
func Members(v []byte, visit func(key, value []byte) error) error {
	i := Space(v, 0)
	if i >= len(v) || v[i] != '{' {
		return syntax(v, i)
	}
	i = Space(v, i+1)
	if i < len(v) && v[i] == '}' {
		return nil
	}
	for {
		_, at, err := SkipKey(v, i)
		if err != nil {
			return err
		}
		end, err := Skip(v, at)
		if err != nil {
			return err
		}
		if err := visit(key(v[i:]), v[at:end]); err != nil {
			return err
		}
		next, done, err := separator(v, end, '}')
		if done || err != nil {
			return err
		}
		i = next
	}
}

// Elements calls visit for each element of the list v in order.
func Elements(v []byte, visit func(value []byte) error) error {
	i := Space(v, 0)
	if i >= len(v) || v[i] != '[' {
		return syntax(v, i)
	}
	i = Space(v, i+1)
	if i < len(v) && v[i] == ']' {
		return nil
	}
	for {
		end, err := Skip(v, i)
		if err != nil {
			return err
		}
		if err := visit(v[i:end]); err != nil {
			return err
		}
		next, done, err := separator(v, end, ']')
		if done || err != nil {
			return err
		}
		i = next
	}
}

// separator reads the comma or the closing byte after an element that ended at
// i, and returns the index of the next element.
func separator(v []byte, i int, closing byte) (next int, done bool, err error) {
	i = Space(v, i)
	if i >= len(v) {
		return i, false, syntax(v, i)
	}
	switch v[i] {
	case closing:
		return i + 1, true, nil
	case ',':
		return Space(v, i+1), false, nil
	}
	return i, false, syntax(v, i)
}

// key decodes the checked string at the start of v.
func key(v []byte) []byte {
	end := 1
	for v[end] != '"' {
		if v[end] == '\\' {
			end++
		}
		end++
	}
	if bytes.IndexByte(v[1:end], '\\') < 0 {
		return v[1:end]
	}
	return []byte(Text(v[:end+1]))
}

// Text decodes a checked string value, quotes included. Escapes that are not
// valid UTF-16 become U+FFFD.
func Text(v []byte) string {
	if len(v) < 2 {
		return ""
	}
	inner := v[1 : len(v)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	out := make([]byte, 0, len(inner))
	for i := 0; i < len(inner); i++ {
		if inner[i] != '\\' {
			out = append(out, inner[i])
			continue
		}
		i++
		switch c := inner[i]; c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, used := codePoint(inner[i-1:])
			out = utf8.AppendRune(out, r)
			i += used - 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// codePoint decodes \uXXXX, or a surrogate pair of two, at the start of b and
// returns how many bytes it took.
func codePoint(b []byte) (rune, int) {
	first := hexRune(b[2:6])
	if first < 0xD800 || first > 0xDFFF {
		return first, 6
	}
	if first < 0xDC00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if second := hexRune(b[8:12]); second >= 0xDC00 && second <= 0xDFFF {
			return (first-0xD800)<<10 + (second - 0xDC00) + 0x10000, 12
		}
	}
	return utf8.RuneError, 6
}

func hexRune(b []byte) rune {
	var r rune
	for _, c := range b {
		switch {
		case c <= '9':
			r = r<<4 | rune(c-'0')
		default:
			r = r<<4 | rune(c|0x20-'a'+10)
		}
	}
	return r
}

const hexDigits = "0123456789abcdef"

// AppendQuoted appends s to dst as a JSON string. Invalid UTF-8 becomes U+FFFD.
func AppendQuoted[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := decodeRune(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			if c >= utf8.RuneSelf {
				dst = append(dst, "\uFFFD"...)
			} else {
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
		}
		i++
		from = i
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

func decodeRune[T string | []byte](s T) (rune, int) {
	if len(s) > utf8.UTFMax {
		s = s[:utf8.UTFMax]
	}
	return utf8.DecodeRuneInString(string(s))
}

// plain marks the ASCII bytes that stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()
