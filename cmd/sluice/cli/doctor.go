package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sluice-gateway/sluice/gateway/doctor"
)

func doctorCommand() command {
	const args = "URL [--format text|json]"
	return command{
		name: "doctor", args: "URL [flags]", summary: "walk the login of any MCP server, and say what is wrong and how to mend it",
		run: func(ctx context.Context, env *environment, a []string) error {
			f := env.flags("doctor", args)
			format := f.String("format", "text", "`text` or json")
			rest, err := env.parse(f, a, 1, 1)
			if err != nil {
				return err
			}
			if *format != "text" && *format != "json" {
				return misused(env, f, "--format is text or json")
			}
			report, err := doctor.Walk(ctx, rest[0])
			if err != nil {
				return fmt.Errorf("doctor: %w", err)
			}
			if *format == "json" {
				enc := json.NewEncoder(env.stdout)
				enc.SetIndent("", "  ")
				enc.SetEscapeHTML(false)
				err = enc.Encode(report)
			} else {
				err = report.WriteText(env.stdout)
			}
			if err != nil {
				return fmt.Errorf("doctor: %w", err)
			}
			if !report.OK {
				return errReported
			}
			return nil
		},
	}
}
