package jwt

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Bounds on fetches that requests cause. Any number of tokens with made-up key ids costs the provider one fetch in
// refreshEvery, and delays the recognition of a new key by as much.
const (
	refreshEvery = 5 * time.Second
	refreshBurst = 3
	retryAfter   = 5 * time.Second // told to clients, and the pace of retries while the provider is down
)

var (
	errThrottled  = errors.New("keys were asked for too often")
	errUnknownKey = errors.New("no published key fits the token")
	errClosed     = errors.New("the extension is closed")
)

// keySource keeps the key set of one issuer. It is safe for concurrent use.
type keySource struct {
	locate   func(context.Context, *http.Client) (string, error) // the URL of the key set
	client   *http.Client
	log      *slog.Logger
	poll     time.Duration
	maxStale time.Duration
	timeout  time.Duration
	now      func() time.Time
	limiter  *rate.Limiter

	keys  atomic.Pointer[keySet]
	fresh atomic.Int64 // when the provider last confirmed keys, in Unix nanoseconds

	cancel context.CancelFunc
	ended  chan struct{} // closed when the goroutine has returned
	ask    chan struct{} // a fetch is wanted before the next poll

	mu     sync.Mutex
	flight *flight // the fetch that is under way, or was asked for
	failed bool    // whether the last one failed
	closed bool
}

// flight is a fetch that any number of callers wait for.
type flight struct {
	done chan struct{}
	err  error // set before done is closed
}

func newFlight() *flight { return &flight{done: make(chan struct{})} }

// start begins polling, with a first fetch at once that early callers wait for. One goroutine does all fetches.
func (s *keySource) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel, s.ended, s.ask = cancel, make(chan struct{}), make(chan struct{}, 1)
	s.flight = newFlight()
	go s.run(ctx)
}

func (s *keySource) run(ctx context.Context) {
	defer close(s.ended)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			s.end()
			return
		case <-timer.C:
		case <-s.ask:
		}
		next := s.poll
		if err := s.fly(ctx); err != nil {
			next = min(next, retryAfter)
		}
		timer.Reset(next - rand.N(next/10+1)) // replicas drift apart
	}
}

// fly fetches and tells everybody who waits.
func (s *keySource) fly(ctx context.Context) error {
	s.mu.Lock()
	if s.flight == nil {
		s.flight = newFlight()
	}
	f := s.flight
	s.mu.Unlock()
	f.err = s.fetch(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	if ctx.Err() == nil {
		s.report(f.err)
	}
	close(f.done)
	return f.err
}

// end lets go of those who wait for a fetch that will not be.
func (s *keySource) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.flight != nil {
		s.flight.err = errClosed
		close(s.flight.done)
		s.flight = nil
	}
}

// close ends polling and the fetch under way, and waits for the goroutine.
func (s *keySource) close() {
	s.cancel()
	<-s.ended
}

// current returns the keys, or nil where there are none, or none that the provider confirmed recently enough.
func (s *keySource) current() *keySet {
	set := s.keys.Load()
	if set == nil || s.now().Sub(time.Unix(0, s.fresh.Load())) > s.maxStale {
		return nil
	}
	return set
}

// find returns the keys that the token may be signed with, and the set that they are from. It asks the provider when it
// has no keys or none that fits, as the provider may have changed them since. Errors: errUnknownKey; any other means
// that the question cannot be answered now.
func (s *keySource) find(ctx context.Context, a algorithm, id string) (*keySet, []any, error) {
	set := s.current()
	if set != nil {
		if found := set.candidates(a, id); len(found) > 0 {
			return set, found, nil
		}
	}
	err := s.refresh(ctx)
	if set := s.current(); set != nil {
		if found := set.candidates(a, id); len(found) > 0 {
			return set, found, nil
		}
		if err == nil || errors.Is(err, errThrottled) {
			return nil, nil, errUnknownKey
		}
	}
	return nil, nil, err
}

// refresh has the keys fetched, unless that is under way already, and waits. It is limited in rate.
func (s *keySource) refresh(ctx context.Context) error {
	f, err := s.join()
	if err != nil {
		return err
	}
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *keySource) join() (*flight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, errClosed
	case s.flight != nil:
		return s.flight, nil
	case !s.limiter.AllowN(s.now(), 1):
		return nil, errThrottled
	}
	s.flight = newFlight()
	select {
	case s.ask <- struct{}{}:
	default: // asked already
	}
	return s.flight, nil
}

// report logs when a provider goes down and when it comes back, not how often it was asked in between.
func (s *keySource) report(err error) {
	switch {
	case err != nil && !s.failed:
		s.log.Warn("keys cannot be fetched", slog.Any("error", err), slog.Bool("kept", s.keys.Load() != nil))
	case err == nil && s.failed:
		s.log.Info("keys are fetched again")
	}
	s.failed = err != nil
}

// fetch gets the keys and keeps them.
func (s *keySource) fetch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	url, err := s.locate(ctx, s.client)
	if err != nil {
		return err
	}
	text, err := get(ctx, s.client, url)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	sum := sha256.Sum256(text)
	if have := s.keys.Load(); have == nil || have.sum != sum { // the same set stays, and with it the tokens verified by it
		set, err := parseKeySet(text)
		if err != nil {
			return fmt.Errorf("keys: %s: %w", url, err)
		}
		set.sum = sum
		s.keys.Store(set)
	}
	s.fresh.Store(s.now().UnixNano())
	return nil
}

// get returns the body of a 200 response, of maxKeySetBytes at most.
func get(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json, application/jwk-set+json")
	req.Header.Set("User-Agent", "sluice") // some firewalls refuse requests without one
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: status %d", url, res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxKeySetBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if len(body) > maxKeySetBytes {
		return nil, fmt.Errorf("%s: more than %d bytes", url, maxKeySetBytes)
	}
	return body, nil
}
