package demo

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sync"
)

var warehouseRows = [...]struct{ code, country, city string }{
	{"E1", "US", "Newark"}, {"N1", "DE", "Hamburg"}, {"N1", "NO", "Oslo"}, {"S1", "DE", "München"},
}

// stocks is the state of the inventory subgraph: pieces by product and warehouse, as indices of their tables.
type stocks struct {
	mu     sync.Mutex
	pieces [len(productRows)][len(warehouseRows)]int
}

func newStocks() *stocks {
	s := &stocks{}
	for p := range s.pieces {
		for w := range s.pieces[p] {
			if (p+w)%5 != 0 && p%11 != 7 { // some shelves, and all those of two products, are empty
				s.pieces[p][w] = (p*7 + w*13) % 40
			}
		}
	}
	return s
}

func indexOf[T any](rows []T, match func(i int) bool) (int, bool) {
	for i := range rows {
		if match(i) {
			return i, true
		}
	}
	return 0, false
}

func productIndex(id any) (int, bool) {
	return indexOf(productRows[:], func(i int) bool { return numbered("p", i) == id })
}

func warehouseIndex(code, country any) (int, bool) {
	return indexOf(warehouseRows[:], func(i int) bool { return warehouseRows[i].code == code && warehouseRows[i].country == country })
}

func (s *stocks) warehouse(w int) object {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for p := range s.pieces {
		total += s.pieces[p][w]
	}
	row := warehouseRows[w]
	return object{"code": row.code, "country": row.country, "city": row.city, "stock": total}
}

func (s *stocks) total(p int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for _, n := range s.pieces[p] {
		total += n
	}
	return total
}

func (s *stocks) level(p, w int) object {
	s.mu.Lock()
	quantity := s.pieces[p][w]
	s.mu.Unlock()
	return object{"warehouse": s.warehouse(w), "quantity": quantity}
}

func (s *stocks) product(p int) object {
	total := s.total(p)
	return object{"id": numbered("p", p), "stock": total, "inStock": total > 0}
}

func (s *stocks) levels(p int) []object {
	list := make([]object, len(warehouseRows))
	for w := range warehouseRows {
		list[w] = s.level(p, w)
	}
	slices.SortStableFunc(list, func(a, b object) int { return b["quantity"].(int) - a["quantity"].(int) })
	return list
}

func (s *stocks) lowStock(below int) []object {
	list := []object{}
	for p := range productRows {
		if o := s.product(p); o["stock"].(int) < below {
			list = append(list, o)
		}
	}
	slices.SortStableFunc(list, func(a, b object) int { return cmp.Compare(a["stock"].(int), b["stock"].(int)) })
	return list
}

func (s *stocks) restock(input map[string]any) (object, error) {
	p, ok := productIndex(input["productId"])
	if !ok {
		return nil, errors.New("no product has this id")
	}
	w, ok := warehouseIndex(input["warehouse"], input["country"])
	if !ok {
		return nil, errors.New("no warehouse has this code in this country")
	}
	quantity := integer(input, "quantity", 0)
	if quantity < 1 || quantity > 10000 {
		return nil, errors.New("quantity must be between 1 and 10000")
	}
	s.mu.Lock()
	s.pieces[p][w] += quantity
	s.mu.Unlock()
	return object{"product": s.product(p), "level": s.level(p, w)}, nil
}

func inventory() *service {
	s := newStocks()
	return &service{
		name: "inventory",
		resolvers: map[string]resolver{
			"Query.warehouses": func(context.Context, object, map[string]any) (any, error) {
				list := make([]object, len(warehouseRows))
				for w := range warehouseRows {
					list[w] = s.warehouse(w)
				}
				return list, nil
			},
			"Query.warehouse": func(_ context.Context, _ object, args map[string]any) (any, error) {
				if w, ok := warehouseIndex(args["code"], args["country"]); ok {
					return s.warehouse(w), nil
				}
				return nil, nil
			},
			"Query.lowStock": func(_ context.Context, _ object, args map[string]any) (any, error) {
				return s.lowStock(integer(args, "below", 10)), nil
			},
			"Mutation.restock": func(_ context.Context, _ object, args map[string]any) (any, error) {
				return s.restock(args["input"].(map[string]any))
			},
			"Product.levels": func(_ context.Context, parent object, _ map[string]any) (any, error) {
				p, _ := productIndex(parent["id"])
				return s.levels(p), nil
			},
			"Product.shippingEstimate": func(_ context.Context, parent object, args map[string]any) (any, error) {
				return shippingEstimate(parent, args)
			},
		},
		entities: map[string]entityResolver{
			"Product": func(r map[string]any) object {
				p, ok := productIndex(r["id"])
				if !ok {
					return nil
				}
				o := s.product(p)
				o["weight"], o["price"] = r["weight"], r["price"] // external: given when a field requires them
				return o
			},
			"Warehouse": func(r map[string]any) object {
				if w, ok := warehouseIndex(r["code"], r["country"]); ok {
					return s.warehouse(w)
				}
				return nil
			},
		},
	}
}

// shippingEstimate computes from the weight and price that the representation brought along.
func shippingEstimate(product object, args map[string]any) (any, error) {
	weight, hasWeight := number(product["weight"])
	price, _ := product["price"].(map[string]any)
	value, hasPrice := number(price["amount"])
	if !hasWeight || !hasPrice {
		return nil, errors.New("shippingEstimate needs weight and price")
	}
	cost := 3.90 + 0.80*math.Ceil(weight/1000)
	if args["country"] != "DE" {
		cost *= 2
	}
	switch {
	case args["express"] == true:
		cost += 9.90
	case value > 100:
		cost = 0
	}
	return object{"amount": math.Round(cost*100) / 100, "currency": price["currency"]}, nil
}
