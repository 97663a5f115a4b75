package cli

import (
	"context"
	"fmt"

	"github.com/sluice-gateway/sluice/gateway"
)

func checkCommand() command {
	return command{
		name: "check", args: "-c gateway.toml", summary: "validate configuration, composition and trusted documents",
		run: func(ctx context.Context, env *environment, args []string) error {
			f := env.flags("check", "-c gateway.toml")
			file := f.String("c", "gateway.toml", "configuration `file`")
			if _, err := env.parse(f, args, 0, 0); err != nil {
				return err
			}
			cfg, err := env.load(*file)
			if err != nil {
				return err
			}
			log := env.logger("error", "text")
			if err := gateway.Check(ctx, cfg, version(), log); err != nil {
				return env.report(err)
			}
			for _, w := range cfg.Warnings() {
				fmt.Fprintln(env.stderr, "warning: "+w.Error())
			}
			fmt.Fprintln(env.stdout, *file+": no problems")
			return nil
		},
	}
}
