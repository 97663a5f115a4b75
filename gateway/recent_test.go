package gateway

import "testing"

func TestWhatWasUsedLongestAgoIsForgotten(t *testing.T) {
	made := 0
	next := func() int { made++; return made }
	r := newRecent[int](2)
	for i, step := range []struct {
		key  string
		want int
	}{{"a", 1}, {"b", 2}, {"a", 1}, {"c", 3}, {"a", 1}, {"b", 4}, {"c", 5}} {
		if got := r.get(step.key, next); got != step.want {
			t.Errorf("step %d, %s: got %d, want %d", i, step.key, got, step.want)
		}
		if len(r.byKey) > 2 || r.order.Len() != len(r.byKey) {
			t.Errorf("step %d: %d keys and %d entries", i, len(r.byKey), r.order.Len())
		}
	}
}
