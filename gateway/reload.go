package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/gateway/config"
)

// watchInterval is how often watched files are looked at.
const watchInterval = 2 * time.Second

var errStopping = errors.New("the gateway stops")

// Reload builds a snapshot from the configuration as it is now and swaps it in. When anything is wrong the old snapshot stays, and the error
// says what.
func (g *Gateway) Reload(ctx context.Context) error {
	g.reload.Lock()
	defer g.reload.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g.abandon.Store(&cancel)
	if g.stopping.Load() { // looked at after abandon is set, so that whoever stops the gateway stops this
		return errStopping
	}
	err := g.guarded(ctx, func() error { return g.swap(ctx) })
	if err != nil && g.stopping.Load() {
		return errors.Join(errStopping, err)
	}
	g.failed.Store(err != nil)
	if err == nil {
		g.unpolled.Store(false) // the subgraphs were asked
	}
	g.noteStale()
	g.metrics.reload(err == nil)
	if err != nil {
		g.log.ErrorContext(ctx, "reload failed, the old configuration stays in force", slog.Any("error", err))
		return err
	}
	g.log.InfoContext(ctx, "reloaded")
	return nil
}

func (g *Gateway) noteStale() {
	value := 0.0
	if g.failed.Load() || g.unpolled.Load() {
		value = 1
	}
	g.metrics.stale.Set(value)
}

// guarded makes a panic, over a schema that nobody foresaw or in an extension, an error: the old snapshot still serves.
func (g *Gateway) guarded(ctx context.Context, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			g.log.ErrorContext(ctx, "panic while reloading", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			err = errPanicked
		}
	}()
	return f()
}

// swap does what can fail first, and swaps then.
func (g *Gateway) swap(ctx context.Context) error {
	old := g.current.Load()
	cfg := old.cfg
	if g.opts.Load != nil {
		var err error
		if cfg, err = g.opts.Load(); err != nil {
			return err
		}
	}
	if err := cfg.CheckFiles(); err != nil {
		return err //nolint:wrapcheck // it names file, line and key
	}
	if err := needsRestart(old.cfg, cfg); err != nil {
		return err
	}
	sdl, err := g.opts.Supergraph(ctx, cfg)
	if err != nil {
		return err
	}
	next, err := g.builder.build(ctx, cfg, sdl)
	if err != nil {
		return err
	}
	if cfg.OperationCaching.WarmOnReload {
		warm(ctx, old, next, cfg.OperationCaching.WarmingPercent)
	}
	g.swapping.Lock()
	if g.stopping.Load() {
		g.swapping.Unlock()
		next.retire()
		return errStopping
	}
	g.current.Store(next)
	g.swapping.Unlock()
	old.retire()
	return nil
}

// needsRestart refuses changes of what is set up once, when the process starts: listeners and exporters. All are told at once.
func needsRestart(old, next *config.Config) error {
	var errs []error
	changed := func(key string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			errs = append(errs, fmt.Errorf("%s: it changed, which takes a restart", key))
		}
	}
	changed("network.listen_address", old.Network.ListenAddress, next.Network.ListenAddress)
	changed("network.read_header_timeout", old.Network.ReadHeaderTimeout, next.Network.ReadHeaderTimeout)
	changed("network.read_timeout", old.Network.ReadTimeout, next.Network.ReadTimeout)
	changed("network.idle_timeout", old.Network.IdleTimeout, next.Network.IdleTimeout)
	changed("network.max_header_size", old.Network.MaxHeaderSize, next.Network.MaxHeaderSize)
	changed("tls.certificate", old.TLS.Certificate.Abs(), next.TLS.Certificate.Abs())
	changed("tls.key", old.TLS.Key.Abs(), next.TLS.Key.Abs())
	changed("health.listen", old.Health.Enabled && old.Health.Listen != "", next.Health.Enabled && next.Health.Listen != "")
	changed("health.listen", old.Health.Listen, next.Health.Listen)
	changed("admin.enabled", old.Admin.Enabled, next.Admin.Enabled)
	changed("admin.listen", old.Admin.Listen, next.Admin.Listen)
	changed("telemetry.metrics.prometheus", old.Telemetry.Metrics.Prometheus, next.Telemetry.Metrics.Prometheus)
	changed("telemetry.metrics.exporters", exportersOf(old.Telemetry, old.Telemetry.Metrics.Exporters), exportersOf(next.Telemetry, next.Telemetry.Metrics.Exporters))
	changed("telemetry.tracing", old.Telemetry.Tracing, next.Telemetry.Tracing)
	changed("telemetry.exporters", old.Telemetry.Exporters, next.Telemetry.Exporters)
	changed("telemetry.service_name", old.Telemetry.ServiceName, next.Telemetry.ServiceName)
	changed("telemetry.resource_attributes", old.Telemetry.ResourceAttributes, next.Telemetry.ResourceAttributes)
	changed("telemetry.logs", old.Telemetry.Logs.Level+" "+old.Telemetry.Logs.Format, next.Telemetry.Logs.Level+" "+next.Telemetry.Logs.Format)
	return errors.Join(errs...)
}

// warm prepares the busiest operations of the old snapshot for the new one, so that the swap does not send everybody to the planner.
func warm(ctx context.Context, old, next *snapshot, percent int) {
	for contract, v := range next.graphs.views {
		was := old.graphs.views[contract]
		if was == nil {
			continue
		}
		for _, from := range was.engines {
			texts := from.Texts()
			texts = texts[:len(texts)*percent/100]
			for _, to := range v.engines {
				for _, text := range texts {
					if ctx.Err() != nil {
						return
					}
					to.Warm(text)
				}
			}
		}
	}
}

// watch reloads when a file of the configuration changes, and, where graph.poll_interval says so, when the supergraph does.
func (g *Gateway) watch(ctx context.Context) {
	seen := fingerprint(g.current.Load().cfg)
	g.work.Go(func() {
		tick := time.NewTicker(watchInterval)
		defer tick.Stop()
		polled := time.Now()
		var again backoff
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			cfg := g.current.Load().cfg
			now := fingerprint(cfg) // before the reload, so that what changes meanwhile is seen the next time
			changed := now != seen
			seen = now
			if every := cfg.Graph.PollInterval; !changed && every > 0 && time.Since(polled) >= every {
				polled = time.Now()
				// A reload may have failed because a subgraph was down: it is tried again like any other poll.
				changed = g.failed.Load() || g.supergraphChanged(ctx)
			}
			// What failed for a passing reason, like a provider that was down, is mended by no change of a file.
			if changed || g.failed.Load() && again.due(time.Now()) {
				again.note(time.Now(), g.Reload(ctx) != nil) // told in log, metric and readiness
			}
		}
	})
}

// What a failed reload waits before it is tried again: the first time, and at most.
const (
	firstRetry = 2 * watchInterval
	lastRetry  = 5 * time.Minute
)

// backoff spaces the attempts after a failure: each waits twice as long as the one before. Its zero value is due.
type backoff struct {
	wait time.Duration
	next time.Time
}

func (b *backoff) due(now time.Time) bool { return !now.Before(b.next) }

func (b *backoff) note(now time.Time, failed bool) {
	if !failed {
		*b = backoff{}
		return
	}
	b.wait = min(max(2*b.wait, firstRetry), lastRetry)
	b.next = now.Add(b.wait)
}

// supergraphChanged asks the subgraphs for their SDL and reports whether the supergraph is another one than that which is served.
func (g *Gateway) supergraphChanged(ctx context.Context) bool {
	s := g.current.Load()
	var sdl string
	err := g.guarded(ctx, func() (err error) {
		sdl, err = g.opts.Supergraph(ctx, s.cfg)
		return err
	})
	g.unpolled.Store(err != nil)
	g.noteStale()
	if err != nil {
		g.metrics.reload(false)
		g.log.WarnContext(ctx, "polling the subgraphs failed, the old schema stays in force", slog.Any("error", err))
		return false
	}
	return sdl != s.supergraph
}

// fingerprint changes when a file that the configuration was made of does, or one in a folder of documents.
func fingerprint(cfg *config.Config) string {
	var b strings.Builder
	for _, name := range slices.Sorted(slices.Values(cfg.Files())) {
		_ = filepath.WalkDir(name, func(file string, d fs.DirEntry, err error) error {
			b.WriteString(file)
			if err == nil {
				if info, err := os.Stat(file); err == nil && !d.IsDir() {
					fmt.Fprintf(&b, "|%d|%d", info.ModTime().UnixNano(), info.Size())
				}
			}
			b.WriteByte('\n')
			return nil
		})
	}
	return b.String()
}
