package exec

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// unquote returns the text of a valid JSON string. It returns a part of raw where there is nothing to decode.
func unquote(raw []byte) []byte {
	raw = raw[1 : len(raw)-1]
	at := bytes.IndexByte(raw, '\\')
	if at < 0 {
		return raw
	}
	text := append(make([]byte, 0, len(raw)), raw[:at]...)
	for at < len(raw) {
		if raw[at] != '\\' {
			text = append(text, raw[at])
			at++
			continue
		}
		if raw[at+1] != 'u' {
			text = append(text, unescape(raw[at+1]))
			at += 2
			continue
		}
		r := codeUnit(raw[at:])
		at += 6
		if utf16.IsSurrogate(r) {
			if pair := utf16.DecodeRune(r, codeUnit(raw[at:])); pair != utf8.RuneError {
				text, at = utf8.AppendRune(text, pair), at+6
				continue
			}
			r = utf8.RuneError
		}
		text = utf8.AppendRune(text, r)
	}
	return text
}

// codeUnit returns the UTF-16 code unit that b starts with, as an escape sequence, or -1.
func codeUnit(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	r := rune(0)
	for _, c := range b[2:6] {
		r = r<<4 | hexDigit(c)
	}
	return r
}

func unescape(c byte) byte {
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

// AppendString appends s as a JSON string. Bytes that are no UTF-8 become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}
