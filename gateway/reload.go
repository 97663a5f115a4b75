package gateway

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/gateway/config"
)

// watchInterval is how often watched files are looked at.
const watchInterval = 2 * time.Second

// Reload builds a snapshot from the configuration as it is now and swaps it in. When anything is wrong the old snapshot stays, and the error
// says what.
func (g *Gateway) Reload(ctx context.Context) error {
	g.reload.Lock()
	defer g.reload.Unlock()
	err := g.swap(ctx)
	g.failed.Store(err != nil)
	g.metrics.reload(err == nil)
	if err != nil {
		g.log.ErrorContext(ctx, "reload failed, the old configuration stays in force", "error", err)
		return err
	}
	g.log.InfoContext(ctx, "reloaded")
	return nil
}

func (g *Gateway) swap(ctx context.Context) error {
	if g.opts.Load == nil {
		return nil
	}
	cfg, err := g.opts.Load()
	if err != nil {
		return err
	}
	if err := cfg.CheckFiles(); err != nil {
		return err //nolint:wrapcheck // it names file, line and key
	}
	if old := g.current.Load().cfg; cfg.Network.ListenAddress != old.Network.ListenAddress {
		return fmt.Errorf("network.listen_address: it changed from %s to %s, which takes a restart", old.Network.ListenAddress, cfg.Network.ListenAddress)
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
		g.warm(next, cfg.OperationCaching.WarmingPercent)
	}
	g.current.Swap(next).leave()
	return nil
}

// warm prepares the busiest operations of the old snapshot for the new one, so that the swap does not send everybody to the planner.
func (g *Gateway) warm(next *snapshot, percent int) {
	texts := g.current.Load().view.engine.Texts()
	for _, text := range texts[:len(texts)*percent/100] {
		next.view.engine.Warm(text)
	}
}

// watch reloads when a file of the configuration changes, and, where graph.poll_interval says so, when the supergraph does.
func (g *Gateway) watch(ctx context.Context) {
	if g.opts.Load == nil {
		return
	}
	g.work.Go(func() {
		tick := time.NewTicker(watchInterval)
		defer tick.Stop()
		seen := fingerprint(g.current.Load().cfg)
		polled := time.Now()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			now := fingerprint(g.current.Load().cfg)
			changed := now != seen
			seen = now
			if every := g.current.Load().cfg.Graph.PollInterval; !changed && every > 0 && time.Since(polled) >= every {
				polled = time.Now()
				changed = g.supergraphChanged(ctx)
			}
			if changed {
				_ = g.Reload(ctx) // told in log, metric and readiness
				seen = fingerprint(g.current.Load().cfg)
			}
		}
	})
}

// supergraphChanged asks the subgraphs for their SDL and reports whether the supergraph is another one than that which is served.
func (g *Gateway) supergraphChanged(ctx context.Context) bool {
	s := g.current.Load()
	sdl, err := g.opts.Supergraph(ctx, s.cfg)
	if err != nil {
		g.log.WarnContext(ctx, "polling the subgraphs failed, the old schema stays in force", "error", err)
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
