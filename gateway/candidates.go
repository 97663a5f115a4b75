package gateway

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/trusted"
)

// Candidate is an operation that clients send as text and that could become a trusted document. It tells what is asked, never by whom nor with
// which values.
type Candidate struct {
	ID    string `json:"id"` // the text's SHA-256
	Name  string `json:"name,omitempty"`
	Text  string `json:"text"`  // with variables in the place of values
	Count int    `json:"count"` // how often it ran since the gateway started
}

// CandidateList is what the admin listener serves.
type CandidateList struct {
	Candidates []Candidate `json:"candidates"` // the busiest first
	Dropped    int         `json:"dropped"`    // operations that came when the list was full
}

// candidates counts ad-hoc operations. It is bounded: what comes when it is full is only counted. It is safe for concurrent use; nil counts nothing.
type candidates struct {
	limit int

	mu      sync.Mutex
	byText  map[candidateKey]*Candidate // nil values: texts that are not counted
	byID    map[string]*Candidate
	dropped int
}

// candidateKey is the hash of a text as it was sent, with the name of the operation.
type candidateKey [sha256.Size]byte

// textsPerCandidate bounds how many texts are recognised without being rewritten: clients write one operation in several ways, and those that
// put values into the text write it anew each time.
const textsPerCandidate = 8

func newCandidates(limit int) *candidates {
	if limit <= 0 {
		return nil
	}
	return &candidates{limit: limit, byText: map[candidateKey]*Candidate{}, byID: map[string]*Candidate{}}
}

// add counts an operation that was found valid.
func (c *candidates) add(s *ast.Schema, text, operationName string) {
	if c == nil {
		return
	}
	key := candidateKey(sha256.Sum256([]byte(operationName + "\x00" + text)))
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.byText[key]
	if !ok {
		known = c.find(s, text, operationName)
		if len(c.byText) >= c.limit*textsPerCandidate {
			clear(c.byText)
		}
		c.byText[key] = known
	}
	if known == nil {
		c.dropped++
		return
	}
	known.Count++
}

// find returns the candidate that a text comes to, new or known, or nil when there is no room.
func (c *candidates) find(s *ast.Schema, text, operationName string) *Candidate {
	plain, op, err := parameterize(s, text, operationName)
	if err != nil {
		return nil
	}
	id := trusted.Hash(plain)
	if known := c.byID[id]; known != nil {
		return known
	}
	if len(c.byID) >= c.limit {
		return nil
	}
	c.byID[id] = &Candidate{ID: id, Name: op.Name, Text: plain}
	return c.byID[id]
}

// list returns a copy, the busiest first.
func (c *candidates) list() CandidateList {
	out := CandidateList{Candidates: []Candidate{}}
	if c == nil {
		return out
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, x := range c.byID {
		out.Candidates = append(out.Candidates, *x)
	}
	slices.SortFunc(out.Candidates, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.ID, b.ID))
	})
	out.Dropped = c.dropped
	return out
}

// ParseCandidates reads what the admin listener serves.
func ParseCandidates(data []byte) (CandidateList, error) {
	var list CandidateList
	if err := json.Unmarshal(data, &list); err != nil {
		return CandidateList{}, fmt.Errorf("candidates: %w", err)
	}
	return list, nil
}
