package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/sluice-gateway/sluice/gateway"
)

func planCommand() command {
	const args = "-c gateway.toml -f op.graphql [--operation NAME] [--variables JSON] [--format text|json] [--verify]"
	return command{
		name: "plan", args: "-c gateway.toml -f op.graphql [flags]", summary: "print the query plan of an operation",
		run: func(ctx context.Context, env *environment, a []string) error {
			f := env.flags("plan", args)
			file := f.String("c", "gateway.toml", "configuration `file`")
			doc := f.String("f", "", "GraphQL `file`")
			name := f.String("operation", "", "`name` of the operation, where the document has several")
			variables := f.String("variables", "", "variables as a `JSON` object")
			format := f.String("format", "text", "`text` or json")
			verify := f.Bool("verify", false, "check the plan against the rules of federation")
			if _, err := env.parse(f, a, 0, 0); err != nil {
				return err
			}
			if *doc == "" || *format != "text" && *format != "json" {
				f.Usage()
				return errUsage
			}
			text, err := os.ReadFile(*doc)
			if err != nil {
				return fmt.Errorf("plan: %w", err)
			}
			cfg, err := env.load(*file)
			if err != nil {
				return err
			}
			p, s, err := gateway.Plan(ctx, cfg, gateway.PlanRequest{
				Text: string(text), OperationName: *name, Variables: []byte(*variables), Verify: *verify,
			})
			if err != nil {
				return env.report(err)
			}
			if *format == "text" {
				fmt.Fprint(env.stdout, p.Text(s))
				return nil
			}
			enc := json.NewEncoder(env.stdout)
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			if err := enc.Encode(p.JSON(s)); err != nil {
				return fmt.Errorf("plan: %w", err)
			}
			return nil
		},
	}
}
