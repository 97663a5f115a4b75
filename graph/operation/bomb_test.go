package operation_test

import (
	"fmt"
	"maps"
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
	const n = 14
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
	maps.Copy(out, floods())
	return out
}

// floods are documents with very many of one thing, within the default limits.
func floods() map[string]string {
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	var chain strings.Builder
	for i := range 490 {
		fmt.Fprintf(&chain, "fragment f%d on User{friends{...f%d}}", i, i+1)
	}
	spreads := strings.Repeat("...f249 ", 20)
	var many strings.Builder
	for i := range 249 {
		fmt.Fprintf(&many, "fragment f%d on User{...f%d %s}", i, i+1, spreads)
	}
	return map[string]string{
		"a chain of fragments":       "{users{...f0}}" + chain.String() + "fragment f490 on User{id}",
		"operations times fragments": repeat(240, "query q#{users{...f0}}") + many.String() + "fragment f249 on User{id}",
		"variables":                  "query(" + repeat(1500, "$v#:Int") + "){users{friends{id " + repeat(1500, "f#:friends(first:$v#){id}") + "}}}",
		"unknown directives":         "{users{id" + strings.Repeat("@a", 7000) + "}}",
		"conditions":                 "query($a:Boolean!){users{" + repeat(1500, "f#:id@skip(if:$a)") + "}}",
		"arguments":                  "{users{friends(" + repeat(3500, "a#:1 ") + "){id}}}",
		"nested lists":               "{users{friends(first:" + strings.Repeat("[", 900) + strings.Repeat("]", 900) + "){id}}}",
		"aliases":                    "{users{" + repeat(4000, "a#:id ") + "}}",
		"nesting":                    "{users" + strings.Repeat("{friends", 900) + "{id}" + strings.Repeat("}", 900) + "}",
		"inline fragments":           "{users{" + strings.Repeat("...{id}", 3000) + "}}",
		"errors":                     "{users{" + repeat(4000, "a#:nope ") + "}}",
	}
}

func TestHostileDocumentsAreAnsweredFast(t *testing.T) {
	s := load(t, userSDL)
	for name, text := range bombs() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			d, errs := operation.Parse(s, text, operation.ParseLimits{Bytes: 1 << 20, Tokens: 100_000})
			parsed := time.Since(start)
			if len(errs) == 0 {
				for _, name := range d.Operations() {
					if _, err := d.Normalize(name, func(string) bool { return false }); err != nil {
						t.Logf("normalize: %v", err)
						break
					}
				}
			}
			took := time.Since(start)
			t.Logf("%d bytes: parse %v, all %v, %d faults", len(text), parsed, took, len(errs))
			if took > time.Second {
				t.Errorf("took %v", took)
			}
			if len(errs) > 50 {
				t.Errorf("%d faults are told", len(errs))
			}
		})
	}
}
