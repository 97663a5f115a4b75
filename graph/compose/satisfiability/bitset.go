package satisfiability

import (
	"math/bits"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// bitset is a set of subgraphs (or of contexts), of a length that all sets of one Check share.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

func (b bitset) add(i int) { b[i/64] |= 1 << (i % 64) }

func (b bitset) remove(i int) { b[i/64] &^= 1 << (i % 64) }

func (b bitset) removeAll(c bitset) {
	for i := range c {
		b[i] &^= c[i]
	}
}

// addAll makes b the union and reports whether it grew.
func (b bitset) addAll(c bitset) bool {
	grew := false
	for i := range c {
		grew = grew || c[i]&^b[i] != 0
		b[i] |= c[i]
	}
	return grew
}

func (b bitset) contains(c bitset) bool {
	for i := range c {
		if c[i]&^b[i] != 0 {
			return false
		}
	}
	return true
}

// containsOf reports whether b contains what c and d have in common; b and c may be nil, for the empty set.
func (b bitset) containsOf(c, d bitset) bool {
	for i := range c {
		if common := c[i] & d[i]; common != 0 && (b == nil || common&^b[i] != 0) {
			return false
		}
	}
	return true
}

func (b bitset) clone() bitset { return append(bitset(nil), b...) }

func (b bitset) subgraphs() []schema.SubgraphID {
	var out []schema.SubgraphID
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			out = append(out, schema.SubgraphID(i*64+bits.TrailingZeros64(word)))
		}
	}
	return out
}
