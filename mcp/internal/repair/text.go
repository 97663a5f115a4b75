package repair

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// text is the operation's source with its lines.
type text struct {
	src   string
	lines []int // byte offset of each line's start
}

func newText(src string) text {
	t := text{src: src, lines: []int{0}}
	for i := range len(src) {
		if src[i] == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// offset is the byte offset of a 1-based line and column in runes.
func (t text) offset(line, column int) int {
	if line < 1 || line > len(t.lines) {
		return len(t.src)
	}
	at := t.lines[line-1]
	for ; column > 1 && at < len(t.src); column-- {
		_, size := utf8.DecodeRuneInString(t.src[at:])
		at += size
	}
	return at
}

// word is the offset of the name at or after from, or -1.
func (t text) word(from int, name string) int {
	for from <= len(t.src)-len(name) {
		i := strings.Index(t.src[from:], name)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(name)
		if (i == 0 || !nameByte(t.src[i-1])) && (end == len(t.src) || !nameByte(t.src[end])) {
			return i
		}
		from = i + 1
	}
	return -1
}

// rename is the edit that puts another name in the place of the first `name` at
// or after from; nil when it is not there.
func (t text) rename(from int, name, replacement string) []Edit {
	at := t.word(from, name)
	if at < 0 || replacement == "" {
		return nil
	}
	return []Edit{{From: at, To: at + len(name), New: replacement}}
}

// space returns the offset of the first byte at or after from that is neither
// space nor comma.
func (t text) space(from int) int {
	for from < len(t.src) && strings.IndexByte(" \t\r\n,", t.src[from]) >= 0 {
		from++
	}
	return from
}

// match returns the offset after the bracket that closes the one at from, or -1.
func (t text) match(from int) int {
	depth := 0
	for i := from; i < len(t.src); i++ {
		switch t.src[i] {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"', '#':
			i = t.opaque(i) - 1
		}
	}
	return -1
}

// opaque returns the offset after the string or comment that starts at i.
func (t text) opaque(i int) int {
	closing, from := "\n", i+1
	switch {
	case strings.HasPrefix(t.src[i:], `"""`):
		closing, from = `"""`, i+3
	case t.src[i] == '"':
		closing = `"`
	}
	for from < len(t.src) {
		if t.src[from] == '\\' && closing != "\n" {
			from += 2
			continue
		}
		if strings.HasPrefix(t.src[from:], closing) {
			return from + len(closing)
		}
		from++
	}
	return len(t.src)
}

// unclosed is the brackets that would close the text, innermost first; empty
// when it is balanced or closed wrongly.
func (t text) unclosed() string {
	var open []byte
	for i := 0; i < len(t.src); i++ {
		switch c := t.src[i]; c {
		case '(':
			open = append(open, ')')
		case '{':
			open = append(open, '}')
		case '[':
			open = append(open, ']')
		case ')', '}', ']':
			if len(open) == 0 || open[len(open)-1] != c {
				return ""
			}
			open = open[:len(open)-1]
		case '"', '#':
			i = t.opaque(i) - 1
		}
	}
	var b strings.Builder
	for _, c := range slices.Backward(open) {
		b.WriteByte(c)
	}
	return b.String()
}

func nameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
