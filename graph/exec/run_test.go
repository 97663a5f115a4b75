package exec

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// slow answers a fetch after the time that delay has for it. An error stands for no answer.
type slow struct {
	delay  map[plan.FetchID]time.Duration
	answer map[plan.FetchID]string
	err    map[plan.FetchID]error

	mu   sync.Mutex
	sent []plan.FetchID
}

func (s *slow) Fetch(ctx context.Context, req *Request) (*Response, error) {
	s.mu.Lock()
	s.sent = append(s.sent, req.Fetch)
	s.mu.Unlock()
	select {
	case <-time.After(s.delay[req.Fetch]):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := s.err[req.Fetch]; err != nil {
		return nil, err
	}
	return &Response{Status: 200, Body: &Buffer{B: []byte(s.answer[req.Fetch])}}, nil
}

// graph returns a plan whose fetches, one for each element, read one root field each; an element holds the dependencies.
func graph(dependsOn ...[]plan.FetchID) (*fixture, *slow) {
	f := newFixture()
	s := &slow{delay: map[plan.FetchID]time.Duration{}, answer: map[plan.FetchID]string{}, err: map[plan.FetchID]error{}}
	for i, deps := range dependsOn {
		key := fmt.Sprintf("f%d", i)
		slot := f.slot(0, key, "Int", 0)
		id := f.fetch(0, "{"+key+"}", deps, plan.Part{Selection: selection(leaf(key, slot))})
		s.answer[id] = fmt.Sprintf(`{"data":{"f%d":%d}}`, i, i)
	}
	return f, s
}

func TestMakespanIsTheCriticalPath(t *testing.T) {
	tests := []struct {
		name      string
		dependsOn [][]plan.FetchID
		seconds   []int // how long each fetch takes
		want      int
	}{
		{"a slow sibling holds nobody up", [][]plan.FetchID{nil, nil, after(0), after(2)}, []int{1, 5, 1, 1}, 5},
		{"one fetch of the second round starts before the first round is over", [][]plan.FetchID{nil, nil, after(0), after(1)}, []int{1, 5, 5, 1}, 6},
		{"a diamond", [][]plan.FetchID{nil, after(0), after(0), after(1, 2)}, []int{1, 2, 3, 1}, 5},
		{"a chain", [][]plan.FetchID{nil, after(0), after(1)}, []int{1, 1, 1}, 3},
		{"all at once", [][]plan.FetchID{nil, nil, nil, nil, nil}, []int{1, 2, 3, 2, 1}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, s := graph(tt.dependsOn...)
				for i, n := range tt.seconds {
					s.delay[plan.FetchID(i)] = time.Duration(n) * time.Second
				}
				start := time.Now()
				result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Fetcher: s})
				defer result.Release()
				if got := time.Since(start); got != time.Duration(tt.want)*time.Second {
					t.Errorf("took %v, want %d s", got, tt.want)
				}
				if len(s.sent) != len(tt.dependsOn) || result.Errors > 0 || len(result.Fetches) != len(tt.dependsOn) {
					t.Errorf("sent %v, stats %v, response %s", s.sent, result.Fetches, result.Body)
				}
			})
		})
	}
}

func TestMakespanIsTheCriticalPathOfAnyGraph(t *testing.T) {
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			n := 1 + random.IntN(15)
			dependsOn := make([][]plan.FetchID, n)
			for i := range dependsOn {
				for d := range i {
					if random.IntN(4) == 0 {
						dependsOn[i] = append(dependsOn[i], plan.FetchID(d))
					}
				}
			}
			f, s := graph(dependsOn...)
			ends := make([]time.Duration, n)
			for i, deps := range dependsOn {
				for _, d := range deps {
					ends[i] = max(ends[i], ends[d])
				}
				s.delay[plan.FetchID(i)] = time.Duration(random.IntN(1000)) * time.Millisecond
				ends[i] += s.delay[plan.FetchID(i)]
			}
			start := time.Now()
			result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Fetcher: s})
			defer result.Release()
			if got, want := time.Since(start), slices.Max(ends); got != want || result.Errors > 0 || len(s.sent) != n {
				t.Errorf("seed %d: took %v, want %v; %s", seed, got, want, result.Body)
			}
		})
	}
}

func TestPanicOfTheCallersCodeLeavesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails when a goroutine is left
		f, s := graph(nil, nil, after(0))
		s.delay = map[plan.FetchID]time.Duration{0: time.Second, 1: time.Hour}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		calls := 0
		Run(ctx, Input{Schema: f.schema, Plan: f.plan, Fetcher: s, Headers: func(schema.SubgraphID) http.Header {
			if calls++; calls == 3 {
				panic("bug")
			}
			return nil
		}})
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := graph(nil, nil, after(0))
		s.delay = map[plan.FetchID]time.Duration{0: time.Second, 1: time.Hour, 2: time.Hour}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		result := Run(ctx, Input{Schema: f.schema, Plan: f.plan, Fetcher: s})
		defer result.Release()
		if got := time.Since(start); got != 3*time.Second {
			t.Errorf("took %v", got)
		}
		want := `{"data":{"f0":0,"f1":null,"f2":null},"errors":[` +
			`{"message":"the subgraph did not answer in time","path":["f1"],"extensions":{"code":"SUBREQUEST_TIMEOUT"}},` +
			`{"message":"the subgraph did not answer in time","path":["f2"],"extensions":{"code":"SUBREQUEST_TIMEOUT"}}]}`
		if string(result.Body) != want {
			t.Errorf("got %s\nwant %s", result.Body, want)
		}
	})
}

func TestErrorsOfTheFetcherBecomeCodes(t *testing.T) {
	tests := map[string]error{
		CodeSubrequestHTTP:     errors.New("refused"),
		CodeSubrequestTimeout:  fmt.Errorf("x: %w", context.DeadlineExceeded),
		CodeSubrequestCanceled: context.Canceled,
		CodeSubrequestTooLarge: fmt.Errorf("x: %w", &FetchError{CodeSubrequestTooLarge, errors.New("y")}),
	}
	for code, err := range tests {
		f, s := graph(nil)
		s.err[0] = err
		result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Fetcher: s})
		if !strings.Contains(string(result.Body), `"code":"`+code+`"`) || strings.Contains(string(result.Body), err.Error()) {
			t.Errorf("%v became %s", err, result.Body)
		}
		if stat := result.Fetches[0]; stat.Code != code || !errors.Is(stat.Err, err) {
			t.Errorf("stat is %+v", stat)
		}
		result.Release()
	}
}

func TestFetcherThatPanicsFailsItsFetchOnly(t *testing.T) {
	f, _ := graph(nil, nil)
	result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Fetcher: fetchFunc(func(_ context.Context, req *Request) (*Response, error) {
		if req.Fetch == 0 {
			panic("bug")
		}
		return &Response{Status: 200, Body: &Buffer{B: []byte(`{"data":{"f1":1}}`)}}, nil
	})})
	defer result.Release()
	want := `{"data":{"f0":null,"f1":1},"errors":[{"message":"internal error","path":["f0"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
	if string(result.Body) != want {
		t.Errorf("got %s", result.Body)
	}
}

type fetchFunc func(context.Context, *Request) (*Response, error)

func (f fetchFunc) Fetch(ctx context.Context, req *Request) (*Response, error) { return f(ctx, req) }

func TestEqualQueriesInFlightShareOneAnswer(t *testing.T) {
	build := func(kind operation.Kind) (*fixture, *slow) {
		f := newFixture()
		a, b := f.slot(0, "a", "Int", 0), f.slot(0, "b", "Int", 0)
		f.fetch(0, "{x}", nil, plan.Part{Selection: selection(leaf("x", a))})
		f.fetch(0, "{x}", nil, plan.Part{Selection: selection(leaf("x", b))})
		f.plan.Fetches[0].Kind, f.plan.Fetches[1].Kind = kind, kind
		return f, &slow{answer: map[plan.FetchID]string{0: `{"data":{"x":1}}`, 1: `{"data":{"x":2}}`}}
	}
	tests := []struct {
		name string
		kind operation.Kind
		off  bool
		want string
		sent int
	}{
		{"queries", operation.Query, false, `{"data":{"a":1,"b":1}}`, 1},
		{"queries, switched off", operation.Query, true, `{"data":{"a":1,"b":2}}`, 2},
		{"mutations", operation.Mutation, false, `{"data":{"a":1,"b":2}}`, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, s := build(tt.kind)
			result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Fetcher: s, Options: Options{NoCoalescing: tt.off}})
			defer result.Release()
			if string(result.Body) != tt.want || len(s.sent) != tt.sent || len(result.Fetches) != 2 {
				t.Errorf("sent %d: %s", len(s.sent), result.Body)
			}
		})
	}
}

func TestListsOfDifferentLengthsKeepTheFirst(t *testing.T) {
	for _, first := range []plan.FetchID{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			f := shared()
			s := &slow{
				answer: map[plan.FetchID]string{0: `{"data":{"categories":[{"name":"x"},{"name":"y"}]}}`, 1: `{"data":{"categories":[{"size":1},{"size":2},{"size":3}]}}`},
				delay:  map[plan.FetchID]time.Duration{1 - first: time.Second},
			}
			result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Fetcher: s})
			defer result.Release()
			data := []string{`[null,null]`, `[{"name":null,"size":1},{"name":null,"size":2},{"name":null,"size":3}]`}[first]
			want := `{"data":{"categories":` + data + `},"errors":[{"message":"subgraphs disagree about the length of the list","path":["categories"],"extensions":{"code":"SUBREQUEST_INVALID_RESPONSE"}}]}`
			if string(result.Body) != want {
				t.Errorf("got %s\nwant %s", result.Body, want)
			}
		})
	}
}

func TestAnObjectWinsOverANullInAnyOrder(t *testing.T) {
	for _, first := range []plan.FetchID{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			f := shared()
			s := &slow{
				answer: map[plan.FetchID]string{0: `{"data":{"categories":[null,null]}}`, 1: `{"data":{"categories":[{"size":1},null]}}`},
				delay:  map[plan.FetchID]time.Duration{1 - first: time.Second},
			}
			result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Fetcher: s})
			defer result.Release()
			if want := `{"data":{"categories":[{"name":null,"size":1},null]}}`; string(result.Body) != want {
				t.Errorf("got %s\nwant %s", result.Body, want)
			}
		})
	}
}

func TestWhatOneSubgraphFailedToGiveNeedsNoSecondErrorInAnyOrder(t *testing.T) {
	for _, answer := range []string{
		`{`,
		`{"data":{"categories":[null]},"errors":[{"message":"x","path":["categories",0,"size"]}]}`,
		`{"data":null,"errors":[{"message":"x"}]}`,
	} {
		for _, first := range []plan.FetchID{0, 1} {
			synctest.Test(t, func(t *testing.T) {
				f := shared()
				s := &slow{
					answer: map[plan.FetchID]string{0: `{"data":{"categories":[{"name":"x"}]}}`, 1: answer},
					delay:  map[plan.FetchID]time.Duration{1 - first: time.Second},
				}
				result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Fetcher: s})
				defer result.Release()
				if result.Errors != 1 || !strings.HasPrefix(string(result.Body), `{"data":{"categories":[null]},`) {
					t.Errorf("%s\n%s", answer, result.Body)
				}
			})
		}
	}
}

func TestEventStandsForTheSubscriptionsFetch(t *testing.T) {
	f := products()
	f.plan.Fetches[0].Kind = operation.Subscription
	f.plan.Fetches[0].Variables = []string{"n"}
	fetcher := &fake{schema: f.schema, answers: map[string][]string{"b": {`{"data":{"_entities":[{"_price":7}]}}`}}}
	in := Input{
		Schema: f.schema, Plan: f.plan, Fetcher: fetcher, Variables: func(string) ([]byte, bool) { return []byte("1"), true },
		Event: []byte(`{"data":{"products":[{"id":"1","name":"A"}]}}`),
	}
	result := Run(t.Context(), in)
	defer result.Release()
	if want := `{"data":{"products":[{"name":"A","price":7}]}}`; string(result.Body) != want || len(fetcher.requests["a"]) > 0 {
		t.Errorf("got %s after %v", result.Body, fetcher.requests)
	}
	req := SubscriptionRequest(in)
	if want := `{"query":"{products{id name}}","variables":{"n":1}}`; req == nil || string(req.Body) != want || req.Kind != operation.Subscription {
		t.Errorf("subscription request is %+v", req)
	}
	f.plan.Fetches[0].Kind = operation.Query
	if req := SubscriptionRequest(in); req != nil {
		t.Errorf("a query has the subscription request %s", req.Body)
	}
}

func TestContextsThatDifferGoInDifferentRequests(t *testing.T) {
	f := contextual()
	var mu sync.Mutex
	var sent []string
	result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Fetcher: fetchFunc(func(_ context.Context, req *Request) (*Response, error) {
		if req.Subgraph == 0 {
			return &Response{Status: 200, Body: &Buffer{B: []byte(`{"data":{"shops":[{"locale":{"currency":"EUR"},"items":[{"id":"1"},{"id":"2"}]},{"locale":{"currency":"CHF"},"items":[{"id":"1"}]}]}}`)}}, nil
		}
		mu.Lock()
		defer mu.Unlock()
		_, variables, _ := strings.Cut(string(req.Body), `"variables":`)
		sent = append(sent, variables)
		if strings.Contains(variables, "EUR") {
			return &Response{Status: 200, Body: &Buffer{B: []byte(`{"data":{"_entities":[{"price":"1 EUR"},{"price":"2 EUR"}]}}`)}}, nil
		}
		return &Response{Status: 200, Body: &Buffer{B: []byte(`{"data":{"_entities":[{"price":"1 CHF"}]}}`)}}, nil
	})})
	defer result.Release()
	want := `{"data":{"shops":[{"items":[{"price":"1 EUR"},{"price":"2 EUR"}]},{"items":[{"price":"1 CHF"}]}]}}`
	if string(result.Body) != want || len(sent) != 2 {
		t.Errorf("sent %s\n got %s\nwant %s", sent, result.Body, want)
	}
}

func TestManyRepresentationsAreSplit(t *testing.T) {
	f := products()
	var mu sync.Mutex
	most, requests := 0, 0
	result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Options: Options{MaxRepresentations: 2}, Fetcher: fetchFunc(func(_ context.Context, req *Request) (*Response, error) {
		if req.Subgraph == 0 {
			return &Response{Status: 200, Body: &Buffer{B: []byte(`{"data":{"products":[{"id":"1"},{"id":"2"},{"id":"1"},{"id":"3"},{"id":"4"},{"id":"5"}]}}`)}}, nil
		}
		mu.Lock()
		defer mu.Unlock()
		requests++
		var prices []string
		for _, id := range strings.Split(string(req.Body), `"id":"`)[1:] {
			prices = append(prices, `{"_price":`+id[:1]+`}`)
		}
		most = max(most, len(prices))
		return &Response{Status: 200, Body: &Buffer{B: []byte(`{"data":{"_entities":[` + strings.Join(prices, ",") + `]}}`)}}, nil
	})})
	defer result.Release()
	for _, id := range []string{"1", "2", "1", "3", "4", "5"} {
		if !strings.Contains(string(result.Body), `"price":`+id) {
			t.Errorf("no price %s in %s", id, result.Body)
		}
	}
	if most > 2 || requests != 3 {
		t.Errorf("%d requests of up to %d representations", requests, most)
	}
}

// TestSplitRequestsAndTheirErrorsAreBoundedWork: thousands of objects, a few for each request, and a subgraph that answers with errors about all
// of them.
func TestSplitRequestsAndTheirErrorsAreBoundedWork(t *testing.T) {
	const objects = 10_000
	f := products()
	var list strings.Builder
	for i := range objects {
		fmt.Fprintf(&list, `,{"id":"%d"}`, i)
	}
	products := []byte(`{"data":{"products":[` + list.String()[1:] + `]}}`)
	run := func(limit int, answer string) (errs, room int, took time.Duration) {
		var mu sync.Mutex
		start := time.Now()
		result := Run(t.Context(), Input{Schema: f.schema, Plan: f.plan, Options: Options{MaxRepresentations: limit}, Fetcher: fetchFunc(func(_ context.Context, req *Request) (*Response, error) {
			if req.Subgraph == 0 {
				return &Response{Status: 200, Body: &Buffer{B: products}}, nil
			}
			mu.Lock()
			defer mu.Unlock()
			room = max(room, cap(req.Body))
			return &Response{Status: 200, Body: &Buffer{B: []byte(answer)}}, nil
		})})
		defer result.Release()
		return result.Errors, room, time.Since(start)
	}
	if _, room, _ := run(100, `{"data":{"_entities":[]}}`); room > 32<<10 {
		t.Errorf("a request of 100 representations has room for %d bytes", room)
	}
	many := strings.Repeat(`,{"message":"x"}`, 200_000)
	errs, _, took := run(0, `{"data":{"_entities":null},"errors":[`+many[1:]+`]}`)
	if errs != 100 || took > time.Second {
		t.Errorf("%d errors were reported after %v", errs, took)
	}
}

func TestStorageIsBounded(t *testing.T) {
	f := tree(1)
	got, _ := f.run(map[string][]string{"a": {`{"data":{"a":1,"d":[[` + strings.Repeat("{},", 1000) + `{}]]}}`}}, Options{MaxStorageBytes: 4000})
	want := `{"data":{"a":null,"b":null,"c":null,"d":null},"errors":[{"message":"the subgraph's answer is too large","extensions":{"code":"SUBREQUEST_TOO_LARGE"}}]}`
	if got != want {
		t.Errorf("got %s", got)
	}
}

func TestLongErrorsAreFew(t *testing.T) {
	long := `{"message":"` + strings.Repeat("x", maxErrorText) + `"}`
	got, _ := products().run(map[string][]string{"a": {`{"data":null,"errors":[` + long + "," + long + `]}`}}, Options{ErrorMode: Propagate})
	if n := strings.Count(got, `"message"`); n != 1 {
		t.Errorf("%d errors of 1 MiB", n)
	}
}

// mediaSDL is a supergraph whose interface Media has more implementors than fewTypes.
func mediaSDL() string {
	var b strings.Builder
	b.WriteString(`schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "") }
type Query @join__type(graph: A) { media: [Media] }
interface Media @join__type(graph: A) { id: ID }
`)
	for i := range fewTypes + 3 {
		fmt.Fprintf(&b, "type T%d implements Media @join__type(graph: A) @join__implements(graph: A, interface: \"Media\") { id: ID }\n", i)
	}
	return b.String()
}

func TestTypenamesAreFoundAmongManyTypes(t *testing.T) {
	s, err := schema.Load(mediaSDL())
	if err != nil {
		t.Fatal(err)
	}
	r := &run{schema: s}
	media := s.TypeByName("Media")
	for name, want := range map[string]schema.TypeID{
		"T0": s.TypeByName("T0"), "T14": s.TypeByName("T14"), "Query": badType, "Nobody": badType, "ID": badType, "Media": 0,
	} {
		for range 2 {
			if got := r.typeNamed(media, []byte(name)); got != want {
				t.Errorf("type of %s is %d, want %d", name, got, want)
			}
		}
	}
}
