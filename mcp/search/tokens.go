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
func EstimateTokens[T string | []byte](s T) int { return int(math.Ceil(tokens(s))) }

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
func tokens[T string | []byte](s T) float64 {
	var total float64
	for i := 0; i < len(s); {
		n := 1
		switch kinds[s[i]] {
		case kindSpace:
			n = span(s, i, kindSpace)
			if n > 1 || i+n == len(s) || s[i+n] == '\n' {
				total++ // the last space of a run joins the next word
			}
		case kindBreak:
			n = span(s, i, kindBreak)
			if i == 0 || kinds[s[i-1]] != kindMark {
				total++ // line breaks join the punctuation before them
			}
		case kindLower:
			n = span(s, i, kindLower)
			total += wordPrice(n, joined(s, i))
		case kindUpper:
			n = span(s, i, kindUpper)
			lower := span(s, i+n, kindLower)
			if lower > 0 {
				total += wordPrice(n+lower, joined(s, i))
			} else {
				total += shoutPrice(n)
			}
			n += lower
		case kindDigit:
			n = span(s, i, kindDigit)
			total += float64((n + 2) / 3)
		case kindControl:
			total++
		case kindMark:
			n = span(s, i, kindMark)
			if n > 1 || i+1 == len(s) || kinds[s[i+1]] != kindLower && kinds[s[i+1]] != kindUpper {
				total += 1 + priceMark*float64(n-1) // a single mark joins the word after it
			}
		case kindForeign:
			n = span(s, i, kindForeign)
			total += foreign(string(s[i : i+n]))
		}
		i += n
	}
	return total * margin
}

// kind is what a byte is to the estimate.
type kind uint8

const (
	kindControl kind = iota
	kindSpace
	kindBreak
	kindLower
	kindUpper
	kindDigit
	kindMark
	kindForeign // of a character beyond ASCII
)

var kinds = func() (of [256]kind) {
	for c := range of {
		switch {
		case c == ' ':
			of[c] = kindSpace
		case c == '\n' || c == '\t' || c == '\r':
			of[c] = kindBreak
		case c < ' ':
			of[c] = kindControl
		case c >= 'a' && c <= 'z':
			of[c] = kindLower
		case c >= 'A' && c <= 'Z':
			of[c] = kindUpper
		case c >= '0' && c <= '9':
			of[c] = kindDigit
		case c < utf8.RuneSelf:
			of[c] = kindMark
		default:
			of[c] = kindForeign
		}
	}
	return of
}()

// span is how many bytes of one kind there are from i on.
func span[T string | []byte](s T, i int, k kind) int {
	from := i
	for i < len(s) && kinds[s[i]] == k {
		i++
	}
	return i - from
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
func joined[T string | []byte](s T, i int) bool { return i > 0 && s[i-1] > ' ' }

// shoutPrice charges n capitals in a row; beyond eight they seldom are one word.
func shoutPrice(n int) float64 {
	if n > 8 {
		return 0.31 * float64(n)
	}
	return priceWord + priceShout*float64(max(0, n-3))
}

// foreign charges a run of characters beyond ASCII.
func foreign(s string) float64 {
	var price float64
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Hangul, r):
			price += priceHangul
		case classify(r) == classDense:
			price += priceDense
		default:
			price += priceLetter
		}
	}
	return max(1, price)
}
