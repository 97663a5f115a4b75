package gateway

import "sync"

// persistedQueries keeps texts by their hash, bounded in bytes; the oldest leave first. It is safe for concurrent use.
type persistedQueries struct {
	mu    sync.Mutex
	texts map[string]string
	order []string
	size  int
}

// maxPersistedBytes bounds what the texts take, with persistedOverhead for each: its hash, its places in the map and in the order.
const (
	maxPersistedBytes = 16 << 20
	persistedOverhead = 256
)

func newPersistedQueries() *persistedQueries { return &persistedQueries{texts: map[string]string{}} }

func (q *persistedQueries) get(hash string) (string, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	text, ok := q.texts[hash]
	return text, ok
}

func (q *persistedQueries) put(hash, text string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, ok := q.texts[hash]; ok {
		return
	}
	q.texts[hash] = text
	q.order = append(q.order, hash)
	q.size += len(text) + persistedOverhead
	for q.size > maxPersistedBytes && len(q.order) > 1 {
		q.size -= len(q.texts[q.order[0]]) + persistedOverhead
		delete(q.texts, q.order[0])
		q.order = q.order[1:]
	}
}
