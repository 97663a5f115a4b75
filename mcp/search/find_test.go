package search

import (
	"slices"
	"strings"
	"testing"
)

func TestFoundFieldsComeBestFirstAndALongerAnswerBeginsWithTheShorter(t *testing.T) {
	for _, name := range ownDomains {
		x, cases := domain(t, name)
		for _, c := range cases {
			text := strings.Join(c.Keywords, " ")
			all := x.Find(text, 50, nil)
			if len(all) == 0 || all[0].Score != 1 {
				t.Fatalf("%s: %v", c.ID, all)
			}
			for i, f := range all {
				if i > 0 && f.Score > all[i-1].Score {
					t.Errorf("%s: %s has %v after %v", c.ID, f.Coordinate, f.Score, all[i-1].Score)
				}
				for _, path := range f.Paths {
					first, _, _ := strings.Cut(path[0], ".")
					if !slices.Contains(x.roots, x.lookup(first)) || path[len(path)-1] != f.Coordinate {
						t.Errorf("%s: %v leads from no root to %s", c.ID, path, f.Coordinate)
					}
				}
			}
			short := x.Find(text, 3, nil)
			if !slices.EqualFunc(short, all[:len(short)], func(a, b Found) bool { return a.Coordinate == b.Coordinate && a.Score == b.Score }) {
				t.Errorf("%s: %v does not begin with %v", c.ID, all, short)
			}
		}
	}
}

func TestNothingHiddenIsFoundNorLiesOnAWay(t *testing.T) {
	for _, name := range ownDomains {
		x, cases := domain(t, name)
		for f := range x.fields {
			field := &x.fields[f]
			parent := x.types[field.parent].def.Name
			hidden := func(typeName, name string) bool { return typeName == parent && name == field.def.Name }
			for _, found := range x.Find(field.def.Name+" "+strings.Join(cases[f%len(cases)].Keywords, " "), 20, hidden) {
				for _, path := range found.Paths {
					if slices.Contains(path, parent+"."+field.def.Name) {
						t.Fatalf("hidden %s.%s lies on %v", parent, field.def.Name, path)
					}
				}
			}
		}
	}
}

func TestFindReadsSentences(t *testing.T) {
	x := build(t, `type Query { users: [User!]! userByEmail(email: String!): User orders: [Order!]! }
type User { id: ID! email: String! orders: [Order!]! } type Order { id: ID! total: Int }`)
	if got := x.Find("How do I look up a user by their email address?", 5, nil); len(got) == 0 || got[0].Coordinate != "Query.userByEmail" {
		t.Errorf("got %v", got)
	}
	for _, text := range []string{"", " ?! ", "zzzzqqqq"} {
		if got := x.Find(text, 5, nil); len(got) != 0 {
			t.Errorf("%q finds %v", text, got)
		}
	}
	got := x.Find("order total", 5, nil)
	if len(got) == 0 || got[0].Coordinate != "Order.total" || !slices.Equal(got[0].Paths[0], []string{"Query.orders", "Order.total"}) {
		t.Errorf("got %v", got)
	}
}
