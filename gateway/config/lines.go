package config

import (
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// lineIndex maps the rendered path of every key and array element of a TOML document to its 1-based line.
//
// The TOML library knows positions only for its own errors, and ours are found after it has finished. The scanner
// below finds them again. It relies on the document being valid TOML, which the library has checked before, and so
// needs to know only where tokens end.
type lineIndex map[string]int

// line returns where the key stands or, for a key that is not in the file, where its nearest table does; 0 if nowhere.
func (x lineIndex) line(p path) int {
	for n := len(p); n > 0; n-- {
		if line, ok := x[p[:n].String()]; ok {
			return line
		}
	}
	return 0
}

type lineScanner struct {
	src    string
	pos    int
	at     int // line of pos
	index  lineIndex
	counts map[string]int // elements seen of each array of tables
}

func indexLines(src string) lineIndex {
	s := &lineScanner{src: src, at: 1, index: lineIndex{}, counts: map[string]int{}}
	var table path
	for s.blank(true); s.pos < len(s.src); s.blank(true) {
		start := s.pos
		switch {
		case s.accept("[["):
			table = s.element(s.key())
			s.accept("]]")
		case s.accept("["):
			table = s.resolve(s.key())
			s.accept("]")
			s.record(table)
		default:
			s.pair(table)
		}
		if s.pos == start { // not TOML: never loop
			s.step()
		}
	}
	return s.index
}

// record notes the current line for the path and for those of its parents that have none yet.
func (s *lineScanner) record(p path) {
	for n := len(p); n > 0; n-- {
		key := p[:n].String()
		if _, seen := s.index[key]; seen && n < len(p) {
			return
		}
		if _, seen := s.index[key]; !seen {
			s.index[key] = s.at
		}
	}
}

// element opens the next element of an array of tables.
func (s *lineScanner) element(key path) path {
	if len(key) == 0 {
		return nil
	}
	array := append(s.resolve(key[:len(key)-1]), key[len(key)-1])
	name := array.String()
	s.counts[name]++
	p := array.index(s.counts[name] - 1)
	s.record(array)
	s.record(p)
	return p
}

// resolve puts the index of the newest element behind every array of tables that the key passes through.
func (s *lineScanner) resolve(key path) path {
	p := make(path, 0, len(key)+1)
	for _, segment := range key {
		p = append(p, segment)
		if n := s.counts[p.String()]; n > 0 {
			p = append(p, "["+strconv.Itoa(n-1)+"]")
		}
	}
	return p
}

// pair reads `key = value` below the table.
func (s *lineScanner) pair(table path) {
	p := append(slices.Clip(table), s.key()...)
	s.record(p)
	if s.accept("=") {
		s.value(p)
	}
}

// key reads a dotted key and the blanks around it.
func (s *lineScanner) key() path {
	var p path
	for {
		s.blank(false)
		p = append(p, s.keySegment())
		s.blank(false)
		if !s.accept(".") {
			return p
		}
	}
}

func (s *lineScanner) keySegment() string {
	switch {
	case s.accept(`"`):
		return unescape(s.until(`"`, true))
	case s.accept(`'`):
		return s.until(`'`, false)
	}
	start := s.pos
	for s.pos < len(s.src) && isBareKeyRune(rune(s.src[s.pos])) {
		s.pos++
	}
	return s.src[start:s.pos]
}

// unescape resolves the escapes of a quoted key. The TOML library knows them all, so it is asked.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var quoted struct{ Text string }
	if _, err := toml.Decode(`text = "`+text+`"`, &quoted); err != nil {
		return text
	}
	return quoted.Text
}

// value skips one value, noting where the parts of arrays and inline tables stand.
func (s *lineScanner) value(p path) {
	s.blank(false)
	switch {
	case s.accept(`"""`):
		s.until(`"""`, true)
		s.acceptRun('"')
	case s.accept(`'''`):
		s.until(`'''`, false)
		s.acceptRun('\'')
	case s.accept(`"`):
		s.until(`"`, true)
	case s.accept(`'`):
		s.until(`'`, false)
	case s.accept("["):
		s.array(p)
	case s.accept("{"):
		s.inlineTable(p)
	default:
		for s.pos < len(s.src) && !strings.ContainsRune(",]}#\n", rune(s.src[s.pos])) {
			s.pos++
		}
	}
}

func (s *lineScanner) array(p path) {
	for i := 0; s.pos < len(s.src); {
		s.blank(true)
		if s.accept("]") {
			return
		}
		if s.accept(",") {
			continue
		}
		start, element := s.pos, p.index(i)
		s.record(element)
		s.value(element)
		if s.pos == start {
			return
		}
		i++
	}
}

func (s *lineScanner) inlineTable(p path) {
	for s.pos < len(s.src) {
		s.blank(true)
		if s.accept("}") {
			return
		}
		if s.accept(",") {
			continue
		}
		start := s.pos
		s.pair(p)
		if s.pos == start {
			return
		}
	}
}

// blank skips spaces and, when newlines is set, line ends and comments.
func (s *lineScanner) blank(newlines bool) {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case c == '\n' && newlines:
			s.step()
		case c == '#' && newlines:
			for s.pos < len(s.src) && s.src[s.pos] != '\n' {
				s.pos++
			}
		default:
			return
		}
	}
}

func (s *lineScanner) step() {
	if s.src[s.pos] == '\n' {
		s.at++
	}
	s.pos++
}

func (s *lineScanner) accept(token string) bool {
	if strings.HasPrefix(s.src[s.pos:], token) {
		s.pos += len(token)
		return true
	}
	return false
}

// acceptRun skips the quotes that may directly precede the end of a multi-line string.
func (s *lineScanner) acceptRun(quote byte) {
	for n := 0; n < 2 && s.pos < len(s.src) && s.src[s.pos] == quote; n++ {
		s.pos++
	}
}

// until returns the text up to the delimiter and skips both.
func (s *lineScanner) until(delimiter string, escapes bool) string {
	start := s.pos
	for s.pos < len(s.src) {
		if strings.HasPrefix(s.src[s.pos:], delimiter) {
			text := s.src[start:s.pos]
			s.pos += len(delimiter)
			return text
		}
		if escapes && s.src[s.pos] == '\\' && s.pos+1 < len(s.src) {
			s.step()
		}
		s.step()
	}
	return s.src[start:]
}
