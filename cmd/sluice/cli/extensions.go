package cli

import (
	"context"
	"fmt"
	"runtime"

	"github.com/sluice-gateway/sluice/extensions"
)

func extensionsCommand() command {
	return command{
		name: "extensions", summary: "list the extensions linked into this binary",
		run: func(_ context.Context, env *environment, args []string) error {
			if _, err := env.parse(env.flags("extensions", ""), args, 0, 0); err != nil {
				return err
			}
			for _, id := range extensions.IDs() {
				fmt.Fprintln(env.stdout, id)
			}
			return nil
		},
	}
}

func versionCommand() command {
	return command{
		name: "version", summary: "print the version",
		run: func(_ context.Context, env *environment, args []string) error {
			if _, err := env.parse(env.flags("version", ""), args, 0, 0); err != nil {
				return err
			}
			fmt.Fprintf(env.stdout, "sluice %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}
