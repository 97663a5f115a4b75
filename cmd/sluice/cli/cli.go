package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
)

// Exit codes.
const (
	exitOK    = 0
	exitInput = 1
	exitUsage = 2
)

// command is one subcommand.
type command struct {
	name    string
	args    string // after the name, for usage
	summary string
	run     func(ctx context.Context, env *environment, args []string) error
}

// environment is what commands see of the process.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lookup         func(string) (string, bool)
}

func commands() []command {
	return []command{
		demoCommand(), serveCommand(), checkCommand(), composeCommand(), planCommand(),
		mcpCommand(), trustCommand(), doctorCommand(), evalCommand(), extensionsCommand(), versionCommand(),
	}
}

// Main runs the command line of the process and returns the exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, &environment{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, lookup: os.LookupEnv}, os.Args[1:])
}

// errUsage: the command line is wrong; the flag package has said what.
var errUsage = errors.New("usage")

// errReported: the problems have been printed.
var errReported = errors.New("reported")

func run(ctx context.Context, env *environment, args []string) int {
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		usage(env.stdout)
		if len(args) == 0 {
			return exitUsage
		}
		return exitOK
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, env, args[1:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return exitOK
		case errors.Is(err, errUsage):
			return exitUsage
		case errors.Is(err, errReported):
			return exitInput
		}
		fmt.Fprintln(env.stderr, "sluice: "+err.Error())
		return exitInput
	}
	fmt.Fprintf(env.stderr, "sluice: unknown command %q; sluice help lists the commands\n", args[0])
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Sluice opens a federated GraphQL graph to agents over MCP.\n\nUsage: sluice COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-44s %s\n", c.name+" "+c.args, c.summary)
	}
	fmt.Fprint(w, "\nsluice COMMAND -h shows a command's flags.\n")
}

// flags makes a flag set that reports to stderr and never exits.
func (e *environment) flags(name, args string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(e.stderr)
	f.Usage = func() {
		fmt.Fprintf(e.stderr, "Usage: sluice %s %s\n", name, args)
		f.PrintDefaults()
	}
	return f
}

// parse parses the flags, which may stand before and after the arguments, and checks how many arguments there are.
func (e *environment) parse(f *flag.FlagSet, args []string, least, most int) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, flag.ErrHelp
			}
			return nil, errUsage
		}
		if f.NArg() == 0 {
			break
		}
		rest = append(rest, f.Arg(0))
		args = f.Args()[1:]
	}
	if len(rest) < least || len(rest) > most {
		f.Usage()
		return nil, errUsage
	}
	return rest, nil
}

// logger makes the process's logger.
func (e *environment) logger(level, format string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(e.stderr, opts))
	}
	return slog.New(slog.NewTextHandler(e.stderr, opts))
}

// version is the module's version, or "dev" with the commit for a build from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}
