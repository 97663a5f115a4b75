package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/sluice-gateway/sluice/gateway"
	"github.com/sluice-gateway/sluice/gateway/config"
)

func serveCommand() command {
	return command{
		name: "serve", args: "-c gateway.toml", summary: "run the gateway; SIGHUP or a changed file reloads, SIGTERM drains",
		run: func(ctx context.Context, env *environment, args []string) error {
			f := env.flags("serve", "-c gateway.toml")
			file := f.String("c", "gateway.toml", "configuration `file`")
			if _, err := env.parse(f, args, 0, 0); err != nil {
				return err
			}
			cfg, err := env.load(*file)
			if err != nil {
				return err
			}
			log := env.logger(cfg.Telemetry.Logs.Level, cfg.Telemetry.Logs.Format)
			g, err := gateway.New(ctx, cfg, gateway.Options{
				Version: version(), Logger: log, Load: func() (*config.Config, error) { return config.Load(*file, env.lookup) },
			})
			if err != nil {
				return env.report(err)
			}
			return serve(ctx, env, g, log, nil)
		},
	}
}

// serve runs a gateway until ctx ends, reloading on SIGHUP. started is called once it listens.
func serve(ctx context.Context, env *environment, g *gateway.Gateway, log *slog.Logger, started func()) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	if err := g.Start(ctx); err != nil {
		return err //nolint:wrapcheck // it names the address
	}
	log.InfoContext(ctx, "listening", slog.String("address", g.Address()))
	if started != nil {
		started()
	}
	for {
		select {
		case <-hup:
			_ = g.Reload(ctx) // told in the log
		case err := <-g.Failed():
			return errors.Join(err, g.Shutdown(context.WithoutCancel(ctx)))
		case <-ctx.Done():
			log.Info("draining")
			return g.Shutdown(context.WithoutCancel(ctx)) //nolint:wrapcheck // it says what did not end
		}
	}
}

// load reads a configuration and prints every problem with it.
func (e *environment) load(file string) (*config.Config, error) {
	cfg, err := config.Load(file, e.lookup)
	if err != nil {
		return nil, e.report(err)
	}
	return cfg, nil
}

// report prints an error, composition errors with their source lines, and returns errReported.
func (e *environment) report(err error) error {
	if comp, ok := errors.AsType[*gateway.CompositionError](err); ok {
		writeErrors(e.stderr, comp.Errors, comp.Subgraphs)
		return errReported
	}
	fmt.Fprintln(e.stderr, "sluice: "+err.Error())
	return errReported
}
