package exec

import (
	"math/bits"
	"sync"
)

// The pools keep memory by size class, a power of two, and drop what is larger than the largest class: one huge response must not
// make the process large for good.
const (
	minClass     = 10 // 1 KiB
	maxClass     = 22 // 4 MiB
	poisonedByte = 0xDB
	poisonedWord = 0xDBDBDBDBDBDBDBDB
)

var (
	bufferPools [maxClass + 1]sync.Pool // of *Buffer, by class of the capacity in bytes
	slabPools   [maxClass + 1]sync.Pool // of *slab, by class of the capacity in bytes
)

// Buffer is a byte buffer that goes back to a pool. The literal &Buffer{B: b} makes one that does not: b stays its owner's.
type Buffer struct {
	B      []byte
	pooled bool
}

// NewBuffer returns an empty buffer with room for at least size bytes. B may grow by append as usual.
func NewBuffer(size int) *Buffer {
	class := classFor(size)
	if class > maxClass {
		return &Buffer{B: make([]byte, 0, size), pooled: true}
	}
	if b, _ := bufferPools[class].Get().(*Buffer); b != nil {
		b.B = b.B[:0]
		b.pooled = true
		return b
	}
	return &Buffer{B: make([]byte, 0, 1<<class), pooled: true}
}

// Release gives the buffer back. Neither it nor B may be used afterwards.
func (b *Buffer) Release() {
	if !b.pooled {
		return
	}
	b.pooled = false
	all := b.B[:cap(b.B)]
	if poison {
		for i := range all {
			all[i] = poisonedByte
		}
	}
	if class := bits.Len(uint(len(all))) - 1; class >= minClass && class <= maxClass {
		bufferPools[class].Put(b)
	}
}

// slab is a piece of pointer-free storage.
type slab struct{ words []uint64 }

func newSlab(words int) *slab {
	class := classFor(words * 8)
	if class > maxClass {
		return &slab{make([]uint64, 0, words)}
	}
	if s, _ := slabPools[class].Get().(*slab); s != nil {
		s.words = s.words[:0]
		return s
	}
	return &slab{make([]uint64, 0, 1<<class/8)}
}

func (s *slab) release() {
	all := s.words[:cap(s.words)]
	if poison {
		for i := range all {
			all[i] = poisonedWord
		}
	}
	if class := bits.Len(uint(len(all)*8)) - 1; class >= minClass && class <= maxClass {
		slabPools[class].Put(s)
	}
}

// classFor returns the smallest class that has room for size bytes.
func classFor(size int) int {
	if size <= 1<<minClass {
		return minClass
	}
	return bits.Len(uint(size - 1))
}
