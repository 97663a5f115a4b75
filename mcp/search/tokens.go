package search

import "unicode/utf8"

// EstimateTokens estimates how many tokens of a current large vocabulary (o200k) a text takes.
//
// It cuts a text where such tokenizers do, at changes of case, digits, punctuation and space, and charges each piece by
// its length; a space belongs to the word after it. It reads a kilobyte in about two microseconds and is meant to err upwards by
// a few per cent: a budget must hold. The test compares it with recorded counts of the real tokenizer.
func EstimateTokens(s string) int { return int(tokens(s) + 0.5) }

// Prices of pieces, in tokens. Measured on SDL, search answers and prose in several scripts.
const (
	priceLetters  = 8   // lower-case letters in a token of a word
	priceCapitals = 3.4 // capitals in a token, as in enum values
	priceDigits   = 3
	priceMarks    = 2.2 // punctuation characters in a token
	priceOther    = 2.6 // letters in a token of another alphabet
	priceDense    = 1.3 // Han, Kana and Hangul characters in a token
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
			total += wordPrice(n)
		case isUpper(c):
			n = span(s[i:], isUpper)
			lower := span(s[i+n:], isLower)
			switch {
			case lower > 0 && n == 1:
				n += lower
				total += wordPrice(n)
			case lower > 0:
				total += wordPrice(lower+1) + float64(n-1)/priceCapitals
				n += lower
			default:
				total += max(1, float64(n)/priceCapitals)
			}
		case c >= '0' && c <= '9':
			n = span(s[i:], isDigit)
			total += float64((n + priceDigits - 1) / priceDigits)
		case c < utf8.RuneSelf:
			n = span(s[i:], isMark)
			total += max(1, float64(n)/priceMarks)
		default:
			var price float64
			n, price = foreign(s[i:])
			total += price
		}
		i += n
	}
	return total
}

// wordPrice charges a word of n lower-case letters: most up to eight letters are a token of their own.
func wordPrice(n int) float64 {
	if n <= priceLetters {
		return 1.04
	}
	return 1.04 + float64(n-priceLetters)/9
}

// foreign charges a run of characters beyond ASCII.
func foreign(s string) (n int, price float64) {
	letters, dense := 0, 0
	for n < len(s) && s[n] >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(s[n:])
		if classify(r) == classDense || (r >= 0xAC00 && r <= 0xD7A3) {
			dense++
		} else {
			letters++
		}
		n += size
	}
	return n, max(1, float64(letters)/priceOther+float64(dense)/priceDense)
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
