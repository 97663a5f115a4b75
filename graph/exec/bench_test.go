package exec

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/plan"
)

// catalogue is a response of n products, as products and entity fetches give them, with names of about 30 bytes.
func catalogue(n int) (list, entities string) {
	var a, b strings.Builder
	for i := range n {
		if i > 0 {
			a.WriteByte(',')
			b.WriteByte(',')
		}
		fmt.Fprintf(&a, `{"id":"prod-%d","name":"A table with number %d on it","description":"%s","weight":%d.5,"inStock":true}`, i, i, strings.Repeat("words and more words ", 4), i)
		fmt.Fprintf(&b, `{"price":%d}`, i)
	}
	return `{"data":{"products":[` + a.String() + `]}}`, `{"data":{"_entities":[` + b.String() + `]}}`
}

// shop is a plan of two fetches for what catalogue gives.
func shop() *fixture {
	f := newFixture()
	f.object("Product")
	at := f.position("Product", 0)
	list := f.slot(0, "products", "[Product!]", at)
	id := f.slot(at, "id", "ID!", 0)
	fields := []plan.SelectionField{leaf("id", id)}
	for _, field := range [][2]string{{"name", "String"}, {"description", "String"}, {"weight", "Float"}, {"inStock", "Boolean"}} {
		fields = append(fields, leaf(field[0], f.slot(at, field[0], field[1], 0)))
	}
	price := f.slot(at, "price", "Int", 0)
	first := f.fetch(0, "{products{id name description weight inStock}}", nil, plan.Part{Selection: selection(nest("products", list, fields...))})
	f.fetch(1, "query($representations:[_Any!]!){_entities(representations:$representations){...on Product{price}}}", after(first), entity(at, "Product", id, leaf("price", price)))
	return f
}

// BenchmarkScan validates a body, and is what parsing cannot beat.
func BenchmarkScan(b *testing.B) {
	body, _ := catalogue(1000)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		s := scanner{b: []byte(body), depth: 100}
		if !s.value() {
			b.Fatal("not valid")
		}
	}
}

// BenchmarkParse reads a body of 1000 objects into the storage.
func BenchmarkParse(b *testing.B) {
	text, _ := catalogue(1000)
	body := []byte(text)
	f := shop()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r := takeRun(Input{Schema: f.schema, Plan: f.plan})
		c := r.calls(&f.plan.Fetches[0])[0]
		if _, ok := r.merge(c, body); !ok {
			b.Fatal("not valid")
		}
		r.landed = append(r.landed, c)
		r.giveBack()
	}
}

// BenchmarkMerge renders the representations of 1000 objects and reads the entities into them.
func BenchmarkMerge(b *testing.B) {
	list, entities := catalogue(1000)
	f := shop()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		r := takeRun(Input{Schema: f.schema, Plan: f.plan})
		first := r.calls(&f.plan.Fetches[0])[0]
		r.merge(first, []byte(list))
		r.landed = append(r.landed, first)
		b.StartTimer()
		c := r.calls(&f.plan.Fetches[1])[0]
		if _, ok := r.merge(c, []byte(entities)); !ok {
			b.Fatal("not valid")
		}
		r.landed = append(r.landed, c)
		b.StopTimer()
		r.giveBack()
		b.StartTimer()
	}
}

// BenchmarkProject writes the answer for 1000 objects.
func BenchmarkProject(b *testing.B) {
	list, _ := catalogue(1000)
	f := shop()
	r := takeRun(Input{Schema: f.schema, Plan: f.plan})
	r.merge(r.calls(&f.plan.Fetches[0])[0], []byte(list))
	b.SetBytes(int64(len(list)))
	b.ReportAllocs()
	for b.Loop() {
		result := r.write()
		result.Release()
	}
}

// BenchmarkRun answers the whole plan from memory.
func BenchmarkRun(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000, 50000} {
		b.Run(fmt.Sprintf("objects=%d", n), func(b *testing.B) {
			list, entities := catalogue(n)
			answers := []*Response{{Status: 200, Body: &Buffer{B: []byte(list)}}, {Status: 200, Body: &Buffer{B: []byte(entities)}}}
			f := shop()
			in := Input{Schema: f.schema, Plan: f.plan, Fetcher: fetchFunc(func(_ context.Context, req *Request) (*Response, error) {
				return answers[req.Fetch], nil
			})}
			b.SetBytes(int64(len(list) + len(entities)))
			b.ReportAllocs()
			for b.Loop() {
				result := Run(b.Context(), in)
				if result.Errors > 0 {
					b.Fatal(string(result.Body))
				}
				result.Release()
			}
		})
	}
}

// BenchmarkParallelFetches answers eight fetches that do not depend on each other.
func BenchmarkParallelFetches(b *testing.B) {
	f, s := graph(nil, nil, nil, nil, nil, nil, nil, nil)
	in := Input{Schema: f.schema, Plan: f.plan, Fetcher: fetchFunc(func(_ context.Context, req *Request) (*Response, error) {
		return &Response{Status: 200, Body: &Buffer{B: []byte(s.answer[req.Fetch])}}, nil
	})}
	b.ReportAllocs()
	for b.Loop() {
		result := Run(b.Context(), in)
		result.Release()
	}
}

// BenchmarkEncodingJSON is the round trip of the same body through encoding/json, for comparison.
func BenchmarkEncodingJSON(b *testing.B) {
	body, _ := catalogue(1000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(v); err != nil {
			b.Fatal(err)
		}
	}
}
