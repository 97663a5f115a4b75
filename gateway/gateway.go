package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
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
	// Listener is the public listener, for callers who must know its port beforehand; nil opens network.listen_address. The gateway closes it.
	Listener net.Listener
	// ToolsOnly serves the MCP endpoints and leaves out the GraphQL one.
	ToolsOnly bool
}

// Gateway is a running gateway: listeners, and the snapshot that they serve.
type Gateway struct {
	opts    Options
	builder *builder
	metrics *metrics
	observe *observer
	export  *metricsExporter // nil: metrics are not exported
	log     *slog.Logger

	current  atomic.Pointer[snapshot]
	reload   sync.Mutex  // one reload at a time
	swapping sync.Mutex  // guards the writing of current and stopping: nothing is swapped in once the gateway stops
	stopping atomic.Bool // set once Shutdown begins
	closed   atomic.Bool // set once the snapshot may be gone
	failed   atomic.Bool // the last reload failed
	unpolled atomic.Bool // the last poll of the subgraphs failed

	servers   []*http.Server
	listeners []net.Listener
	errs      chan error
	work      sync.WaitGroup // goroutines of the gateway
	stop      context.CancelFunc
	abandon   atomic.Pointer[context.CancelFunc] // ends the reload that runs; nil: none ever ran
}

// New builds the first snapshot. Nothing listens yet.
func New(ctx context.Context, cfg *config.Config, opts Options) (*Gateway, error) {
	if opts.Supergraph == nil {
		opts.Supergraph = func(ctx context.Context, cfg *config.Config) (string, error) {
			sdl, _, err := Supergraph(ctx, cfg)
			return sdl, err
		}
	}
	if err := cfg.CheckFiles(); err != nil {
		return nil, err //nolint:wrapcheck // it names file, line and key
	}
	if err := checkTelemetry(cfg.Telemetry); err != nil {
		return nil, err
	}
	sdl, err := opts.Supergraph(ctx, cfg)
	if err != nil {
		return nil, err
	}
	g := &Gateway{opts: opts, metrics: newMetrics(), log: opts.Logger, errs: make(chan error, 4)}
	tracing, err := newTracing(ctx, cfg.Telemetry, opts.Version, opts.Logger)
	if err != nil {
		return nil, err
	}
	g.observe = &observer{metrics: g.metrics, tracing: tracing, log: opts.Logger}
	g.export = newMetricsExporter(cfg.Telemetry, opts.Version, g.metrics.registry, opts.Logger)
	g.builder = &builder{version: opts.Version, log: opts.Logger, observe: g.observe, toolsOnly: opts.ToolsOnly}
	if cfg.Admin.Enabled {
		g.builder.candidates = newCandidates(cfg.TrustedDocuments.Candidates)
	}
	s, err := g.builder.build(ctx, cfg, sdl)
	if err != nil {
		return nil, errors.Join(err, tracing.close(ctx))
	}
	for _, w := range warnings(cfg) {
		opts.Logger.WarnContext(ctx, "configuration", slog.String("warning", w))
	}
	g.current.Store(s)
	g.metrics.planCaches(func() (hits, misses uint64) { return g.current.Load().graphs.planStats() })
	g.metrics.reload(true)
	return g, nil
}

// Start opens the listeners and serves. It returns when all are open.
func (g *Gateway) Start(ctx context.Context) error {
	cfg := g.current.Load().cfg
	ctx, g.stop = context.WithCancel(ctx)
	secure, err := newTLS(cfg.TLS)
	if err != nil {
		g.close() //nolint:contextcheck // what ends the gateway must not end with its caller
		return err
	}
	for i, e := range g.handlers(cfg, secure) {
		l := g.opts.Listener
		if i > 0 || l == nil {
			if l, err = Listen(ctx, e.address); err != nil {
				g.close() //nolint:contextcheck // what ends the gateway must not end with its caller
				return err
			}
		}
		g.serve(l, e, cfg)
	}
	if g.export != nil {
		g.work.Go(func() { g.export.run(ctx) })
	}
	g.watch(ctx)
	return nil
}

// endpoint is an address and what is served there.
type endpoint struct {
	address string
	handler http.Handler
	secure  *tls.Config // nil: plain HTTP
}

// handlers lists what listens, the public listener first.
func (g *Gateway) handlers(cfg *config.Config, secure *tls.Config) []endpoint {
	out := []endpoint{{cfg.Network.ListenAddress, http.HandlerFunc(g.ServeHTTP), secure}}
	if p := cfg.Telemetry.Metrics.Prometheus; p.Enabled && p.Listen != "" {
		mux := http.NewServeMux()
		mux.Handle("GET "+p.Path, g.metrics.handler())
		out = append(out, endpoint{p.Listen, mux, nil})
	}
	if h := cfg.Health; h.Enabled && h.Listen != "" {
		out = append(out, endpoint{h.Listen, http.HandlerFunc(g.serveHealth), nil})
	}
	if a := cfg.Admin; a.Enabled {
		out = append(out, endpoint{a.Listen, http.HandlerFunc(g.serveAdmin), nil})
	}
	return out
}

// Listen opens a listener; the error says what to do about a port that is taken.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; another program may have the port: choose another one, or port 0 for a free one", address, err)
	}
	return l, nil
}

// serve serves an endpoint on its listener.
func (g *Gateway) serve(l net.Listener, e endpoint, cfg *config.Config) {
	srv := &http.Server{
		Handler: e.handler, ReadHeaderTimeout: cfg.Network.ReadHeaderTimeout, ReadTimeout: cfg.Network.ReadTimeout, IdleTimeout: cfg.Network.IdleTimeout,
		MaxHeaderBytes: int(cfg.Network.MaxHeaderSize), ErrorLog: slog.NewLogLogger(g.log.Handler(), slog.LevelDebug),
	}
	g.servers = append(g.servers, srv)
	g.listeners = append(g.listeners, l)
	g.work.Go(func() {
		serve := srv.Serve
		if e.secure != nil {
			srv.TLSConfig = e.secure
			serve = func(l net.Listener) error { return srv.ServeTLS(l, "", "") }
		}
		if err := serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			g.errs <- fmt.Errorf("serve %s: %w", e.address, err)
		}
	})
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

// Shutdown stops listening, ends streams, lets requests in flight finish within network.shutdown_timeout, and closes everything.
func (g *Gateway) Shutdown(ctx context.Context) error {
	s := g.settle()
	s.endStreams()
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Network.ShutdownTimeout)
	defer cancel()
	var errs []error
	for _, s := range g.servers {
		if err := s.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("shutdown: %w", err), s.Close())
		}
	}
	g.close() //nolint:contextcheck // what ends the gateway must not end with its caller
	return errors.Join(errs...)
}

// settle makes the snapshot that is served the last one, and returns it. A reload that runs is cancelled and not waited for.
func (g *Gateway) settle() *snapshot {
	g.swapping.Lock()
	g.stopping.Store(true)
	s := g.current.Load()
	g.swapping.Unlock()
	if cancel := g.abandon.Load(); cancel != nil {
		(*cancel)()
	}
	return s
}

// telemetryFlush bounds what is spent at the end on sending the last traces.
const telemetryFlush = 2 * time.Second

// close ends the gateway's goroutines and retires the snapshot. It may be called again.
func (g *Gateway) close() {
	if g.closed.Swap(true) {
		return
	}
	last := g.settle()
	if g.stop != nil {
		g.stop()
	}
	for _, s := range g.servers {
		_ = s.Close()
	}
	g.work.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), telemetryFlush)
	defer cancel()
	if err := g.observe.tracing.close(ctx); err != nil {
		g.log.WarnContext(ctx, "the last traces were not sent", slog.Any("error", err))
	}
	last.retire()
}

// writeSlack is what a response may take to be written beyond the time of its operation.
const writeSlack = 30 * time.Second

// ServeHTTP serves the public listener: health, metrics, and everything of the current snapshot.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	s := g.acquire()
	if s == nil {
		writeJSON(w, http.StatusServiceUnavailable, []byte(`{"status":"stopped"}`))
		return
	}
	defer s.leave()
	resource := s.resourceName(r.URL.Path)
	r, span := g.observe.tracing.request(r, resource)
	out := &statusWriter{ResponseWriter: w}
	limitTimes(out, r, s.cfg)
	defer func() {
		if v := recover(); v != nil {
			g.fault(out, r, v)
		}
		span.endRequest(out.status())
		g.observe.request(r, resource, out.status(), time.Since(start), s.cfg.Telemetry.Logs.Access)
	}()
	h, p := s.cfg.Health, s.cfg.Telemetry.Metrics.Prometheus
	switch {
	case h.Enabled && h.Listen == "" && (r.URL.Path == h.Path || r.URL.Path == h.ReadyPath):
		g.serveHealth(out, r)
	case p.Enabled && p.Listen == "" && r.URL.Path == p.Path:
		g.metrics.handler().ServeHTTP(out, r)
	default:
		s.handler.ServeHTTP(out, r)
	}
}

// limitTimes bounds the writing of a response, and ends the bound on the reading of a request once its body has been read: net/http would
// cancel a request that takes longer than that although its client has sent all and waits.
func limitTimes(w http.ResponseWriter, r *http.Request, cfg *config.Config) {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(cfg.Network.ReadTimeout + cfg.Gateway.Timeout + writeSlack)) // recorders of tests have no deadlines
	if r.Body == nil || r.Body == http.NoBody {
		_ = control.SetReadDeadline(time.Time{})
		return
	}
	r.Body = &timedBody{r.Body, control}
}

// timedBody is a request's body that lifts the read deadline at its end.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err //nolint:wrapcheck // a reader passes errors on as they are
}

// acquire takes the current snapshot; one that is retired in the meantime has a successor. It returns nil when the gateway is closed.
func (g *Gateway) acquire() *snapshot {
	for {
		if s := g.current.Load(); s.enter() {
			return s
		}
		if g.closed.Load() {
			return nil
		}
	}
}

// resourceName is the kind of a path, for logs and metrics, whose values must be few.
func (s *snapshot) resourceName(path string) string {
	if name, ok := s.names[path]; ok {
		return name
	}
	return "other"
}

// Failed tells of a listener that broke off.
func (g *Gateway) Failed() <-chan error { return g.errs }
