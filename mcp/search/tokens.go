package search

import (
	"math"
	"unicode"
	"unicode/utf8"
)

// EstimateTokens estimates how many tokens of a current large vocabulary (o200k) a text takes.
//
// It cuts a text where such tokenizers do, at changes of case, digits, punctuation and space, and charges each piece by
// its length; a space belongs to the word after it. It is meant to err upwards by
// a few per cent: a budget must hold. The test compares it with recorded counts of the real tokenizer.
func EstimateTokens(s string) int { return int(math.Ceil(tokens(s))) }

// Prices of pieces, in tokens, as measured on SDL, answers and prose in several scripts.
const (
	margin      = 1.06 // a budget must hold for rarer words too
	priceWord   = 1.02 // a word of up to eight letters; most longer ones are one token too
	priceLong   = 0.05 // more for each further letter
	priceJoined = 0.09 // more for each letter beyond five of a word without a space before it: those are rarer in the vocabulary
	priceShout  = 0.13 // more for each capital beyond three, as in enum values
	priceMark   = 0.12 // more for each punctuation character beyond the first
	priceLetter = 0.28 // a letter of another alphabet
	priceHangul = 0.60 // a Hangul syllable
	priceDense  = 0.90 // a character of a script without spaces
)

// tokens is [EstimateTokens] before rounding, so that lines can be added up.
func tokens(s string) float64 {
	var total float64
	for i := 0; i < len(s); {
		c := s[i]
		n := 1
		switch {
		case c == ' ':
			for i+n < len(s) && s[i+n] == ' ' {
				n++
			}
			if n > 1 || i+n == len(s) || s[i+n] == '\n' {
				total++ // the last space of a run joins the next word
			}
		case c == '\n' || c == '\t' || c == '\r':
			for i+n < len(s) && (s[i+n] == '\n' || s[i+n] == '\t' || s[i+n] == '\r') {
				n++
			}
			if i == 0 || !isMark(s[i-1]) {
				total++ // line breaks join the punctuation before them
			}
		case isLower(c):
			n = span(s[i:], isLower)
			total += wordPrice(n, joined(s, i))
		case isUpper(c):
			n = span(s[i:], isUpper)
			lower := span(s[i+n:], isLower)
			if lower > 0 {
				total += wordPrice(n+lower, joined(s, i))
			} else {
				total += shoutPrice(n)
			}
			n += lower
		case c >= '0' && c <= '9':
			n = span(s[i:], isDigit)
			total += float64((n + 2) / 3)
		case c < ' ':
			total++ // a control character
		case c < utf8.RuneSelf:
			n = span(s[i:], isMark)
			if n > 1 || i+1 == len(s) || !isLower(s[i+1]) && !isUpper(s[i+1]) {
				total += 1 + priceMark*float64(n-1) // a single mark joins the word after it
			}
		default:
			var price float64
			n, price = foreign(s[i:])
			total += price
		}
		i += n
	}
	return total * margin
}

// wordPrice charges a word of n letters.
func wordPrice(n int, joined bool) float64 {
	price := priceWord + priceLong*float64(max(0, n-8))
	if joined {
		price += priceJoined * float64(max(0, n-5))
	}
	return price
}

// joined tells whether the word at i follows a letter, a digit or a mark instead of a space.
func joined(s string, i int) bool { return i > 0 && s[i-1] > ' ' }

// shoutPrice charges n capitals in a row; beyond eight they seldom are one word.
func shoutPrice(n int) float64 {
	if n > 8 {
		return 0.31 * float64(n)
	}
	return priceWord + priceShout*float64(max(0, n-3))
}

// foreign charges a run of characters beyond ASCII.
func foreign(s string) (n int, price float64) {
	for n < len(s) && s[n] >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case unicode.Is(unicode.Hangul, r):
			price += priceHangul
		case classify(r) == classDense:
			price += priceDense
		default:
			price += priceLetter
		}
		n += size
	}
	return n, max(1, price)
}

func span(s string, in func(byte) bool) int {
	n := 0
	for n < len(s) && in(s[n]) {
		n++
	}
	return n
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isMark(c byte) bool {
	return c > ' ' && c < utf8.RuneSelf && !isLower(c) && !isUpper(c) && !isDigit(c)
}
