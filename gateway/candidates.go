package gateway

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

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

// candidatesTimeout bounds the whole exchange with the admin listener, maxCandidateBytes what is read of its answer.
const (
	candidatesTimeout = 30 * time.Second
	maxCandidateBytes = 64 << 20
)

// FetchCandidates asks the admin listener of a running gateway for its candidates. The token may be empty. The URL is that of the listener,
// with or without the path.
func FetchCandidates(ctx context.Context, address, token string) (CandidateList, error) {
	ctx, cancel := context.WithTimeout(ctx, candidatesTimeout)
	defer cancel()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return CandidateList{}, fmt.Errorf("candidates: %q is not a URL", address)
	}
	u.Path = CandidatesPath
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return CandidateList{}, fmt.Errorf("candidates: %w", err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return CandidateList{}, fmt.Errorf("candidates: %w; is [admin] enabled, and is this its address?", err)
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized:
		return CandidateList{}, fmt.Errorf("candidates: %s wants its token (admin.token)", u)
	default:
		return CandidateList{}, fmt.Errorf("candidates: %s answered with status %d: is this the admin listener?", u, resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxCandidateBytes))
	if err != nil {
		return CandidateList{}, fmt.Errorf("candidates: %w", err)
	}
	var list CandidateList
	if err := json.Unmarshal(data, &list); err != nil {
		return CandidateList{}, fmt.Errorf("candidates: %s: %w", u, err)
	}
	return list, nil
}
