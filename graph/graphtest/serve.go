package graphtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// Answer is an HTTP response of a subgraph server.
type Answer struct {
	Status int
	Body   []byte
}

// Exchange is one request that a subgraph server received and what it answered.
type Exchange struct {
	Subgraph string
	Request  Request
	Answer   Answer
}

// Servers are subgraphs behind real HTTP, on one listener: subgraph s at /s. Close releases it.
type Servers struct {
	// Intercept, when set before the first request, may replace an answer; a negative status breaks the connection off. It
	// is called concurrently.
	Intercept func(Exchange) Answer

	server    *httptest.Server
	subgraphs map[string]*Subgraph

	mu  sync.Mutex
	log []Exchange
}

// Serve starts the servers.
func Serve(subgraphs ...*Subgraph) *Servers {
	s := &Servers{subgraphs: map[string]*Subgraph{}}
	for _, sg := range subgraphs {
		s.subgraphs[sg.Name] = sg
	}
	s.server = httptest.NewServer(s)
	return s
}

// Close stops the servers; it blocks until all requests are answered.
func (s *Servers) Close() { s.server.Close() }

// URL returns where the named subgraph answers.
func (s *Servers) URL(subgraph string) string { return s.server.URL + "/" + subgraph }

// Take returns the exchanges since the last call, in the order of their answers.
func (s *Servers) Take() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

// ServeHTTP implements http.Handler.
func (s *Servers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sg := s.subgraphs[strings.TrimPrefix(r.URL.Path, "/")]
	if sg == nil {
		http.NotFound(w, r)
		return
	}
	var request Request
	d := json.NewDecoder(r.Body)
	d.UseNumber()
	if err := d.Decode(&request); err != nil || r.Method != http.MethodPost {
		http.Error(w, "want a GraphQL request", http.StatusBadRequest)
		return
	}
	body, err := json.Marshal(sg.Execute(request))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	exchange := Exchange{Subgraph: sg.Name, Request: request, Answer: Answer{Status: http.StatusOK, Body: body}}
	if s.Intercept != nil {
		exchange.Answer = s.Intercept(exchange)
	}
	s.mu.Lock()
	s.log = append(s.log, exchange)
	s.mu.Unlock()
	if exchange.Answer.Status < 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(exchange.Answer.Status)
	_, _ = w.Write(exchange.Answer.Body) // a client that went away is its own affair
}

// Subgraphs returns the names of the servers, sorted.
func (s *Servers) Subgraphs() []string {
	var names []string
	for name := range s.subgraphs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
