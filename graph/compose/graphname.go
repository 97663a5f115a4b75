package compose

import (
	"fmt"
	"slices"
	"strings"
)

// assignGraphNames gives every subgraph its value of the enum join__Graph: the
// name in upper case with everything but letters, digits and "_" replaced, and
// numbered when names collide.
func assignGraphNames(subgraphs []*subgraph) {
	taken := map[string][]*subgraph{}
	var order []string
	for _, s := range subgraphs {
		name := graphName(s.name)
		if taken[name] == nil {
			order = append(order, name)
		}
		taken[name] = append(taken[name], s)
	}
	slices.Sort(order)
	for _, name := range order {
		for i, s := range taken[name] {
			s.graphName = name
			if len(taken[name]) > 1 {
				s.graphName = fmt.Sprintf("%s_%d", name, i+1)
			}
			s.graph = enumName(s.graphName)
			s.joinField = &directive{name: "join__field", args: []argument{graphArg(s)}}
		}
	}
}

func graphName(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case r >= '0' && r <= '9':
			if i == 0 {
				b.WriteByte('_')
			}
			b.WriteRune(r)
		case r == '_' || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z'):
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	out := strings.ToUpper(b.String())
	if digits := strings.TrimRight(out, "0123456789"); digits != out && strings.HasSuffix(digits, "_") {
		out += "_" // "A_1" would look like a numbered "A"
	}
	return out
}
