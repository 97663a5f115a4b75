package operation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/graph/operation"
)

const userSDL = supergraphHeader + `
type Query { users: [User!]! user(id: ID): User node: Node }
interface Node { id: ID! peer: Node }
type User implements Node { id: ID! name: String friends(first: Int): [User!]! peer: Node }
type Robot implements Node { id: ID! serial: Int! peer: Node }
`

// bombs are documents whose cost grows out of proportion in an engine that compares all pairs or copies fragments.
func bombs() map[string]string {
	out := map[string]string{
		"the same field three thousand times": "{" + strings.Repeat("users{id}", 3000) + "}",
	}
	var doubling, clique, automaton strings.Builder
	doubling.WriteString("{users{...f0}}")
	for i := range 100 {
		fmt.Fprintf(&doubling, "fragment f%d on User{a:friends{...f%d} b:friends{...f%d}}", i, i+1, i+1)
	}
	doubling.WriteString("fragment f100 on User{id}")
	out["fragments that spread the next one twice"] = doubling.String()

	clique.WriteString("{users{...f0}}")
	for i := range 100 {
		fmt.Fprintf(&clique, "fragment f%d on User{id", i)
		for j := i + 1; j < 100; j++ {
			fmt.Fprintf(&clique, " ...f%d", j)
		}
		clique.WriteString("}")
	}
	out["fragments that spread all later ones"] = clique.String()

	out["deep duplicate inline fragments"] = "{" + strings.Repeat("...on Query{", 400) + strings.Repeat("users{id}", 2000) + strings.Repeat("}", 400) + "}"
	out["two deep paths under one key"] = "{" + strings.Repeat("users{friends{peer{id}}}", 1300) + "}"

	// "The n-th letter from the end is a": its fields under different paths are exponentially many different sets.
	automaton.WriteString("{users{...s0x0}}")
	const n = 24
	for i := range 2 * n {
		for j := range min(i, n) + 1 {
			switch j {
			case 0:
				fmt.Fprintf(&automaton, "fragment s%dx0 on User{a:friends{id ...s%dx0 ...s%dx1}b:friends{id ...s%dx0}}", i, i+1, i+1, i+1)
			case n:
				fmt.Fprintf(&automaton, "fragment s%dx%d on User{id}", i, n)
			default:
				fmt.Fprintf(&automaton, "fragment s%dx%d on User{a:friends{id ...s%dx%d}b:friends{id ...s%dx%d}}", i, j, i+1, j+1, i+1, j+1)
			}
		}
	}
	for j := range n + 1 {
		fmt.Fprintf(&automaton, "fragment s%dx%d on User{id}", 2*n, j)
	}
	out["an automaton with exponentially many states"] = automaton.String()
	return out
}

func TestHostileDocumentsAreAnsweredFast(t *testing.T) {
	s := load(t, userSDL)
	for name, text := range bombs() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			d, errs := operation.Parse(s, text, operation.ParseLimits{Bytes: 1 << 20, Tokens: 100_000, Definitions: 2000})
			parsed := time.Since(start)
			if len(errs) == 0 {
				if _, err := d.Normalize("", nil); err != nil {
					errs = append(errs, err.(*operation.Error))
				}
			}
			took := time.Since(start)
			t.Logf("%d bytes: parse %v, all %v, %v", len(text), parsed, took, errs)
			if took > time.Second {
				t.Errorf("took %v", took)
			}
			for _, e := range errs {
				if e.Code != operation.CodeLimit {
					t.Errorf("unexpected fault: %v", e)
				}
			}
		})
	}
}
