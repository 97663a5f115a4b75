package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// DefaultPort is the port of the first subgraph; the others follow it. The root gateway.toml counts on them.
const DefaultPort = 4101

// Options say where the subgraphs listen.
type Options struct {
	// Host is a loopback address or name; empty means 127.0.0.1.
	Host string
	// FirstPort is the port of accounts; products, reviews and inventory have the next three. 0 takes free ports.
	FirstPort int
	// Auth serves the schemas with @authenticated and @requiresScopes.
	Auth bool
	// Logger gets one debug line for each request; nil logs nothing.
	Logger *slog.Logger
}

// Subgraph is one running subgraph.
type Subgraph struct {
	Name string
	URL  string // of the GraphQL endpoint
	SDL  string // as the subgraph answers it to _service { sdl }
}

// Demo is the running shop.
type Demo struct {
	subgraphs []Subgraph
	servers   []*http.Server
	serving   sync.WaitGroup
	cancel    context.CancelFunc
}

// services makes the four subgraphs with fresh data, in the order of their ports.
func services() []*service {
	return []*service{accounts(), productsService(), reviews(), inventory()}
}

// Start opens all four subgraphs. They serve until Close is called or ctx ends; Close must be called in either case. When
// ports are busy, the error names each of them.
func Start(ctx context.Context, options Options) (*Demo, error) {
	if options.Host == "" {
		options.Host = "127.0.0.1"
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	all := services()
	for _, s := range all {
		if err := s.open(options.Auth, options.Logger); err != nil {
			return nil, err
		}
	}
	listeners, err := listen(ctx, options, all)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	d := &Demo{cancel: cancel}
	for i, s := range all {
		d.serve(ctx, s, listeners[i])
	}
	context.AfterFunc(ctx, func() {
		for _, server := range d.servers {
			_ = server.Close()
		}
	})
	return d, nil
}

// listen opens a loopback listener for each service, or none and says which ports are busy.
func listen(ctx context.Context, options Options, all []*service) ([]net.Listener, error) {
	var listeners []net.Listener
	var problems []error
	for i, s := range all {
		port := 0
		if options.FirstPort != 0 {
			port = options.FirstPort + i
		}
		address := net.JoinHostPort(options.Host, strconv.Itoa(port))
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			problems = append(problems, fmt.Errorf("demo subgraph %q: cannot listen on %s (is another demo running?): %w", s.name, address, err))
			continue
		}
		listeners = append(listeners, l)
		if ip, ok := l.Addr().(*net.TCPAddr); ok && !ip.IP.IsLoopback() {
			problems = append(problems, fmt.Errorf("demo subgraph %q: %s is not a loopback address", s.name, address))
		}
	}
	if len(problems) > 0 {
		for _, l := range listeners {
			_ = l.Close()
		}
		return nil, errors.Join(problems...)
	}
	return listeners, nil
}

func (d *Demo) serve(ctx context.Context, s *service, l net.Listener) {
	mux := http.NewServeMux()
	mux.Handle("/graphql", s)
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	d.servers = append(d.servers, server)
	d.subgraphs = append(d.subgraphs, Subgraph{Name: s.name, URL: "http://" + l.Addr().String() + "/graphql", SDL: s.sdl})
	d.serving.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.logger.Error("demo subgraph stopped", slog.String("subgraph", s.name), slog.Any("error", err))
		}
	})
}

// Subgraphs lists the subgraphs in the order accounts, products, reviews, inventory.
func (d *Demo) Subgraphs() []Subgraph { return append([]Subgraph(nil), d.subgraphs...) }

// Close ends the subgraphs and what they are at, open subscriptions among it, and waits until they are gone.
func (d *Demo) Close() error {
	d.cancel()
	var problems []error
	for _, server := range d.servers {
		problems = append(problems, server.Close())
	}
	d.serving.Wait()
	return errors.Join(problems...)
}

// SDL returns the schema of a subgraph without authorization directives, as it is composed; "" when there is no
// subgraph of that name.
func SDL(name string) string {
	sdl, err := renderSDL(name, false)
	if err != nil {
		return ""
	}
	return sdl
}
