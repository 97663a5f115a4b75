package exec

import (
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// plans are the plans of the goldens, by the name of their folder in testdata.
var plans = map[string]func() *fixture{
	"products": products,
	"shared":   shared,
	"abstract": abstractTypes,
	"leafs":    leafs,
	"nonnull":  nonNull,
	"requires": requires,
	"batch":    batched,
	"context":  contextual,
	"typing":   typing,
	"flat":     flat,
	"chain":    chain,
	"local":    local,
	"mutation": mutation,
}

// products: products {id name} from a, and price from b for each.
func products() *fixture {
	f := newFixture()
	f.object("Product")
	at := f.position("Product", 0)
	list := f.slot(0, "products", "[Product!]", at)
	id := f.hidden(at, "id", "ID!", 0)
	name := f.slot(at, "name", "String", 0)
	price := f.slot(at, "price", "Int", 0)
	first := f.fetch(0, "{products{id name}}", nil, plan.Part{Selection: selection(nest("products", list, leaf("id", id), leaf("name", name)))})
	f.fetch(1, "query($representations:[_Any!]!){_entities(representations:$representations){...on Product{_price:price}}}", after(first),
		entity(at, "Product", id, leaf("_price", price)))
	return f
}

// shared: a list of value objects that both a and b give, each with a field of its own.
func shared() *fixture {
	f := newFixture()
	f.object("Category")
	at := f.position("Category", 0)
	list := f.slot(0, "categories", "[Category]", at)
	name := f.slot(at, "name", "String", 0)
	size := f.slot(at, "size", "Int!", 0)
	f.fetch(0, "{categories{name}}", nil, plan.Part{Selection: selection(nest("categories", list, leaf("name", name)))})
	f.fetch(1, "{categories{size}}", nil, plan.Part{Selection: selection(nest("categories", list, leaf("size", size)))})
	return f
}

// abstractTypes: an interface with three implementors, of which one is hidden from clients, and a union in a list.
func abstractTypes() *fixture {
	f := newFixture()
	for _, name := range []string{"Book", "Movie", "Secret"} {
		f.object(name)
	}
	f.schema.Types[f.typ("Secret")].Inaccessible = true
	f.abstract("Media", schema.Interface, "Book", "Movie", "Secret")
	at := f.position("Media", 0)
	f.classes(at, []string{"Book"}, []string{"Movie"})
	list := f.slot(0, "media", "[Media]", at)
	kind := plan.OutputField{Key: "kind", Kind: plan.OutputTypename, Type: f.ref("String!")}
	f.show(at, kind)
	title := f.slot(at, "title", "String!", 0)
	pages := f.slot(at, "pages", "Int", 0, 0)
	minutes := f.slot(at, "minutes", "Int", 0, 1)
	f.fetch(0, "{media{__typename title ...on Book{pages} ...on Movie{minutes}}}", nil, plan.Part{
		Selection: selection(nest("media", list, typename(), leaf("title", title), leaf("pages", pages), leaf("minutes", minutes))),
	})
	return f
}

// leafs: a field of every scalar type, and lists of them.
func leafs() *fixture {
	f := newFixture()
	f.enum("Color", schema.EnumValue{Name: "RED"}, schema.EnumValue{Name: "ULTRAVIOLET", Inaccessible: true})
	var fields []plan.SelectionField
	for _, field := range [][2]string{
		{"string", "String"},
		{"int", "Int"},
		{"float", "Float"},
		{"boolean", "Boolean"},
		{"id", "ID"},
		{"json", "JSON"},
		{"color", "Color"},
		{"ids", "[ID!]"},
		{"matrix", "[[Int]!]"},
		{"jsons", "[JSON!]"},
	} {
		fields = append(fields, leaf(field[0], f.slot(0, field[0], field[1], 0)))
	}
	f.fetch(0, "{string int float boolean id json color ids matrix jsons}", nil, plan.Part{Selection: selection(fields...)})
	return f
}

// nonNull: a chain of objects and lists that may not be null, below one that may.
func nonNull() *fixture {
	f := newFixture()
	f.object("Shop")
	f.object("Item")
	shop := f.position("Shop", 0)
	item := f.position("Item", shop)
	atShop := f.slot(0, "shop", "Shop", shop)
	name := f.slot(shop, "name", "String", 0)
	rows := f.slot(shop, "rows", "[[Item!]!]!", item)
	loose := f.slot(shop, "loose", "[Item]", item)
	price := f.slot(item, "price", "Int!", 0)
	f.fetch(0, "{shop{name rows{price} loose{price}}}", nil, plan.Part{Selection: selection(nest("shop", atShop,
		leaf("name", name), nest("rows", rows, leaf("price", price)), nest("loose", loose, leaf("price", price))))})
	return f
}

// requires: b needs, beside the key, a list of abstract objects and a leaf of the parent, none of which is shown.
func requires() *fixture {
	f := newFixture()
	for _, name := range []string{"Parcel", "Box", "Tube", "Bag"} {
		f.object(name)
	}
	f.abstract("Wrap", schema.Union, "Box", "Tube", "Bag")
	at := f.position("Parcel", 0)
	wrap := f.position("Wrap", at)
	parcels := f.slot(0, "parcels", "[Parcel]", at)
	id := f.hidden(at, "id", "ID!", 0)
	weight := f.hidden(at, "weight", "Float", 0)
	wraps := f.hidden(at, "wraps", "[Wrap]", wrap)
	cost := f.slot(at, "cost", "Int", 0)
	width := f.hidden(wrap, "width", "Int", 0)
	length := f.hidden(wrap, "length", "Int", 0)
	first := f.fetch(0, "{parcels{id wraps{__typename ...on Box{width} ...on Tube{length}}}}", nil, plan.Part{Selection: selection(nest("parcels", parcels,
		leaf("id", id), nest("wraps", wraps, typename(), leaf("width", width), leaf("length", length))))})
	weigh := f.fetch(2, "query($representations:[_Any!]!){_entities(representations:$representations){...on Parcel{weight}}}", after(first),
		entity(at, "Parcel", id, leaf("weight", weight)))
	part := entity(at, "Parcel", id, leaf("cost", cost))
	part.Representations[0].Fields = append(part.Representations[0].Fields,
		plan.RepresentationField{Name: "weight", Slot: weight},
		plan.RepresentationField{Name: "wraps", Slot: wraps, Object: []plan.Representation{
			{Types: f.types("Box"), Typename: "Box", Fields: []plan.RepresentationField{{Name: "width", Slot: width}}},
			{Types: f.types("Tube"), Typename: "Tube", Fields: []plan.RepresentationField{{Name: "length", Slot: length}}},
		}})
	f.fetch(1, "query($representations:[_Any!]!){_entities(representations:$representations){...on Parcel{cost}}}", after(first, weigh), part)
	return f
}

// batched: two entity calls under aliases in one request to b.
func batched() *fixture {
	f := newFixture()
	f.object("Product")
	f.object("User")
	product := f.position("Product", 0)
	user := f.position("User", 0)
	atProduct := f.slot(0, "product", "Product", product)
	atUser := f.slot(0, "user", "User", user)
	productID := f.hidden(product, "id", "ID", 0)
	userID := f.hidden(user, "id", "ID", 0)
	price := f.slot(product, "price", "Int", 0)
	age := f.slot(user, "age", "Int!", 0)
	first := f.fetch(0, "{product{id} user{id}}", nil, plan.Part{Selection: selection(
		nest("product", atProduct, leaf("id", productID)), nest("user", atUser, leaf("id", userID)))})
	p, u := entity(product, "Product", productID, leaf("price", price)), entity(user, "User", userID, leaf("age", age))
	p.Key, p.Variable, u.Key, u.Variable = "_e0", "r0", "_e1", "r1"
	f.fetch(1, "query($r0:[_Any!]!,$r1:[_Any!]!){_e0:_entities(representations:$r0){...on Product{price}} _e1:_entities(representations:$r1){...on User{age}}}",
		after(first), p, u)
	return f
}

// contextual: b's field takes an argument from the shop above (federation v2.8, @fromContext).
func contextual() *fixture {
	f := newFixture()
	f.object("Shop")
	f.object("Item")
	f.object("Locale")
	shop := f.position("Shop", 0)
	item := f.position("Item", shop)
	locale := f.position("Locale", shop)
	shops := f.slot(0, "shops", "[Shop]", shop)
	atLocale := f.hidden(shop, "locale", "Locale", locale)
	currency := f.hidden(locale, "currency", "String", 0)
	items := f.slot(shop, "items", "[Item]", item)
	id := f.hidden(item, "id", "ID!", 0)
	price := f.slot(item, "price", "String", 0)
	first := f.fetch(0, "{shops{locale{currency} items{id}}}", nil, plan.Part{Selection: selection(nest("shops", shops,
		nest("locale", atLocale, leaf("currency", currency)), nest("items", items, leaf("id", id))))})
	part := entity(item, "Item", id, leaf("price", price))
	part.Context = []plan.ContextVariable{{Variable: "currency", Ancestor: shop, Path: []plan.RepresentationField{
		{Name: "locale", Slot: atLocale}, {Name: "currency", Slot: currency},
	}}}
	f.fetch(1, "query($currency:String,$representations:[_Any!]!){_entities(representations:$representations){...on Item{price(currency:$currency)}}}", after(first), part)
	return f
}

// typing: a knows the objects only as the interface Media (@interfaceObject); b tells their types, and c then gives what only books have.
func typing() *fixture {
	f := newFixture()
	f.object("Book")
	f.object("Movie")
	f.abstract("Media", schema.Interface, "Book", "Movie")
	at := f.position("Media", 0)
	f.classes(at, []string{"Book"}, []string{"Movie"})
	list := f.slot(0, "media", "[Media]", at)
	id := f.slot(at, "id", "ID!", 0)
	f.show(at, plan.OutputField{Key: "__typename", Kind: plan.OutputTypename, Type: f.ref("String!")})
	pages := f.slot(at, "pages", "Int", 0, 0)
	first := f.fetch(0, "{media{id}}", nil, plan.Part{Selection: selection(nest("media", list, leaf("id", id)))})
	typed := f.fetch(1, "query($representations:[_Any!]!){_entities(representations:$representations){...on Media{__typename}}}", after(first),
		entity(at, "Media", id, typename()))
	part := entity(at, "Book", id, typename(), leaf("pages", pages))
	part.Representations[0].Types = f.types("Book")
	f.fetch(2, "query($representations:[_Any!]!){_entities(representations:$representations){...on Book{__typename pages}}}", after(typed), part)
	return f
}

// flat: b knows the objects only as the interface Media (@interfaceObject), so it is asked for what any type selects, while c tells the types.
// Books show stars and a cost, which needs the length, movies the length, songs neither.
func flat() *fixture {
	f := newFixture()
	for _, name := range []string{"Book", "Movie", "Song"} {
		f.object(name)
	}
	f.abstract("Media", schema.Interface, "Book", "Movie", "Song")
	at := f.position("Media", 0)
	f.classes(at, []string{"Book"}, []string{"Movie"}, []string{"Song"})
	list := f.slot(0, "media", "[Media]", at)
	id := f.slot(at, "id", "ID!", 0)
	stars := f.slot(at, "stars", "Int", 0, 0)
	length := f.slot(at, "length", "Int", 0, 1)
	cost := f.slot(at, "cost", "Int", 0, 0)
	first := f.fetch(0, "{media{id}}", nil, plan.Part{Selection: selection(nest("media", list, leaf("id", id)))})
	typed := f.fetch(2, "query($representations:[_Any!]!){_entities(representations:$representations){...on Media{__typename}}}", after(first),
		entity(at, "Media", id, typename()))
	asked := f.fetch(1, "query($representations:[_Any!]!){_entities(representations:$representations){...on Media{stars length}}}", after(first),
		entity(at, "Media", id, leaf("stars", stars), leaf("length", length)))
	part := entity(at, "Book", id, leaf("cost", cost))
	part.Representations[0].Types = f.types("Book")
	part.Representations[0].Fields = append(part.Representations[0].Fields, plan.RepresentationField{Name: "length", Slot: length})
	f.fetch(0, "query($representations:[_Any!]!){_entities(representations:$representations){...on Book{cost}}}", after(typed, asked), part)
	return f
}

// chain: a, then b for its objects, then c for what b gave: a list of lists in between.
func chain() *fixture {
	f := newFixture()
	f.object("Order")
	f.object("Line")
	order := f.position("Order", 0)
	line := f.position("Line", order)
	atOrder := f.slot(0, "latest", "Order", order)
	id := f.hidden(order, "id", "ID!", 0)
	lines := f.slot(order, "lines", "[[Line]]", line)
	sku := f.hidden(line, "sku", "ID", 0)
	name := f.slot(line, "title", "String!", 0)
	stock := f.slot(line, "stock", "Int", 0)
	first := f.fetch(0, "{latest{id}}", nil, plan.Part{Selection: selection(nest("latest", atOrder, leaf("id", id)))})
	second := f.fetch(1, "query($representations:[_Any!]!){_entities(representations:$representations){...on Order{_lines:lines{sku _t:title}}}}", after(first),
		entity(order, "Order", id, nest("_lines", lines, leaf("sku", sku), leaf("_t", name))))
	part := entity(line, "Line", sku, leaf("stock", stock))
	part.Representations[0].Fields[0].Name = "sku"
	f.fetch(2, "query($representations:[_Any!]!){_entities(representations:$representations){...on Line{stock}}}", after(second), part)
	return f
}

// local: fields that no subgraph answers, the query root again below a field, and a client variable.
func local() *fixture {
	f := newFixture()
	again := f.position("Query", 0)
	f.show(0, plan.OutputField{Key: "__typename", Kind: plan.OutputTypename, Type: f.ref("String!")})
	f.show(0, plan.OutputField{Key: "__schema", Kind: plan.OutputIntrospection, Type: f.ref("String!"), Introspection: &operation.Field{Name: "__schema"}})
	f.show(0, plan.OutputField{Key: "secret", Kind: plan.OutputError, Type: f.ref("String"), Error: &plan.FieldError{Code: "UNAUTHORIZED", Message: "not for you"}})
	list := f.slot(0, "echo", "[Query]", again)
	word := f.slot(again, "word", "String", 0)
	first := f.fetch(0, "{echo{__typename}}", nil, plan.Part{Selection: selection(nest("echo", list))})
	f.fetch(1, "query($n:Int,$gone:Int){word(n:$n,m:$gone)}", after(first), plan.Part{Position: again, Selection: selection(leaf("word", word))})
	f.plan.Fetches[1].Variables = []string{"gone", "n"}
	return f
}

// mutation: two fields of different subgraphs, one after the other.
func mutation() *fixture {
	f := newFixture()
	one := f.slot(0, "one", "Int", 0)
	two := f.slot(0, "two", "Int", 0)
	first := f.fetch(0, "mutation{one}", nil, plan.Part{Selection: selection(leaf("one", one))})
	f.fetch(1, "mutation{two}", after(first), plan.Part{Selection: selection(leaf("two", two))})
	for i := range f.plan.Fetches {
		f.plan.Fetches[i].Kind = operation.Mutation
	}
	return f
}
