package demo

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
)

// brands are who makes the products; the id of the first is b1.
var brandRows = [...]struct{ name, country string }{
	{"Hinoki & Sons", "JP"}, {"Nordlys", "NO"}, {"Feldmann", "DE"}, {"Cascade Works", "US"}, {"Petit Atelier", "FR"}, {"Tamarin", "PT"},
}

// productRows are what the shop sells; the id of the first is p1. Brand is an index of brandRows, weight is in grams.
var productRows = [...]struct {
	name, sku, pack, category string
	brand                     int
	price                     float64
	weight                    int
	releasedOn, description   string
}{
	{"Santoku knife", "HS-101", "single", "KITCHEN", 0, 89.00, 310, "2021-02-11", "All-purpose knife of forged steel with a handle of cypress wood."},
	{"Paring knife", "HS-102", "single", "KITCHEN", 0, 39.50, 120, "2021-02-11", "Small knife for fruit and vegetables."},
	{"Whetstone", "HS-110", "box", "KITCHEN", 0, 45.00, 980, "2021-06-01", "Two grits in one stone, with a base that does not slip."},
	{"Cutting board", "HS-120", "single", "KITCHEN", 0, 54.00, 2100, "2022-03-15", "End-grain board that is kind to blades."},
	{"Enamel pot", "FM-201", "single", "KITCHEN", 2, 74.90, 2900, "2020-10-05", "Pot for five litres, for every kind of stove."},
	{"Cast-iron pan", "FM-202", "single", "KITCHEN", 2, 62.00, 2650, "2020-10-05", "Pan that outlives its owner."},
	{"Coffee grinder", "FM-230", "single", "KITCHEN", 2, 129.00, 1400, "2023-09-20", "Hand grinder with conical burrs of steel."},
	{"Standing desk", "NL-301", "flat pack", "OFFICE", 1, 549.00, 38500, "2022-01-17", "Desk that moves between 65 and 130 cm without a sound."},
	{"Desk lamp", "NL-310", "single", "OFFICE", 1, 99.00, 1750, "2022-01-17", "Lamp with warm and cold light and no flicker."},
	{"Monitor arm", "NL-315", "single", "OFFICE", 1, 119.00, 3200, "2022-05-30", "Arm for screens of up to nine kilograms."},
	{"Notebook, dotted", "PA-401", "single", "OFFICE", 4, 14.50, 290, "2019-09-01", "192 pages of paper that ink does not bleed through."},
	{"Notebook, dotted", "PA-401", "box", "OFFICE", 4, 79.00, 1820, "2019-09-01", "Six notebooks of 192 pages."},
	{"Fountain pen", "PA-420", "single", "OFFICE", 4, 68.00, 35, "2021-11-11", "Pen with a nib of steel, fine or medium."},
	{"Two-person tent", "CW-501", "single", "OUTDOOR", 3, 329.00, 1890, "2023-04-02", "Tent for three seasons that stands in four minutes."},
	{"Sleeping bag", "CW-510", "single", "OUTDOOR", 3, 199.00, 1150, "2023-04-02", "Down bag for nights at the freezing point."},
	{"Trekking poles", "CW-520", "pair", "OUTDOOR", 3, 84.00, 460, "2023-06-14", "Carbon poles that fold to 36 cm."},
	{"Steel bottle", "CW-530", "single", "OUTDOOR", 3, 28.00, 390, "2022-07-07", "Keeps tea hot for half a day and water cold for a whole one."},
	{"Head torch", "NL-540", "single", "OUTDOOR", 1, 49.00, 88, "2023-10-10", "400 lumens, and a red light for the camp."},
	{"Rain jacket", "TM-550", "single", "OUTDOOR", 5, 159.00, 420, "2024-03-01", "Three layers, sealed seams, a hood for a helmet."},
	{"Hiking boots", "TM-560", "pair", "OUTDOOR", 5, 189.00, 1340, "2024-03-01", "Leather boots with soles that can be renewed."},
	{"Wooden railway", "PA-601", "box", "TOYS", 4, 59.00, 2400, "2020-11-20", "42 pieces of beech, with two trains."},
	{"Marble run", "FM-610", "box", "TOYS", 2, 44.00, 3100, "2021-10-31", "Ramps, funnels and forty marbles."},
	{"Juggling balls", "TM-620", "set of three", "TOYS", 5, 18.00, 390, "2019-04-01", "Balls of 130 grams, filled with millet."},
	{"Kite", "NL-630", "single", "TOYS", 1, 36.00, 270, "2022-09-09", "Flies in the lightest breeze, with a line of 40 metres."},
}

// numbered is the id of the i-th element of a table.
func numbered(prefix string, i int) string { return prefix + strconv.Itoa(i+1) }

// integer reads an argument; a null or missing one is fallback.
func integer(args map[string]any, name string, fallback int) int {
	switch n := args[name].(type) {
	case int64:
		return int(n)
	case json.Number:
		if i, err := n.Int64(); err == nil {
			return int(i)
		}
	}
	return fallback
}

func brand(i int) object {
	return object{"__typename": "Brand", "id": numbered("b", i), "name": brandRows[i].name, "country": brandRows[i].country}
}

func brands() []object {
	all := make([]object, len(brandRows))
	for i := range brandRows {
		all[i] = brand(i)
	}
	return all
}

func product(i int) object {
	p := productRows[i]
	id := numbered("p", i)
	media := []object{{
		"__typename": "Image", "url": "https://img.shop.example/" + id + ".jpg", "title": p.name, "width": 1600, "height": 1200,
	}}
	if i%3 == 0 {
		media = append(media, object{
			"__typename": "Video", "url": "https://img.shop.example/" + id + ".mp4", "title": p.name + " in use", "durationSeconds": 20 + i,
		})
	}
	return object{
		"__typename": "Product", "id": id, "sku": p.sku, "package": p.pack, "name": p.name, "description": p.description,
		"price": object{"amount": p.price, "currency": "EUR"}, "weight": p.weight, "category": p.category, "brand": brand(p.brand),
		"releasedOn": p.releasedOn, "media": media, "blurb": strings.ToUpper(p.name) + "!",
	}
}

func products() []object {
	all := make([]object, len(productRows))
	for i := range productRows {
		all[i] = product(i)
	}
	return all
}

func amount(product object) float64 { return product["price"].(object)["amount"].(float64) }

func find(list []object, match func(object) bool) object {
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i]
	}
	return nil
}

func productsService() *service {
	byID := func(list []object, id any) object {
		return find(list, func(o object) bool { return o["id"] == id })
	}
	return &service{
		name: "products",
		resolvers: map[string]resolver{
			"Query.product": func(_ context.Context, _ object, args map[string]any) (any, error) {
				return byID(products(), args["id"]), nil
			},
			"Query.products": func(_ context.Context, _ object, args map[string]any) (any, error) {
				return connection(sorted(filtered(products(), args["filter"]), args["orderBy"]), args)
			},
			"Query.brand": func(_ context.Context, _ object, args map[string]any) (any, error) {
				return byID(brands(), args["id"]), nil
			},
			"Query.brands": func(context.Context, object, map[string]any) (any, error) { return sorted(brands(), "NAME"), nil },
			"Query.search": func(_ context.Context, _ object, args map[string]any) (any, error) {
				return page(matching(args["text"].(string)), args)
			},
			"Product.similar": func(_ context.Context, parent object, args map[string]any) (any, error) {
				if integer(args, "first", 3) > 10 {
					return nil, errors.New("first must be at most 10")
				}
				return page(similar(parent), args)
			},
			"Brand.products": func(_ context.Context, parent object, _ map[string]any) (any, error) {
				return sorted(filtered(products(), map[string]any{"brand": parent["id"]}), "NAME"), nil
			},
		},
		entities: map[string]entityResolver{
			"Brand": func(r map[string]any) object { return byID(brands(), r["id"]) },
			"Product": func(r map[string]any) object {
				if id, ok := r["id"]; ok {
					return byID(products(), id)
				}
				return find(products(), func(p object) bool { return p["sku"] == r["sku"] && p["package"] == r["package"] })
			},
		},
	}
}

// filtered keeps the products that a ProductFilter lets through.
func filtered(list []object, filter any) []object {
	f, _ := filter.(map[string]any)
	out := []object{}
	for _, p := range list {
		low, hasLow := number(f["minPrice"])
		high, hasHigh := number(f["maxPrice"])
		switch {
		case f["category"] != nil && f["category"] != p["category"]:
		case f["brand"] != nil && f["brand"] != p["brand"].(object)["id"]:
		case hasLow && amount(p) < low:
		case hasHigh && amount(p) > high:
		default:
			out = append(out, p)
		}
	}
	return out
}

// number reads a Float input, which may have been written as a whole number.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int64:
		return float64(n), true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

// sorted orders products, or brands by name, by a ProductOrder.
func sorted(list []object, order any) []object {
	slices.SortStableFunc(list, func(a, b object) int {
		switch order {
		case "PRICE":
			return cmp.Compare(amount(a), amount(b))
		case "NEWEST":
			return strings.Compare(b["releasedOn"].(string), a["releasedOn"].(string))
		}
		return strings.Compare(a["name"].(string), b["name"].(string))
	})
	return list
}

// matching lists products, then brands, that contain a text.
func matching(text string) []object {
	contains := func(s any) bool {
		str, _ := s.(string)
		return strings.Contains(strings.ToLower(str), strings.ToLower(text))
	}
	out := []object{}
	for _, o := range slices.Concat(products(), brands()) {
		if contains(o["name"]) || contains(o["description"]) {
			out = append(out, o)
		}
	}
	return out
}

// similar lists the other products of the category, the nearest in price first.
func similar(to object) []object {
	list := slices.DeleteFunc(filtered(products(), map[string]any{"category": to["category"]}), func(p object) bool {
		return p["id"] == to["id"]
	})
	distance := func(p object) float64 { return math.Abs(amount(p) - amount(to)) }
	slices.SortStableFunc(list, func(a, b object) int { return cmp.Compare(distance(a), distance(b)) })
	return list
}

var errCursor = errors.New("after is no cursor of this list")

// connection cuts a page out of a list. A cursor is the encoded id of a product.
func connection(list []object, args map[string]any) (object, error) {
	start := 0
	if after, ok := args["after"].(string); ok {
		id, err := base64.RawURLEncoding.DecodeString(after)
		at := slices.IndexFunc(list, func(p object) bool { return p["id"] == string(id) })
		if err != nil || at < 0 {
			return nil, errCursor
		}
		start = at + 1
	}
	nodes, err := page(list[start:], args)
	if err != nil {
		return nil, err
	}
	edges := make([]object, len(nodes))
	var last any
	for i, p := range nodes {
		last = base64.RawURLEncoding.EncodeToString([]byte(p["id"].(string)))
		edges[i] = object{"node": p, "cursor": last}
	}
	return object{
		"edges": edges, "nodes": nodes, "totalCount": len(list),
		"pageInfo": object{"hasNextPage": start+len(nodes) < len(list), "endCursor": last},
	}, nil
}
