package gateway

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// labelDecider decides the labels of progressive overrides for one request: percent(n) holds for n out of a hundred requests, by one throw
// for the whole request, so that two labels with the same share agree. Other labels are off: nobody decides them yet.
func labelDecider() func(label string) bool {
	throw := -1.0
	return func(label string) bool {
		inner, ok := strings.CutPrefix(label, "percent(")
		if !ok {
			return false
		}
		share, err := strconv.ParseFloat(strings.TrimSuffix(inner, ")"), 64)
		if err != nil {
			return false
		}
		if throw < 0 {
			throw = rand.Float64() * 100 //nolint:gosec // a roll-out needs no secret numbers
		}
		return throw < share
	}
}
