package search

// editDistance returns the optimal string alignment distance of a and b (insertions, deletions, substitutions and
// swaps of neighbours cost one each), or limit+1 when it is greater than limit.
func editDistance(a, b string, limit int) int {
	ra, rb := []rune(a), []rune(b)
	if abs(len(ra)-len(rb)) > limit {
		return limit + 1
	}
	var space [3 * 64]int
	rows := space[:]
	if width := len(rb) + 1; 3*width > len(rows) {
		rows = make([]int, 3*width)
	}
	width := len(rb) + 1
	before, prev, cur := rows[:width], rows[width:2*width], rows[2*width:3*width]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		cur[0] = i
		least := i
		for j := 1; j <= len(rb); j++ {
			substitute := prev[j-1]
			if ra[i-1] != rb[j-1] {
				substitute++
			}
			d := min(prev[j]+1, cur[j-1]+1, substitute)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				d = min(d, before[j-2]+1)
			}
			cur[j] = d
			least = min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		before, prev, cur = prev, cur, before
	}
	return min(prev[len(rb)], limit+1)
}
