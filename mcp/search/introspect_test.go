package search

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

const scopedSDL = `
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
directive @internalNote(text: String) on FIELD_DEFINITION
type Query {
  "All bills, newest first."
  bills(first: Int = 20, state: State = OPEN): [Bill!]! @requiresScopes(scopes: [["bill:read"], ["admin"]])
  old: String @deprecated(reason: "Use bills.") @internalNote(text: "do not show")
  pay(by: PayBy!): Bill
}
type Bill { id: ID! due: Date }
"A day, as in 2026-11-24."
scalar Date @specifiedBy(url: "https://example.com/date")
enum State { OPEN PAID VOID @deprecated(reason: "Nothing is void.") }
input PayBy @oneOf { card: String transfer: Transfer }
input Transfer { iban: String! amount: Float! = 0 }`

func TestIntrospectShowsWhatACallerMustKnow(t *testing.T) {
	x := build(t, scopedSDL)
	text := x.Introspect(IntrospectQuery{Types: []string{"Query", "PayBy", "State", "Date", "Transfer"}}).Text
	for _, want := range []string{
		`@requiresScopes(scopes: [["bill:read"],["admin"]])`, `@deprecated(reason: "Use bills.")`, `state: State = OPEN`, `input PayBy @oneOf {`,
		`VOID @deprecated(reason: "Nothing is void.")`, `@specifiedBy(url: "https://example.com/date")`, `"All bills, newest first."`, `amount: Float! = 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "internalNote") {
		t.Errorf("a directive that is none of the caller's business shows:\n%s", text)
	}
}

func TestSearchShowsBrieflyWhatACallerMustHold(t *testing.T) {
	x := build(t, `
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT
directive @authenticated on FIELD_DEFINITION | OBJECT
type Query { bills: [Bill!]! @requiresScopes(scopes: [["bill:read", "bill:list"], ["admin"]]) }
type Bill @authenticated { id: ID! debtor: String @policy(policies: [["bank\nclerk {"]]) due: String @authenticated @requiresScopes(scopes: [["due"]]) }`)
	r := x.Search(Query{Keywords: []string{"bill debtor", "bill due"}})
	for _, want := range []string{
		"  bills: [Bill!]! # needs scopes bill:read bill:list | admin\n", "type Bill { # needs login\n", "  id: ID!\n",
		"  debtor: String # needs policies bank clerk (\n", "  due: String # needs login # needs scopes due\n",
	} {
		if !strings.Contains(r.SDL, want) {
			t.Errorf("no %q in\n%s", want, r.Text)
		}
	}
	if _, err := coordinates(r.SDL); err != nil {
		t.Error(err)
	}
}

func TestACoordinateBringsOnlyItsFieldAndWhatThatTakes(t *testing.T) {
	x := build(t, scopedSDL)
	text := x.Introspect(IntrospectQuery{Types: []string{"Query.pay(by:)"}}).Text
	for _, want := range []string{"pay(by: PayBy!): Bill", "# 2 others", "input PayBy", "input Transfer"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "bills(") || strings.Contains(text, "type Bill") {
		t.Errorf("too much:\n%s", text)
	}
}

func TestDepthFollowsReferencesAndKnownTypesStayOut(t *testing.T) {
	x := build(t, scopedSDL)
	flat := x.Introspect(IntrospectQuery{Types: []string{"Query"}})
	deep := x.Introspect(IntrospectQuery{Types: []string{"Query"}, Depth: 2, KnownTypes: []string{"Bill"}})
	if strings.Contains(flat.SDL, "enum State") {
		t.Errorf("depth 0 follows references:\n%s", flat.SDL)
	}
	if !strings.Contains(deep.SDL, "enum State") || !strings.Contains(deep.SDL, "input Transfer") || strings.Contains(deep.SDL, "type Bill") {
		t.Errorf("depth 2 without Bill:\n%s", deep.SDL)
	}
}

func TestUnknownNamesGetSuggestions(t *testing.T) {
	x := build(t, scopedSDL)
	r := x.Introspect(IntrospectQuery{Types: []string{"Bil", "Query.bils", "Bill"}})
	if !strings.Contains(r.Text, `Unknown: "Bil". Did you mean Bill`) || !strings.Contains(r.Text, "Query.bills") || !strings.Contains(r.Text, "type Bill {") {
		t.Errorf("text:\n%s", r.Text)
	}
}

var nextPage = regexp.MustCompile(`introspect\(\{"types":\["(Query#\d+)"\]\}\)`)

// TestAHugeTypeIsPagedWithoutGapOrRepeat walks the pages as an agent would.
func TestAHugeTypeIsPagedWithoutGapOrRepeat(t *testing.T) {
	var sdl strings.Builder
	sdl.WriteString("type Query {\n")
	for i := range 2000 {
		fmt.Fprintf(&sdl, "  \"The thing with number %d.\"\n  field%d(after: String, label: String): String\n", i, i)
	}
	sdl.WriteString("}\n")
	x := build(t, sdl.String())
	for _, budget := range []int{150, 400, 4000} {
		seen := 0
		for entry, pages := "Query", 0; entry != ""; pages++ {
			r := x.Introspect(IntrospectQuery{Types: []string{entry}, MaxTokens: budget})
			if r.Tokens > budget {
				t.Fatalf("%s takes %d tokens of %d", entry, r.Tokens, budget)
			}
			for line := range strings.SplitSeq(r.SDL, "\n") {
				if strings.HasPrefix(line, "  field") {
					if !strings.HasPrefix(line, fmt.Sprintf("  field%d(", seen)) {
						t.Fatalf("budget %d: want field%d next, got %s", budget, seen, line)
					}
					seen++
				}
			}
			entry = ""
			if m := nextPage.FindStringSubmatch(r.Text); m != nil {
				entry = m[1]
			}
			if pages > 2000 {
				t.Fatal("the pages do not end")
			}
		}
		if seen != 2000 {
			t.Errorf("budget %d: %d fields of 2000 seen", budget, seen)
		}
	}
}

func TestIntrospectionNeverExceedsItsBudgetAndParses(t *testing.T) {
	for _, name := range ownDomains {
		x, _ := domain(t, name)
		for _, budget := range []int{1, 30, 90, 200, 500, 1500, 8000} {
			for _, types := range [][]string{{"Query", "Mutation"}, {"Query#3"}, {"Nope", "Query"}, {"Query#999"}} {
				r := x.Introspect(IntrospectQuery{Types: types, Depth: 2, MaxTokens: budget})
				if r.Tokens > budget || r.Tokens != EstimateTokens(r.Text) {
					t.Fatalf("%s %v with %d tokens: the answer says %d and has %d", name, types, budget, r.Tokens, EstimateTokens(r.Text))
				}
				if _, err := coordinates(r.SDL); r.SDL != "" && err != nil {
					t.Fatalf("%s %v with %d tokens: %v in\n%s", name, types, budget, err, r.SDL)
				}
			}
		}
	}
}

func FuzzIntrospect(f *testing.F) {
	x, _ := domain(f, "shop")
	for _, seed := range []string{"Query", "Query#5", "Order.lines(x:)", "OrderStatus.PAID", "#", ".", "Query#-1", "Query#99999999999999999999", "\xff"} {
		f.Add(seed, 1, 300)
	}
	f.Fuzz(func(t *testing.T, types string, depth, budget int) {
		r := x.Introspect(IntrospectQuery{Types: strings.Split(types, ","), Depth: depth, MaxTokens: budget})
		if budget <= 0 {
			budget = DefaultTokens
		}
		if r.Tokens > budget {
			t.Errorf("%d tokens of %d", r.Tokens, budget)
		}
		if _, err := coordinates(r.SDL); r.SDL != "" && err != nil {
			t.Errorf("%v in\n%s", err, r.SDL)
		}
	})
}
