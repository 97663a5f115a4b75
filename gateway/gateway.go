package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sluice-gateway/sluice/gateway/config"
)

// Options are what a Gateway needs besides its configuration.
type Options struct {
	Version string
	Logger  *slog.Logger // must be set
	// Load reads the configuration again, for reloads; nil means that there is nothing to reload.
	Load func() (*config.Config, error)
	// Supergraph gives the supergraph SDL of a configuration; nil means the function Supergraph.
	Supergraph func(ctx context.Context, cfg *config.Config) (string, error)
	// ToolsOnly serves the MCP endpoints and leaves out the GraphQL one.
	ToolsOnly bool
}

// Gateway is a running gateway: listeners, and the snapshot that they serve.
type Gateway struct {
	opts    Options
	builder *builder
	metrics *metrics
	log     *slog.Logger

	current atomic.Pointer[snapshot]
	reload  sync.Mutex // one reload at a time
	failed  atomic.Bool

	servers   []*http.Server
	listeners []net.Listener
	errs      chan error
	work      sync.WaitGroup // goroutines of the gateway
	stop      context.CancelFunc
}

// New builds the first snapshot. Nothing listens yet.
func New(ctx context.Context, cfg *config.Config, opts Options) (*Gateway, error) {
	if opts.Supergraph == nil {
		opts.Supergraph = func(ctx context.Context, cfg *config.Config) (string, error) {
			sdl, _, err := Supergraph(ctx, cfg)
			return sdl, err
		}
	}
	m := newMetrics()
	g := &Gateway{
		opts: opts, metrics: m, log: opts.Logger, errs: make(chan error, 4),
		builder: &builder{version: opts.Version, log: opts.Logger, observe: &observer{metrics: m, log: opts.Logger}, toolsOnly: opts.ToolsOnly},
	}
	if cfg.Admin.Enabled {
		g.builder.candidates = newCandidates(cfg.TrustedDocuments.Candidates)
	}
	if err := cfg.CheckFiles(); err != nil {
		return nil, err //nolint:wrapcheck // it names file, line and key
	}
	sdl, err := opts.Supergraph(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s, err := g.builder.build(ctx, cfg, sdl)
	if err != nil {
		return nil, err
	}
	for _, w := range cfg.Warnings() {
		opts.Logger.WarnContext(ctx, w.Error())
	}
	g.current.Store(s)
	m.reload(true)
	return g, nil
}

// Start opens the listeners and serves. It returns when all are open.
func (g *Gateway) Start(ctx context.Context) error {
	cfg := g.current.Load().cfg
	ctx, g.stop = context.WithCancel(ctx)
	secure, err := newTLS(cfg.TLS)
	if err != nil {
		g.close()
		return err
	}
	if err := g.listen(ctx, cfg.Network.ListenAddress, http.HandlerFunc(g.ServeHTTP), cfg, secure); err != nil {
		g.close()
		return err
	}
	if p := cfg.Telemetry.Metrics.Prometheus; p.Enabled && p.Listen != "" {
		mux := http.NewServeMux()
		mux.Handle("GET "+p.Path, g.metrics.handler())
		if err := g.listen(ctx, p.Listen, mux, cfg, nil); err != nil {
			g.close()
			return err
		}
	}
	if h := cfg.Health; h.Enabled && h.Listen != "" {
		if err := g.listen(ctx, h.Listen, http.HandlerFunc(g.serveHealth), cfg, nil); err != nil {
			g.close()
			return err
		}
	}
	if a := cfg.Admin; a.Enabled {
		if err := g.listen(ctx, a.Listen, http.HandlerFunc(g.serveAdmin), cfg, nil); err != nil {
			g.close()
			return err
		}
	}
	g.watch(ctx)
	return nil
}

// listen opens one listener and serves it.
func (g *Gateway) listen(ctx context.Context, address string, h http.Handler, cfg *config.Config, secure *tls.Config) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; another program may have the port: choose another one, or port 0 for a free one", address, err)
	}
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: cfg.Network.ReadHeaderTimeout, ReadTimeout: cfg.Network.ReadTimeout, IdleTimeout: cfg.Network.IdleTimeout,
		MaxHeaderBytes: int(cfg.Network.MaxHeaderSize), ErrorLog: slog.NewLogLogger(g.log.Handler(), slog.LevelDebug),
	}
	g.servers = append(g.servers, srv)
	g.listeners = append(g.listeners, l)
	g.work.Go(func() {
		serve := srv.Serve
		if secure != nil {
			srv.TLSConfig = secure
			serve = func(l net.Listener) error { return srv.ServeTLS(l, "", "") }
		}
		if err := serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			g.errs <- fmt.Errorf("serve %s: %w", address, err)
		}
	})
	return nil
}

// Address returns the address of the public listener, with its port.
func (g *Gateway) Address() string { return g.listeners[0].Addr().String() }

// Run starts the gateway, serves until ctx is done or a listener fails, and drains.
func (g *Gateway) Run(ctx context.Context) error {
	if err := g.Start(ctx); err != nil {
		return err
	}
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-g.errs:
	}
	return errors.Join(failure, g.Shutdown(context.WithoutCancel(ctx)))
}

// Shutdown stops listening, lets requests in flight finish within network.shutdown_timeout, and closes everything.
func (g *Gateway) Shutdown(ctx context.Context) error {
	timeout := g.current.Load().cfg.Network.ShutdownTimeout
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var errs []error
	for _, s := range g.servers {
		if err := s.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("shutdown: %w", err), s.Close())
		}
	}
	g.close()
	return errors.Join(errs...)
}

// close ends the gateway's goroutines and retires the snapshot.
func (g *Gateway) close() {
	if g.stop != nil {
		g.stop()
	}
	for _, s := range g.servers {
		_ = s.Close()
	}
	g.work.Wait()
	if s := g.current.Load(); s != nil {
		s.leave()
	}
}

// ServeHTTP serves the public listener: health, and everything of the current snapshot.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	s := g.acquire()
	defer s.leave()
	out := &statusWriter{ResponseWriter: w}
	defer func() {
		if v := recover(); v != nil {
			g.fault(out, r, v)
		}
		g.metrics.request(resourceName(s.cfg, r.URL.Path), out.status(), time.Since(start))
		if s.cfg.Telemetry.Logs.Access {
			g.log.InfoContext(r.Context(), "request", "method", r.Method, "resource", resourceName(s.cfg, r.URL.Path),
				"status", out.status(), "duration_ms", float64(time.Since(start).Microseconds())/1000)
		}
	}()
	h := s.cfg.Health
	switch {
	case h.Enabled && h.Listen == "" && (r.URL.Path == h.Path || r.URL.Path == h.ReadyPath):
		g.serveHealth(out, r)
	case s.cfg.Telemetry.Metrics.Prometheus.Enabled && s.cfg.Telemetry.Metrics.Prometheus.Listen == "" && r.URL.Path == s.cfg.Telemetry.Metrics.Prometheus.Path:
		g.metrics.handler().ServeHTTP(out, r)
	default:
		s.handler.ServeHTTP(out, r)
	}
}

// acquire takes the current snapshot; one that is retired in the meantime has a successor.
func (g *Gateway) acquire() *snapshot {
	for {
		if s := g.current.Load(); s.enter() {
			return s
		}
	}
}

// resourceName is the kind of a path, for logs and metrics, whose values must be few.
func resourceName(cfg *config.Config, path string) string {
	for name, r := range resourcesOf(cfg) {
		if r.Path == path {
			return name
		}
	}
	return "other"
}

// Failed tells of a listener that broke off.
func (g *Gateway) Failed() <-chan error { return g.errs }
