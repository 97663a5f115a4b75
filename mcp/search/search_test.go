package search

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func build(t testing.TB, sdl string, documents ...Document) *Index {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return Build(s, BuildOptions{Documents: documents})
}

func coordinatesOf(r Result) []string {
	var list []string
	for _, h := range r.Hits {
		list = append(list, h.Coordinate)
	}
	return list
}

func TestAnswersNeverExceedTheirBudget(t *testing.T) {
	for _, name := range ownDomains {
		x, cases := domain(t, name)
		for _, budget := range []int{1, 7, 20, 40, 80, 150, 300, 600, 1200, 5000} {
			for _, c := range cases {
				r := x.Search(Query{Keywords: c.Keywords, MaxTokens: budget})
				if r.Tokens > budget || r.Tokens != EstimateTokens(r.Text) {
					t.Fatalf("%s with %d tokens: the answer says %d and has %d", c.ID, budget, r.Tokens, EstimateTokens(r.Text))
				}
				if _, err := coordinates(r.SDL); r.SDL != "" && err != nil {
					t.Fatalf("%s with %d tokens: %v in\n%s", c.ID, budget, err, r.SDL)
				}
				if !strings.Contains(r.Text, r.SDL) {
					t.Fatalf("%s with %d tokens: the SDL is no part of the text", c.ID, budget)
				}
			}
		}
	}
}

func TestWhatTheBudgetCutsIsNamedWithTheCallThatGetsIt(t *testing.T) {
	x, _ := domain(t, "shop")
	r := x.Search(Query{Keywords: []string{"order", "customer", "payment", "refund"}, MaxTokens: 250})
	if len(r.Omitted) == 0 {
		t.Fatal("nothing is named as omitted")
	}
	if want := `introspect({"types":["` + r.Omitted[0]; !strings.Contains(r.Text, want) {
		t.Errorf("no %s in\n%s", want, r.Text)
	}
}

func TestAnswersAreTheSameEveryTimeAndForManyCallersAtOnce(t *testing.T) {
	x, cases := domain(t, "shop")
	again, _ := domain(t, "shop")
	var wg sync.WaitGroup
	for _, c := range cases {
		want := again.Search(Query{Keywords: c.Keywords}).Text
		for range 3 {
			wg.Go(func() {
				if got := x.Search(Query{Keywords: c.Keywords}).Text; got != want {
					t.Errorf("%s differs:\n%s\n---\n%s", c.ID, got, want)
				}
			})
		}
	}
	wg.Wait()
}

func TestKnownTypesAreNotSentAgain(t *testing.T) {
	x, _ := domain(t, "shop")
	r := x.Search(Query{Keywords: []string{"track parcel", "order"}, KnownTypes: []string{"Order", "Query"}})
	for _, known := range []string{"type Order ", "type Query "} {
		if strings.Contains(r.SDL, known) {
			t.Errorf("%q is sent again:\n%s", known, r.SDL)
		}
	}
	if !strings.Contains(r.SDL, "type Parcel ") || !strings.Contains(r.Text, "Query.order(number:).parcels") {
		t.Errorf("the rest is missing:\n%s", r.Text)
	}
}

// TestWhatIsHiddenShowsNowhere hides each type and some fields in turn and looks for their names in everything.
func TestWhatIsHiddenShowsNowhere(t *testing.T) {
	for _, name := range ownDomains {
		x, cases := domain(t, name)
		for i := range x.types {
			def := x.types[i].def
			if def.BuiltIn || def == x.schema.Query || def == x.schema.Mutation {
				continue
			}
			hidden := func(typeName, field string) bool { return typeName == def.Name }
			checkAbsent(t, x, cases, hidden, def.Name)
		}
		for f := range x.fields {
			if f%7 != 0 {
				continue
			}
			parent, field := x.types[x.fields[f].parent].def.Name, x.fields[f].def.Name
			hidden := func(typeName, name string) bool { return typeName == parent && name == field }
			for _, c := range cases {
				r := x.Search(Query{Keywords: append([]string{field}, c.Keywords...), Hidden: hidden})
				if shown, err := coordinates(r.SDL); err != nil || shown[parent+"."+field] {
					t.Fatalf("hidden %s.%s shows (%v):\n%s", parent, field, err, r.Text)
				}
				if slices.Contains(coordinatesOf(r), parent+"."+field) {
					t.Fatalf("hidden %s.%s is a hit", parent, field)
				}
			}
			if r := x.Introspect(IntrospectQuery{Types: []string{parent, parent + "." + field}, Hidden: hidden}); strings.Contains(r.SDL, "  "+field+"(") || strings.Contains(r.SDL, "  "+field+":") {
				t.Fatalf("introspect shows hidden %s.%s:\n%s", parent, field, r.Text)
			}
			if slices.Contains(x.SuggestVisible(parent+"."+field+"x", 5, hidden), parent+"."+field) {
				t.Fatalf("hidden %s.%s is suggested", parent, field)
			}
		}
	}
}

func checkAbsent(t *testing.T, x *Index, cases []Case, hidden Hidden, name string) {
	t.Helper()
	absent := func(what, text string) {
		for _, w := range strings.FieldsFunc(text, func(r rune) bool {
			return !(r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
		}) {
			if w == name {
				t.Fatalf("%s shows the hidden type %s:\n%s", what, name, text)
			}
		}
	}
	for _, c := range cases {
		absent("search "+c.ID, x.Search(Query{Keywords: c.Keywords, Hidden: hidden}).Text)
	}
	absent("introspect", x.Introspect(IntrospectQuery{Types: []string{"Query", "Mutation"}, Depth: 3, MaxTokens: 20000, Hidden: hidden}).Text)
	absent("suggest", strings.Join(x.SuggestVisible(name[:len(name)-1], 10, hidden), " "))
	absent("nothing", x.Search(Query{Keywords: []string{"zzzzqqqq"}, Hidden: hidden}).Text)
}

func TestNoMatchSaysSoAndOffersTheNearestNames(t *testing.T) {
	x, _ := domain(t, "shop")
	r := x.Search(Query{Keywords: []string{"Prodct", "qqqqq"}})
	if !strings.Contains(r.Text, "Product") {
		t.Errorf("a slip of the pen finds nothing:\n%s", r.Text)
	}
	r = x.Search(Query{Keywords: []string{"xqzw"}})
	if len(r.Hits) != 0 || !strings.Contains(r.Text, `Nothing matches "xqzw"`) || !strings.Contains(r.Text, `introspect({"types":["Query"]})`) {
		t.Errorf("no way on:\n%s", r.Text)
	}
	if r := x.Search(Query{}); !strings.Contains(r.Text, "Nothing") {
		t.Errorf("no keywords: %q", r.Text)
	}
}

func TestMembersOfUnionsAndImplementorsAreFound(t *testing.T) {
	x := build(t, `
		type Query { feed: [Entry!]! actor(name: String!): Actor }
		union Entry = Photo | Announcement
		type Photo { aperture: Float }
		type Announcement { headline: String }
		interface Actor { name: String! }
		type Robot implements Actor { name: String! firmware: String }
		type Human implements Actor { name: String! birthday: String }
		type Mutation { post(text: String!): PostResult! }
		union PostResult = Posted | Refused
		type Posted { at: String! }
		type Refused { profanity: [String!]! }`)
	for keyword, want := range map[string]string{"aperture": "Photo.aperture", "firmware": "Robot.firmware", "profanity": "Refused.profanity"} {
		r := x.Search(Query{Keywords: []string{keyword}})
		if !slices.Contains(coordinatesOf(r), want) {
			t.Errorf("%s: hits %v, want %s", keyword, coordinatesOf(r), want)
		}
	}
	if r := x.Search(Query{Keywords: []string{"firmware"}}); !strings.Contains(r.Text, "Query.actor(name:){... on Robot}.firmware") {
		t.Errorf("the way does not narrow:\n%s", r.Text)
	}
}

func TestArgumentsInputsAndEnumValuesAreFound(t *testing.T) {
	x := build(t, `
		type Query { tasks(filter: TaskFilter): [Task!]! ping: String }
		type Task { title: String! }
		input TaskFilter { deadline: DateRange urgency: Urgency }
		input DateRange { from: String! until: String }
		enum Urgency { LOW CATASTROPHIC }`)
	for _, keyword := range []string{"deadline", "until", "catastrophic"} {
		r := x.Search(Query{Keywords: []string{keyword}})
		if got := coordinatesOf(r); len(got) == 0 || got[0] != "Query.tasks" {
			t.Errorf("%s: hits %v, want Query.tasks", keyword, got)
		}
		if !strings.Contains(strings.ToLower(r.SDL), keyword) {
			t.Errorf("%s is not shown:\n%s", keyword, r.SDL)
		}
	}
}

func TestAWayAvoidsTheLookupOfAnythingByID(t *testing.T) {
	x, _ := domain(t, "shop")
	for _, h := range x.Search(Query{Keywords: []string{"warehouse country"}}).Hits {
		if len(h.Paths) > 0 && strings.HasPrefix(h.Paths[0], "Query.node") {
			t.Errorf("%s is reached by %s", h.Coordinate, h.Paths[0])
		}
	}
}

func TestTrustedDocumentsComeFirstUnlessHidden(t *testing.T) {
	x := build(t, `type Query { products(top: Int): [Product!]! } type Product { name: String! price: Float }`,
		Document{Name: "bestSellers", Title: "Best sellers", Description: "The products that sell best this week.", Body: "query bestSellers($top: Int) { products(top: $top) { name } }", Call: "tool bestSellers(top)"},
		Document{Name: "unrelated", Title: "Weather", Body: "query unrelated { products { price } }"})
	r := x.Search(Query{Keywords: []string{"best selling products"}})
	if len(r.Hits) == 0 || !r.Hits[0].Document || r.Hits[0].Coordinate != "bestSellers" {
		t.Fatalf("hits %v:\n%s", coordinatesOf(r), r.Text)
	}
	if !strings.HasPrefix(r.Text, "bestSellers") || !strings.Contains(r.Text, "tool bestSellers(top)") || strings.Contains(r.Text, "unrelated") {
		t.Errorf("text:\n%s", r.Text)
	}
	r = x.Search(Query{Keywords: []string{"best selling products"}, HiddenDocument: func(string) bool { return true }})
	if strings.Contains(r.Text, "bestSellers") {
		t.Errorf("a hidden document shows:\n%s", r.Text)
	}
}

func TestSuggestOffersTheNearestNames(t *testing.T) {
	x, _ := domain(t, "shop")
	for asked, want := range map[string]string{
		"Prodct": "Product", "product": "Product", "OrderStats": "OrderStatus", "Order.trackingNumbers": "Order.number", "Parcel.trackNumber": "Parcel.trackingNumber",
		"RefundReason.DAMAGE": "RefundReason.DAMAGED", "Ordr.lines": "Order.lines", "Customer.zzzzzzzzzzzz": "Customer",
	} {
		if got := x.Suggest(asked, 3); !slices.Contains(got, want) {
			t.Errorf("%s: got %v, want %s among them", asked, got, want)
		}
	}
	if got := x.Suggest("", 3); len(got) != 0 {
		t.Errorf("nothing: got %v", got)
	}
}

func TestASchemaWithoutRootsOrFieldsAnswersToo(t *testing.T) {
	x := Build(&ast.Schema{}, BuildOptions{})
	if r := x.Search(Query{Keywords: []string{"anything"}}); r.Text == "" || len(r.Hits) != 0 {
		t.Errorf("search: %+v", r)
	}
	if r := x.Introspect(IntrospectQuery{Types: []string{"Query"}}); !strings.Contains(r.Text, "Unknown") {
		t.Errorf("introspect: %+v", r)
	}
}

func FuzzSearch(f *testing.F) {
	x, cases := domain(f, "hospital")
	for _, c := range cases[:6] {
		f.Add(strings.Join(c.Keywords, "\n"), 300)
	}
	f.Add("\xff\x00", 0)
	f.Add(strings.Repeat("a b c ", 500), 10)
	f.Fuzz(func(t *testing.T, keywords string, budget int) {
		r := x.Search(Query{Keywords: strings.Split(keywords, "\n"), MaxTokens: budget})
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

func ExampleIndex_Search() {
	s := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { author(name: String!): Author }
		type Author { name: String! books(first: Int): [Book!]! }
		type Book { title: String! pages: Int }`})
	x := Build(s, BuildOptions{})
	fmt.Print(x.Search(Query{Keywords: []string{"book pages", "author"}}).Text)
	// Output:
	// Book.pages — name pages; of book
	//   Query.author(name:).books.pages
	// Query.author(name:) — name author
	//
	// type Query {
	//   author(name: String!): Author
	// }
	// type Author {
	//   name: String!
	//   books(first: Int): [Book!]!
	// }
	// type Book {
	//   title: String!
	//   pages: Int
	// }
}
