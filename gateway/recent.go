package gateway

import "container/list"

// recent keeps a bounded number of values by key, those that were used last. It is not safe for concurrent use.
type recent[V any] struct {
	limit int
	byKey map[string]*list.Element
	order list.List // of *recentEntry[V], the last used one in front
}

type recentEntry[V any] struct {
	key   string
	value V
}

func newRecent[V any](limit int) *recent[V] {
	return &recent[V]{limit: limit, byKey: map[string]*list.Element{}}
}

// get returns the value of the key, made by create where there is none. What was used longest ago leaves for a new one.
func (r *recent[V]) get(key string, create func() V) V {
	if at, ok := r.byKey[key]; ok {
		r.order.MoveToFront(at)
		return at.Value.(*recentEntry[V]).value //nolint:forcetypeassert // the list holds nothing else
	}
	if len(r.byKey) >= r.limit {
		oldest := r.order.Back()
		r.order.Remove(oldest)
		delete(r.byKey, oldest.Value.(*recentEntry[V]).key) //nolint:forcetypeassert // the list holds nothing else
	}
	e := &recentEntry[V]{key, create()}
	r.byKey[key] = r.order.PushFront(e)
	return e.value
}
