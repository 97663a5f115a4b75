package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// appendWords splits s the way people write names and prose and appends the lower-case words to dst.
//
// Camel case, snake case, acronyms ("HTTPServer" is http server) and digits ("ProjectV2Item" is project v2 item,
// "sha256" is sha 256, "2fa" stays whole) are boundaries. Scripts that write without spaces (Han, Kana, Thai) yield
// overlapping character pairs, so that any two neighbouring characters of a keyword can be found. Combining marks
// stay with their letter; Latin letters lose their accents.
func appendWords(dst []string, s string) []string {
	sc := scanner{dst: dst}
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		if r == utf8.RuneError {
			sc.flush()
			continue
		}
		next, _ := utf8.DecodeRuneInString(s)
		sc.add(r, next)
	}
	sc.flush()
	return sc.dst
}

type runeClass uint8

const (
	classNone runeClass = iota
	classLower
	classUpper
	classDigit
	classDense // a letter of a script written without spaces
)

// scanner collects one word at a time.
type scanner struct {
	dst     []string
	word    []rune
	letters int // letters in word, to keep "v2" whole and split "sha256"
	class   runeClass
}

func (s *scanner) add(r, next rune) {
	class := classify(r)
	switch {
	case class == classNone:
		if unicode.Is(unicode.M, r) && len(s.word) > 0 {
			if !isLatin(s.word[len(s.word)-1]) {
				s.word = append(s.word, r)
			}
			return
		}
		s.flush()
		return
	case class == classDense || s.class == classDense:
		if class != s.class {
			s.flush()
		}
	case class == classUpper && (s.class == classLower || s.class == classDigit):
		s.flush()
	case class == classUpper && s.class == classUpper && unicode.IsLower(next):
		s.flush()
	case class == classDigit && s.class != classDigit && s.letters > 1:
		s.flush()
	}
	s.class = class
	if class != classDigit {
		s.letters++
	}
	s.word = append(s.word, fold(unicode.ToLower(r)))
}

func (s *scanner) flush() {
	if s.class == classDense && len(s.word) > 2 {
		for i := 0; i+1 < len(s.word); i++ {
			s.dst = append(s.dst, string(s.word[i:i+2]))
		}
	} else if len(s.word) > 0 {
		s.dst = append(s.dst, string(s.word))
	}
	s.word, s.letters, s.class = s.word[:0], 0, classNone
}

func classify(r rune) runeClass {
	switch {
	case r >= 'a' && r <= 'z':
		return classLower
	case r >= 'A' && r <= 'Z':
		return classUpper
	case r >= '0' && r <= '9':
		return classDigit
	case r < utf8.RuneSelf:
		return classNone
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return classDense
	case unicode.IsUpper(r):
		return classUpper
	case unicode.IsLetter(r):
		return classLower
	case unicode.IsNumber(r):
		return classDigit
	}
	return classNone
}

func isLatin(r rune) bool { return r < utf8.RuneSelf || unicode.Is(unicode.Latin, r) }

// folds maps the accented lower-case letters of Latin-1 and Latin Extended-A to their base letter.
var folds = foldTable("aàáâãäåāăą", "cçćĉċč", "dďđ", "eèéêëēĕėęě", "gĝğġģ", "hĥħ", "iìíîïĩīĭįı", "jĵ", "kķ", "lĺļľŀł",
	"nñńņň", "oòóôõöøōŏő", "rŕŗř", "sśŝşšș", "tţťŧț", "uùúûüũūŭůűų", "wŵ", "yýÿŷ", "zźżž")

func foldTable(groups ...string) map[rune]rune {
	table := make(map[rune]rune)
	for _, group := range groups {
		for _, r := range group[1:] {
			table[r] = rune(group[0])
		}
	}
	return table
}

func fold(r rune) rune {
	if r < utf8.RuneSelf {
		return r
	}
	if base, ok := folds[r]; ok {
		return base
	}
	return r
}

// stem removes English inflection (plural, -ed, -ing, a final -e) from a lower-case ASCII word and returns anything
// else, words of other scripts included, unchanged. It is lighter than Porter's stemmer on purpose: conflating
// derivations ("approval", "approve") is the business of [root], which costs a match some of its weight.
func stem(w string) string {
	if len(w) < 4 || !isASCIIWord(w) {
		return w
	}
	return dropE(stemVerb(stemPlural(w)))
}

func stemPlural(w string) string {
	switch {
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case hasAnySuffix(w, "sses", "shes", "ches", "xes", "zes"):
		return w[:len(w)-2]
	case hasAnySuffix(w, "ss", "us", "is", "os"):
		return w
	case strings.HasSuffix(w, "s"):
		return w[:len(w)-1]
	}
	return w
}

func stemVerb(w string) string {
	base, ok := strings.CutSuffix(w, "ing")
	if !ok {
		if base, ok = strings.CutSuffix(w, "ied"); ok && len(base) > 1 {
			return base + "y"
		}
		if base, ok = strings.CutSuffix(w, "ed"); !ok || strings.HasSuffix(w, "eed") {
			return w
		}
	}
	n := len(base)
	if n < 3 || !strings.ContainsAny(base, "aeiouy") {
		return w
	}
	last, before := base[n-1], base[n-2]
	switch {
	case last == before && !strings.ContainsRune("lsz", rune(last)) && n > 3:
		return base[:n-1] // planned, planning: plan
	case n == 3 && !isVowel(last) && isVowel(before) && !isVowel(base[0]) && !strings.ContainsRune("wxy", rune(last)):
		return base + "e" // named, naming: name
	}
	return base
}

// dropE makes "merge" and "merged" meet. Short words keep their e, or "date" would meet "data".
func dropE(w string) string {
	if len(w) > 4 && w[len(w)-1] == 'e' {
		return w[:len(w)-1]
	}
	return w
}

// derivations are suffixes that turn verbs into nouns and adjectives, as they look after [stem], longest first,
// with the least length of what must remain.
var derivations = []struct {
	suffix string
	least  int
}{
	{"ification", 4},
	{"ication", 4},
	{"ability", 4},
	{"ization", 4},
	{"isation", 4},
	{"ation", 4},
	{"ition", 4},
	{"ement", 4},
	{"ator", 5},
	{"atur", 4},
	{"ment", 3},
	{"ance", 5},
	{"anc", 5},
	{"enc", 5},
	{"ency", 5},
	{"ancy", 5},
	{"abl", 4},
	{"ibl", 4},
	{"ity", 5},
	{"ness", 4},
	{"ize", 4},
	{"iz", 5},
	{"ion", 4},
	{"ent", 5},
	{"ant", 5},
	{"iv", 5},
	{"al", 5},
	{"ful", 4},
	{"ery", 4},
	{"er", 4},
	{"or", 5},
	{"ic", 5},
	{"ly", 5},
	{"y", 5},
	{"e", 5},
	{"at", 5},
}

// root removes one derivational suffix from a stem: approval and approve, deletion and delete, reviewer and review
// share a root. It returns w itself when no suffix applies.
func root(w string) string {
	if len(w) < 6 || !isASCIIWord(w) {
		return w
	}
	for _, d := range derivations {
		if base, ok := strings.CutSuffix(w, d.suffix); ok && len(base) >= d.least {
			return base
		}
	}
	return w
}

func isASCIIWord(w string) bool {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return true
}

func hasAnySuffix(w string, suffixes ...string) bool {
	for _, s := range suffixes {
		if strings.HasSuffix(w, s) {
			return true
		}
	}
	return false
}

func isVowel(b byte) bool { return strings.IndexByte("aeiou", b) >= 0 }

// stopWords carry no meaning in a keyword or a description. They are dropped unless a keyword has nothing else.
var stopWords = wordSet("a an and any are as at be been being but by can could did do does for from had has have he her his how i if in into is it its " +
	"may me might more most must my no not of on or our out over s she should so some such t than that the their them then there these they this " +
	"those through to under up us was we were what when where which who whom whose why will with would you your via per")

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}
