package authserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// DefaultPort is the port that the demo uses.
const DefaultPort = 4105

// Password logs every user in.
const Password = "demo"

// Lifetimes of what the server remembers.
const (
	tokenLifetime       = time.Hour
	codeLifetime        = time.Minute
	transactionLifetime = 10 * time.Minute
	sessionLifetime     = 8 * time.Hour
	clientLifetime      = 30 * 24 * time.Hour
)

// maxRemembered bounds each of the server's maps; beyond it the oldest entries are forgotten.
const maxRemembered = 1000

// User is someone who can log in, with [Password].
type User struct {
	Subject  string // the sub claim
	Username string
	Name     string
}

// Options describe the server.
type Options struct {
	// Host is a loopback address or name; empty means 127.0.0.1. It becomes part of the issuer.
	Host string
	// Port to listen on; 0 takes a free one.
	Port int
	// Resources are the canonical URIs that tokens can be issued for; the first one is for clients that name none. Required.
	Resources []string
	// Scopes that clients can ask for; clients that name none get all of them. Required.
	Scopes []string
	// Users who can log in. Required.
	Users []User
	// Logger gets one line for each token and client; nil logs nothing.
	Logger *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Server is a running authorization server. It is safe for concurrent use.
type Server struct {
	options Options
	issuer  string
	signer  *signer

	clients      *memory[client]
	transactions *memory[transaction]
	sessions     *memory[User]
	codes        *memory[grant]

	http    *http.Server
	unwatch func() bool // stops watching the context of Start
	serving sync.WaitGroup
}

// Start opens the server. It serves until Close is called or ctx ends; Close must be called in either case.
func Start(ctx context.Context, options Options) (*Server, error) {
	if len(options.Resources) == 0 || len(options.Scopes) == 0 || len(options.Users) == 0 {
		return nil, errors.New("authorization server: resources, scopes and users are required")
	}
	if options.Host == "" {
		options.Host = "127.0.0.1"
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	signer, err := newSigner()
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort(options.Host, strconv.Itoa(options.Port))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("authorization server: cannot listen on %s: %w", address, err)
	}
	bound, ok := listener.Addr().(*net.TCPAddr)
	if !ok || !bound.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("authorization server: %s is not a loopback address", address), listener.Close())
	}
	s := &Server{
		options:      options,
		issuer:       "http://" + net.JoinHostPort(options.Host, strconv.Itoa(bound.Port)),
		signer:       signer,
		clients:      newMemory[client](options.Now, clientLifetime),
		transactions: newMemory[transaction](options.Now, transactionLifetime),
		sessions:     newMemory[User](options.Now, sessionLifetime),
		codes:        newMemory[grant](options.Now, codeLifetime),
	}
	s.serve(ctx, listener)
	return s, nil
}

func (s *Server) serve(ctx context.Context, listener net.Listener) {
	s.http = &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
	s.unwatch = context.AfterFunc(ctx, func() { _ = s.http.Close() })
	s.serving.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.options.Logger.Error("authorization server stopped", slog.Any("error", err))
		}
	})
}

// Close ends the server and waits until it is gone.
func (s *Server) Close() error {
	s.unwatch()
	err := s.http.Close()
	s.serving.Wait()
	return err
}

// Issuer is the issuer identifier (RFC 8414 §2), without a trailing slash.
func (s *Server) Issuer() string { return s.issuer }

// JWKSURL is where the verification key is found.
func (s *Server) JWKSURL() string { return s.issuer + "/jwks.json" }

// maxBody is the greatest request body that is read.
const maxBody = 64 << 10

// routes lists the endpoints. The forms of the login and consent pages are guarded against other sites' pages; the
// endpoints that clients call are open to pages of every origin, because they rely on no cookie.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"} {
		mux.HandleFunc("GET "+path, open(s.metadata))
	}
	mux.HandleFunc("GET /jwks.json", open(s.jwks))
	mux.HandleFunc("POST /register", open(s.register))
	mux.HandleFunc("POST /token", open(s.token))
	mux.HandleFunc("OPTIONS /", open(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))

	forms := http.NewCrossOriginProtection()
	mux.HandleFunc("GET /authorize", s.authorize)
	mux.Handle("POST /login", forms.Handler(http.HandlerFunc(s.login)))
	mux.HandleFunc("GET /consent", s.consentPage)
	mux.Handle("POST /consent", forms.Handler(http.HandlerFunc(s.consent)))
	return s.guard(mux)
}

// guard caps bodies and answers only to the host name of the issuer, so that no other name can be rebound to this server.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if "http://"+r.Host != s.issuer {
			http.Error(w, "unknown host", http.StatusMisdirectedRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// open lets pages of every origin call an endpoint.
func open(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, MCP-Protocol-Version")
		handle(w, r)
	}
}

// memory is a bounded map of things under random names, which are forgotten after a time.
type memory[T any] struct {
	mu       sync.Mutex
	now      func() time.Time
	lifetime time.Duration
	entries  map[string]remembered[T]
	order    []string // names by age
}

type remembered[T any] struct {
	value   T
	expires time.Time
}

func newMemory[T any](now func() time.Time, lifetime time.Duration) *memory[T] {
	return &memory[T]{now: now, lifetime: lifetime, entries: map[string]remembered[T]{}}
}

// put remembers the value and returns its new name, which cannot be guessed.
func (m *memory[T]) put(value T) string {
	name := rand.Text()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries[name] = remembered[T]{value, m.now().Add(m.lifetime)}
	m.order = append(m.order, name)
	for len(m.order) > maxRemembered {
		delete(m.entries, m.order[0])
		m.order = m.order[1:]
	}
	return name
}

// get returns what is remembered under the name and has not expired.
func (m *memory[T]) get(name string) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[name]
	if !ok || !m.now().Before(e.expires) {
		var zero T
		return zero, false
	}
	return e.value, true
}

// set replaces a remembered value.
func (m *memory[T]) set(name string, value T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries[name]; ok {
		e.value = value
		m.entries[name] = e
	}
}

// take returns the value once and forgets it, in one step.
func (m *memory[T]) take(name string) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[name]
	delete(m.entries, name)
	if !ok || !m.now().Before(e.expires) {
		var zero T
		return zero, false
	}
	return e.value, true
}
